"""What all tests share: Rasa made fit before anything imports it, and one engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine.runtime import prepare
from tests.engine_bot.actions import ActionServer
from tests.engine_bot.engine import Engine, train

# Warnings are errors here, but for what Rasa's own packages do when they run.
EXPECTED = (
    "ignore:the load_module:DeprecationWarning",
    "ignore::DeprecationWarning:rasa",
    "ignore::DeprecationWarning:pykwalify",
    "ignore:Slot auto-fill has been removed",
)

prepare()

# Fixtures that tests of several folders use.
pytest_plugins = (
    "tests.conversations.fixtures",
    "tests.browser.fixtures",
    "tests.browser.desk_fixtures",
    "tests.security.goals",
    "tests.unit.fixtures",
)


def pytest_configure(config: pytest.Config) -> None:
    for line in EXPECTED:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(scope="session")
def engine_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bot's project with a trained model."""
    folder = tmp_path_factory.mktemp("engine") / "project"
    train(folder)
    return folder


@pytest.fixture(scope="session")
def action_server() -> Iterator[ActionServer]:
    with ActionServer() as server:
        yield server


@pytest.fixture(scope="session")
def shared_engine(
    engine_project: Path, action_server: ActionServer
) -> Iterator[Engine]:
    """The engine with the small bot's model, logging everything it can."""
    with Engine(engine_project, action_server.url, "--debug") as engine:
        engine.wait()
        yield engine


@pytest.fixture
def engine(shared_engine: Engine, action_server: ActionServer) -> Iterator[Engine]:
    """The shared engine; afterwards its actions work again."""
    yield shared_engine
    action_server.failing.clear()
    action_server.open.set()
