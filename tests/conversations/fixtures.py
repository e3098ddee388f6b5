"""One engine for all conversations; for each an app over a fresh seeded database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot import schema, seed
from bot.app import build_services
from bot.clock import Clock, ManualClock
from bot.training import MODEL
from tests.conversations.house import House
from tests.conversations.stage import Scene, Stage

OpenStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The engine with the trained model, and the address it calls."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing: run `python -m bot train`", pytrace=False)
    house = House(tmp_path_factory.mktemp("house"))
    house.open()
    yield house
    house.close()


@pytest.fixture(scope="session")
def seeded(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded database, to be copied."""
    path = tmp_path_factory.mktemp("seeded") / "seeded.db"
    seed_at(house, path, ManualClock())
    return path


def seed_at(house: House, path: Path, clock: Clock) -> None:
    """Make a database with everybody of the demo in it, at some time."""
    settings = house.settings.model_copy(update={"database_url": f"sqlite:///{path}"})
    services = build_services(settings, clock=clock)
    schema.upgrade(services.database)
    seed.seed(services)
    services.database.dispose()


@pytest.fixture
def open_stage(house: House, seeded: Path, tmp_path: Path) -> Iterator[OpenStage]:
    """Opens a stage over a fresh copy of the seeded database."""
    with ExitStack() as opened:

        def open_one(scene: Scene | None = None) -> Stage:
            database = tmp_path / "switchboard.db"
            shutil.copy(seeded, database)
            stage = Stage(house, database, scene or Scene())
            return opened.enter_context(stage)

        yield open_one


@pytest.fixture
def stage(open_stage: OpenStage) -> Stage:
    """A stage with nothing special about it."""
    return open_stage()
