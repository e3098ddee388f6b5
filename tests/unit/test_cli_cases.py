"""`cases`: what the team sees and decides at the command line."""

import json
from pathlib import Path

import pytest
import yaml

from bot.assembly import build_services
from bot.cli import main
from bot.handoff.models import Case
from bot.services import Services
from bot.settings import load_settings


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The demo's people, in a state folder of their own."""
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    assert main(["seed"]) == 0
    return build_services(load_settings())


def opened(services: Services, contact: str = "maria@example.com") -> str:
    services.identification.begin("chat", contact)
    return services.cases.open("chat", "recovery").number


def waited(services: Services, contact: str = "maria@example.com") -> str:
    """A case whose time of waiting is over."""
    number = opened(services, contact)
    with services.sessions.begin() as session:
        session.query(Case).update({"ready_at": services.clock.now()})
    return number


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    capsys.readouterr()
    assert main(["cases", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["cases", *arguments]) == 1
    return capsys.readouterr().err


def test_cases_are_listed(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, "list") == []
    number = opened(services)
    (listed,) = shown(capsys, "list")  # type: ignore[misc]
    assert (listed["number"], listed["state"]) == (number, "waiting")
    assert listed["account"]


def test_a_case_is_shown_for_people_to_read(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = opened(services)
    capsys.readouterr()
    assert main(["cases", "show", number.lower()]) == 0
    told = yaml.safe_load(capsys.readouterr().out)
    assert (told["number"], told["kind"]) == (number, "recovery")


@pytest.mark.parametrize(
    ("verb", "state"), [("approve", "approved"), ("refuse", "refused")]
)
def test_a_case_is_decided_in_somebodys_name(
    services: Services, capsys: pytest.CaptureFixture[str], verb: str, state: str
) -> None:
    number = waited(services)
    seen = ["--evidence", "photo_id_video,old_contact"] if verb == "approve" else []
    told = shown(capsys, verb, number, "--by", "Ada", *seen)
    assert (told["state"], told["decided_by"]) == (state, "Ada")  # type: ignore[index]


@pytest.mark.parametrize("name", [[], ["--by", " "], ["--by", "a" * 101]])
def test_nothing_is_decided_in_nobodys_name(
    services: Services, capsys: pytest.CaptureFixture[str], name: list[str]
) -> None:
    number = waited(services)
    assert "--by NAME" in refused(capsys, "approve", number, *name)
    assert services.cases.file(number).state == "review"


def test_a_case_that_waits_is_not_decided(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = opened(services)
    assert "waiting" in refused(capsys, "approve", number, "--by", "Ada")


def test_nobodys_case_is_not_approved(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = waited(services, "nobody@example.com")
    assert "only be refused" in refused(capsys, "approve", number, "--by", "Ada")


def test_what_was_seen_has_to_be_told(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = waited(services)
    assert "--evidence KIND" in refused(capsys, "approve", number, "--by", "Ada")
    wrong = ["--by", "Ada", "--evidence", "a_nice_voice"]
    assert "photo_id_video" in refused(capsys, "approve", number, *wrong)
    assert services.cases.file(number).state == "review"


def test_a_risky_case_takes_two_names(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = waited(services)
    with services.sessions.begin() as session:
        session.query(Case).update({"risk": "raised"})
    seen = ["--evidence", "photo_id_video,old_contact"]
    told = shown(capsys, "approve", number, "--by", "Ada", *seen)
    assert (told["state"], told["first_by"]) == ("review", "Ada")  # type: ignore[index]
    refusal = refused(capsys, "approve", number, "--by", "ADA", *seen)
    assert "another person" in refusal
    told = shown(capsys, "approve", number, "--by", "Bo", *seen)
    assert told["state"] == "approved"  # type: ignore[index]


def test_a_case_has_to_be_named_and_there(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Give its number" in refused(capsys, "show")
    assert "no case" in refused(capsys, "show", "C-0000-0000")


def test_an_account_is_shown_with_its_cases(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = opened(services)
    capsys.readouterr()
    assert main(["accounts", "show", "maria@example.com", "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert case["number"] == number
    assert {"kind", "state", "opened_at", "ready_at"} <= case.keys()
