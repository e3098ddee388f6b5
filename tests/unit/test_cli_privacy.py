"""`purge` and `keys` at the command line."""

import json
from pathlib import Path

import pytest

from bot.assembly import build_services
from bot.cli import main
from bot.clock import ManualClock
from bot.settings import load_settings


def test_what_is_due_is_deleted_counted_and_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    assert main(["seed"]) == 0
    long_ago = ManualClock()
    long_ago.move(-20 * 365 * 86_400)
    services = build_services(load_settings(), clock=long_ago)
    chat = services.conversations.start("web")
    services.conversations.hear(chat, text="my code is 482913")
    services.database.dispose()
    capsys.readouterr()

    assert main(["purge", "--json"]) == 0
    deleted = json.loads(capsys.readouterr().out)
    assert deleted == {"disclosure": 1, "conversation": 1, "facts": 1}
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == "{}\n"


def test_keys_move_and_an_old_one_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (
        "a first secret of 32 characters!!",
        "another secret, 32 characters too",
    )
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BOT_SECRET_KEY", first)
    assert main(["seed"]) == 0 and main(["keys", "status"]) == 0
    monkeypatch.setenv("BOT_SECRET_KEY", second)
    capsys.readouterr()
    assert main(["keys", "rotate"]) == 1
    assert "set the old ones too" in capsys.readouterr().err
    monkeypatch.setenv("BOT_OLD_SECRET_KEYS", json.dumps([first]))
    assert main(["keys", "status"]) == 1
    assert main(["keys", "rotate"]) == 0
    monkeypatch.delenv("BOT_OLD_SECRET_KEYS")
    assert main(["keys", "status"]) == 0
    assert main(["accounts", "show", "maria@example.com"]) == 0
