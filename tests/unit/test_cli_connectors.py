"""`connectors` and `webhook`: what other systems have not taken."""

import json
from pathlib import Path

import pytest

from bot.assembly import build_services
from bot.cli import main
from bot.connectors.models import RemoteDelivery
from bot.services import Services
from bot.settings import load_settings


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BOT_WEBHOOK_URL", "http://127.0.0.1:9/hook")
    monkeypatch.setenv(
        "BOT_WEBHOOK_SECRET", "a secret of the tests, 32 characters long"
    )
    assert main(["webhook", "list"]) == 0
    services = build_services(load_settings())
    services.handoff.ask(services.conversations.start(), "talk_to_human")
    return services


def shown(capsys: pytest.CaptureFixture[str], verb: str, code: int) -> object:
    capsys.readouterr()
    assert main(["webhook", verb, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_what_waits_is_listed_without_what_it_says(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    (event,) = services.connectors.outbox.listed("queued")
    assert shown(capsys, "list", 0) == [
        {
            "state": "queued",
            "id": event.id,
            "connector": "webhook",
            "name": "handoff.requested",
            "tries": 0,
            "fault": None,
            "at": event.at.isoformat(),
        }
    ]


def test_what_was_given_up_is_seen_and_tried_again(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    with services.sessions.begin() as session:
        session.query(RemoteDelivery).update({"state": "dead", "fault": "500"})
    listed = shown(capsys, "list", 1)
    assert isinstance(listed, list) and listed[0]["fault"] == "500"
    again = shown(capsys, "retry", 0)
    assert isinstance(again, list) and again[0]["state"] == "queued"


def test_one_system_or_all_can_be_chosen(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    for chosen in ([], ["--connector", "webhook"]):
        capsys.readouterr()
        assert main(["connectors", "list", "--json", *chosen]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_system_that_is_off_is_named(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["connectors", "retry", "--connector", "chatwoot"]) == 1
    assert "chatwoot is off. On: webhook." in capsys.readouterr().err


def test_an_address_without_a_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_WEBHOOK_URL", "https://hooks.example.com/desk")
    assert main(["webhook", "list"]) == 1
    assert "BOT_WEBHOOK_SECRET" in capsys.readouterr().err


def test_hours_that_cannot_be_read_are_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "hours.yml"
    path.write_text('zone: Nowhere\nopen: {monday: ["09:00-17:00"]}\n', "utf-8")
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_HOURS_FILE", str(path))
    assert main(["webhook", "list"]) == 1
    assert "BOT_HOURS_FILE" in capsys.readouterr().err
