"""What tests of services share: real databases, a clock that stands still, keys."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Lock

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from bot import database
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.verification.codes import Codes
from bot.verification.models import Challenge
from tests.unit import postgresql

PRODUCT = Path(__file__).parents[2] / "bot"

# The same examples on every machine, and no time limit that a busy one would miss.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def keys() -> Keys:
    return Keys("a secret of the tests, 32 characters long")


@pytest.fixture
def cipher(keys: Keys) -> Cipher:
    return Cipher(keys.derive("encryption"))


@pytest.fixture
def fingerprints(keys: Keys) -> Fingerprints:
    return Fingerprints(keys.derive("fingerprints"))


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """An empty SQLite database with every table of the product."""
    yield from _with_tables(f"sqlite:///{tmp_path / 'test.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """Like `sessions`, once on SQLite and once on PostgreSQL; for races."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sessions")
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    yield from _with_tables(server.new_database())


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that was compared with a sent one."""
    seen: list[str] = []
    lock, fits = Lock(), Codes.fits

    def watched(self: Codes, challenge: Challenge, code: str) -> bool:
        with lock:
            seen.append(code)
        return fits(self, challenge, code)

    monkeypatch.setattr(Codes, "fits", watched)
    return seen


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL of its own on a socket in a temporary folder."""
    programs = postgresql.find_programs()
    if programs is None:
        pytest.skip("the server programs of PostgreSQL are not installed")
    with postgresql.Server(programs) as server:
        yield server


def _with_tables(url: str) -> Iterator[Sessions]:
    for module in sorted(PRODUCT.glob("*/models.py")):
        import_module(f"bot.{module.parent.name}.models")
    engine: Engine = database.connect(url)
    Base.metadata.create_all(engine)
    yield database.sessions(engine)
    engine.dispose()
