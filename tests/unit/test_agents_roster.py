"""The team's roster, and what each role may do."""

import base64

import pyotp
import pytest

from bot.agents.errors import (
    AgentExists,
    AgentUnknown,
    EmailMalformed,
    NameMalformed,
    NotAllowed,
    NotSignedIn,
    PasswordWeak,
    SignInRefused,
)
from bot.agents.models import DeskAudit
from bot.agents.roles import PERMISSIONS, may, require
from bot.clock import ManualClock
from bot.database import Sessions
from tests.unit.desk_team import LEE, PASSWORD, SAM, Desk, make_team
from tests.unit.world import empty_world, outcome


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock) -> Desk:
    return make_team(empty_world(sessions, clock).parts.outside, clock)


def test_who_is_added_gets_a_key_of_160_bits_and_its_link(desk: Desk) -> None:
    enrolment = desk.team.roster.add(LEE, name="Lee", role="agent", password=PASSWORD)

    assert len(base64.b32decode(enrolment.secret)) == 20
    app = pyotp.parse_uri(enrolment.uri)
    assert (app.secret, app.name) == (enrolment.secret, LEE)


def test_nobody_is_added_twice(desk: Desk) -> None:
    desk.add(LEE)

    with pytest.raises(AgentExists):
        desk.add("LEE@example.com")
    assert len(desk.team.roster.listed()) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"email": "lee"}, EmailMalformed),
        ({"email": ""}, EmailMalformed),
        ({"name": "  "}, NameMalformed),
        ({"name": "x" * 101}, NameMalformed),
        ({"name": "Lee\u202e"}, NameMalformed),
        ({"password": "eleven char"}, PasswordWeak),
        ({"password": "ab" * 10}, PasswordWeak),
        ({"password": "x" * 100 + "abcdefgh" * 4}, PasswordWeak),
        ({"password": "leeanne is here", "email": "leeanne@x.org"}, PasswordWeak),
        ({"password": "it is McAllister", "name": "A McAllister"}, PasswordWeak),
    ],
    ids=str,
)
def test_what_cannot_be_an_agent_is_refused(
    desk: Desk, change: dict[str, str], error: type[Exception]
) -> None:
    given = {"email": LEE, "name": "Lee", "password": PASSWORD} | change

    assert outcome(lambda: desk.team.roster.add(**given, role="agent")) is error
    assert desk.team.roster.listed() == ()


def test_a_reset_ends_sessions_password_and_key(desk: Desk) -> None:
    desk.add(LEE)
    token, old_code = desk.open(LEE).token, desk.code(LEE)
    enrolment = desk.team.roster.reset(LEE, password="another good password")

    with pytest.raises(NotSignedIn):
        desk.team.sessions.recognise(token)
    for wrong in ({}, {"password": PASSWORD}):
        with pytest.raises(SignInRefused):
            desk.open(LEE, **({"password": "another good password"} | wrong))
    desk.apps[LEE] = pyotp.TOTP(enrolment.secret)
    assert desk.code(LEE) != old_code
    assert desk.open(LEE, password="another good password")


def test_a_reset_lets_who_was_disabled_back_in(desk: Desk) -> None:
    desk.add(LEE)
    desk.team.roster.disable(LEE)
    enrolment = desk.team.roster.reset(LEE, password=PASSWORD)
    desk.apps[LEE] = pyotp.TOTP(enrolment.secret)

    assert desk.sign_in(LEE).name == "Lee"


def test_what_names_nobody_changes_nobody(desk: Desk) -> None:
    desk.add(LEE)

    for work in (
        lambda: desk.team.roster.disable(SAM),
        lambda: desk.team.roster.reset(SAM, password=PASSWORD),
    ):
        assert outcome(work) is AgentUnknown
    assert desk.sign_in(LEE)


def test_what_is_done_to_agents_is_in_the_audit_log(
    desk: Desk, sessions: Sessions
) -> None:
    agent_id = desk.add(LEE, "supervisor")
    desk.team.roster.disable(LEE)

    with sessions() as session:
        rows = list(session.query(DeskAudit))
    assert {(row.act, row.detail["whom"]) for row in rows} == {
        ("agent_added", agent_id),
        ("agent_disabled", agent_id),
    }


def test_the_audit_log_is_kept_for_a_year(desk: Desk, sessions: Sessions) -> None:
    desk.add(LEE)
    desk.clock.move(364 * 86_400)
    assert desk.team.audit.forget_old() == 0
    desk.clock.move(2 * 86_400)
    assert desk.team.audit.forget_old() == 1


def test_an_auditor_changes_nothing_and_an_agent_decides_nothing() -> None:
    changing = {"work", "recover", "suspend", "decide", "label", "curate"}

    assert not changing & PERMISSIONS["auditor"]
    assert not {"decide", "audit", "oversee"} & PERMISSIONS["agent"]
    assert PERMISSIONS["supervisor"] == PERMISSIONS["agent"] | PERMISSIONS[
        "auditor"
    ] | {"decide", "curate"}
    assert may("supervisor", "decide")
    with pytest.raises(NotAllowed):
        require("agent", "decide")
