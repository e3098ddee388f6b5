"""`agents`: the team's roster at the command line."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pyotp
import pytest

from bot.assembly import build_services
from bot.cli import main
from bot.services import Services
from bot.settings import load_settings

PASSWORD = "correct horse battery"
ADD = ("add", "kim@example.com", "--name", "Kim", "--role", "supervisor")


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    assert main(["agents", "list"]) == 0
    return build_services(load_settings())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input, which is no terminal."""
    given = io.StringIO(f"{PASSWORD}\n")
    monkeypatch.setattr(sys, "stdin", given)
    return given


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["agents", "list", "--json"]) == 0
    shown: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return shown


def key_in(output: str) -> str:
    return output.split("key: ")[1].split()[0]


def test_who_is_added_can_sign_in_with_the_key_that_was_shown(
    services: Services, typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agents", *ADD]) == 0

    code = pyotp.TOTP(key_in(capsys.readouterr().out)).now()
    opened = services.agents.sign_in.sign_in(
        "kim@example.com", PASSWORD, code, address="192.0.2.1"
    )
    who = services.agents.sessions.recognise(opened.token)
    assert (who.name, who.role) == ("Kim", "supervisor")


def test_neither_password_nor_key_is_shown_afterwards(
    services: Services, typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["agents", *ADD])
    key = key_in(capsys.readouterr().out)
    main(["agents", "list"])

    shown = capsys.readouterr().out
    assert "kim@example.com" in shown
    assert key not in shown and PASSWORD not in shown and "argon2" not in shown


def test_a_password_is_asked_for_twice_at_a_terminal(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter([PASSWORD, "another password"])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("bot.agent_commands.getpass", lambda _prompt: next(answers))

    assert main(["agents", *ADD]) == 1
    assert "differ" in capsys.readouterr().err
    assert listed(capsys) == []


def test_who_is_disabled_is_listed_as_such_and_may_come_back(
    services: Services,
    typed: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["agents", *ADD])
    assert main(["agents", "disable", "kim@example.com"]) == 0
    assert listed(capsys)[0]["disabled_at"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("another good password\n"))

    assert main(["agents", "reset", "kim@example.com"]) == 0
    assert listed(capsys)[0]["disabled_at"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add",), "Which agent?"),
        (("disable", "nobody@example.com"), "no agent"),
        (("reset", "nobody@example.com"), "no agent"),
        (("add", "kim", "--name", "Kim"), "no e-mail address"),
        (("add", "kim@example.com"), "--name"),
        (("add", "new@example.com", "--name", "correct horse"), "password"),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_said(
    services: Services,
    typed: io.StringIO,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    assert main(["agents", *arguments]) == 1

    assert told in capsys.readouterr().err
    assert listed(capsys) == []
