"""Dependencies point one way: channels and actions, services, repositories, models."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOPICS = (
    *("accounts", "verification", "telephony", "conversations", "privacy"),
    *("texting", "agents", "handoff", "desk", "connectors", "review", "insights"),
)
# Each of these stands on those before it, and none of those on it.
LATER = ("agents", "handoff", "desk", "connectors", "review", "insights")
ENGINE_SIDE = ("bot/engine",)
APP_SIDE_OF_ENGINE = {
    "bot/engine/client.py",
    "bot/engine/event_log.py",
    "bot/engine/memory.py",
    "bot/engine/process.py",
    "bot/engine/token.py",
    "bot/engine/action_endpoint.py",
}
MAY_IMPORT_SDK = {"bot/engine/action_endpoint.py"}


def sources() -> Iterator[Path]:
    yield from sorted(Path("bot").rglob("*.py"))
    yield from sorted(Path("actions").rglob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file it does."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def imports_package(path: Path, package: str) -> bool:
    return any(
        module == package or module.startswith(f"{package}.")
        for module in imported(path)
    )


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_only_the_engine_imports_rasa(path: Path) -> None:
    name = path.as_posix()
    allowed = name.startswith(ENGINE_SIDE) and name not in APP_SIDE_OF_ENGINE
    assert allowed or not imports_package(path, "rasa")


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_only_actions_and_their_endpoint_import_the_sdk(path: Path) -> None:
    name = path.as_posix()
    allowed = name.startswith("actions/") or name in MAY_IMPORT_SDK
    engine = name.startswith(ENGINE_SIDE) and name not in APP_SIDE_OF_ENGINE
    assert allowed or engine or not imports_package(path, "rasa_sdk")


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_a_repository_is_used_by_its_own_topic_only(path: Path) -> None:
    for topic in TOPICS:
        if path.parts[:2] == ("bot", topic) or path.parts[1] == "migrations":
            continue
        assert not imports_package(path, f"bot.{topic}.repository"), topic


@pytest.mark.parametrize("path", sorted(Path("actions").glob("*.py")), ids=str)
def test_actions_touch_no_database_and_no_network(path: Path) -> None:
    for package in ("sqlalchemy", "httpx", "requests", "twilio", "bot.database"):
        assert not imports_package(path, package), package


@pytest.mark.parametrize("topic", TOPICS)
def test_no_service_imports_a_channel_or_an_action(topic: str) -> None:
    for path in Path("bot", topic).rglob("*.py"):
        for package in ("actions", "bot.channels", "bot.app", "fastapi"):
            assert not imports_package(path, package), f"{path}: {package}"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_stands_on_those_before_it_and_none_on_it(topic: str) -> None:
    above = LATER[LATER.index(topic) + 1 :] if topic in LATER else LATER
    for path in Path("bot", topic).rglob("*.py"):
        for later in above:
            assert not imports_package(path, f"bot.{later}"), path


def test_only_settings_and_the_engine_read_the_environment() -> None:
    for path in sources():
        name = path.as_posix()
        # Rasa reads variables of its own, and expands those of endpoints.yml.
        if name.startswith(ENGINE_SIDE):
            continue
        text = path.read_text("utf-8")
        assert "os.environ" not in text and "getenv" not in text, name
