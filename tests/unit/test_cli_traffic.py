"""`traffic`: what operators see of codes, and the breaker at the command line."""

import json
from pathlib import Path

import pytest

from bot.assembly import build_services
from bot.cli import main
from bot.services import Services
from bot.settings import load_settings


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The demo's people, and a breaker that trips at the first code."""
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BOT_SPENDING_LIMIT", "1")
    assert main(["seed"]) == 0
    return build_services(load_settings())


def test_a_tripped_breaker_is_shown_and_closed(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.identification.begin("chat", "maria@example.com")
    capsys.readouterr()
    assert main(["traffic", "show", "--json"]) == 0
    (full,) = json.loads(capsys.readouterr().out)["full"]
    assert full["name"] == "spending"
    assert main(["traffic", "close-breaker", "--json"]) == 0
    shown = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(shown)["full"] == []
    services.database.dispose()


def test_a_breaker_that_is_closed_stays_so(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["traffic", "close-breaker"]) == 1
    assert "codes leave" in capsys.readouterr().err
    services.database.dispose()
