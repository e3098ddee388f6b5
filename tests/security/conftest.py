"""What tests of several goals share: a service in mid-life, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from tests.security.life import Life, copied, in_mid_life


@pytest.fixture(scope="session")
def first_life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with in_mid_life(tmp_path_factory.mktemp("life"), ManualClock()) as life:
        yield life


@pytest.fixture
def life(first_life: Life, tmp_path: Path) -> Iterator[Life]:
    """A service that has been used by everybody, of this test alone."""
    with copied(first_life, tmp_path / "life") as life:
        yield life
