"""The `rasa` command: its environment, its limits, and that it works."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.engine.runtime import (
    collect_seldom,
    fill_environment,
    limit_server,
    main,
    prepare,
)
from bot.engine.token import engine_token
from bot.settings import Settings
from tests.engine_bot import engine


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment of no settings but a state folder."""
    for name in [name for name in os.environ if name.startswith("BOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path))
    return tmp_path


def filled() -> dict[str, str]:
    environment: dict[str, str] = {}
    fill_environment(environment)
    return environment


def test_what_is_not_set_gets_the_defaults_of_the_settings(state: Path) -> None:
    assert filled() == {
        "BOT_ENGINE_TOKEN": engine_token(Settings(state_dir=state)),
        "BOT_ACTIONS_URL": "http://127.0.0.1:8000/engine/actions",
        "BOT_ENGINE_STATE": f"sqlite:///{state / 'engine.db'}",
    }


def test_what_is_set_stays(state: Path) -> None:
    names = ("BOT_ENGINE_TOKEN", "BOT_ACTIONS_URL", "BOT_ENGINE_STATE")
    environment = dict.fromkeys(names, "mine")
    fill_environment(environment)
    assert environment == dict.fromkeys(names, "mine")
    assert list(state.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]")],
)
def test_the_actions_are_sought_where_the_app_can_be_reached(
    monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    monkeypatch.setenv("BOT_MODE", "production")
    monkeypatch.setenv("BOT_SECRET_KEY", "a secret key of 32 characters or more")
    monkeypatch.setenv("BOT_HOST", host)
    assert filled()["BOT_ACTIONS_URL"] == f"http://{address}:8000/engine/actions"


def test_a_wrong_setting_ends_the_command_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_PORT", "none")
    with pytest.raises(SystemExit, match="BOT_PORT"):
        main()


def test_servers_are_limited_to_loopback_and_to_half_a_megabyte() -> None:
    environment = {"RASA_TELEMETRY_ENABLED": "true"}
    limit_server(environment)
    assert environment == {
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
        "SANIC_REQUEST_MAX_SIZE": str(512 * 1024),
    }


def test_an_operator_may_set_other_limits() -> None:
    mine = {"SANIC_HOST": "10.0.0.1", "SANIC_REQUEST_MAX_SIZE": "1000"}
    environment = dict(mine)
    limit_server(environment)
    assert environment | mine == environment


def test_garbage_is_collected_less_often_and_still_is() -> None:
    before = gc.get_threshold()
    try:
        collect_seldom()
        assert gc.get_threshold() > before
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)


def test_preparing_again_changes_nothing() -> None:
    finders = list(sys.meta_path)
    prepare()
    assert sys.meta_path == finders


@pytest.mark.parametrize(
    "command",
    [
        [str(Path(sys.executable).with_name("rasa"))],
        [sys.executable, "-m", "bot.engine.runtime"],
    ],
)
def test_the_command_of_the_environment_is_ours(command: list[str]) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "Rasa Version      :         3.6.21" in done.stdout


def test_rasa_test_nlu_writes_its_reports_and_plots(
    engine_project: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "bot.engine.runtime", "test", "nlu"]
    options = ["--nlu", "data.yml", "--out", str(tmp_path)]
    done = subprocess.run(
        [*command, *options],
        cwd=engine_project,
        env=engine.environment(engine_project),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "intent_report.json").is_file()
    assert (tmp_path / "intent_confusion_matrix.png").is_file()
