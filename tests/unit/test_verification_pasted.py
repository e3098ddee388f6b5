"""Codes that were pasted where none was asked for."""

import pytest

from bot.accounts.models import AuditEvent
from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.masking import Found
from bot.privacy.models import Disclosure
from bot.verification.errors import NoCodePending
from bot.verification.models import Challenge, sign_in_thread
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NOBODY,
    OTHER_CHAT,
    World,
    another,
    make_world,
    outcome,
    statements,
)

SEQ = 7


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def paste(world: World, *codes: str, chat: str = CHAT) -> int:
    """Put codes into a line, and give them up."""
    with world.sessions.begin() as session:
        found = [Found("code", code) for code in codes]
        world.backend.disclosures.keep(session, chat, SEQ, found)
    return world.backend.identification.disown(chat, SEQ)


def sign_in_code(world: World) -> str:
    """A code for the website's sign-in page, sent to Maria, who is in view."""
    world.identify()
    world.clock.move(120)
    world.backend.identification.resend_sign_in(CHAT)
    return world.code_to(MARIAS_NUMBER)


def open_challenges(world: World) -> list[str]:
    rows = world.rows(
        Challenge, Challenge.used_at.is_(None), Challenge.cancelled_at.is_(None)
    )
    return [row.conversation_id for row in rows]


def test_the_code_of_this_conversation_is_called_back(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    assert paste(world, "111111") == 1
    check = world.backend.identification.check
    assert outcome(check, CHAT, code) is NoCodePending


def test_a_pasted_sign_in_code_is_called_back(world: World) -> None:
    code = sign_in_code(world)
    assert paste(world, code) == 1
    assert sign_in_thread(world.accounts[MARIA]) not in open_challenges(world)


def test_it_may_be_grouped_and_one_of_several(world: World) -> None:
    code = sign_in_code(world)
    assert paste(world, "1234", f"{code[:3]}-{code[3:]}") == 1


def test_another_code_calls_no_sign_in_code_back(world: World) -> None:
    code = sign_in_code(world)
    assert paste(world, another(code)) == 0
    assert sign_in_thread(world.accounts[MARIA]) in open_challenges(world)


def test_a_code_of_another_account_is_left_alone(world: World) -> None:
    code = sign_in_code(world)
    world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
    assert paste(world, code, chat=OTHER_CHAT) == 0
    assert sign_in_thread(world.accounts[MARIA]) in open_challenges(world)


def test_codes_that_are_over_are_not_counted(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.clock.move(600)
    assert paste(world, "111111") == 0


def test_what_the_line_said_is_forgotten_and_other_lines_are_not(world: World) -> None:
    with world.sessions.begin() as session:
        world.backend.disclosures.keep(
            session, CHAT, SEQ + 1, [Found("code", "222222")]
        )
    paste(world, "111111")
    assert [row.seq for row in world.rows(Disclosure)] == [SEQ + 1]


def test_it_is_noted_without_the_code(world: World) -> None:
    code = sign_in_code(world)
    paste(world, code)
    (noted,) = world.rows(AuditEvent, AuditEvent.name == "code_pasted")
    assert noted.account_id == world.accounts[MARIA]
    assert noted.data == {"cancelled": 1}


def test_a_line_without_any_code_is_no_trouble(world: World) -> None:
    assert paste(world) == 0


def test_a_known_and_an_unknown_contact_take_the_same_statements(world: World) -> None:
    seen = []
    for chat, contact in ((CHAT, MARIA), (OTHER_CHAT, NOBODY)):
        world.backend.identification.begin(chat, contact)
        with statements(world.sessions) as made:
            assert paste(world, "111111", chat=chat) == 1
        seen.append(made)
    assert seen[0] == seen[1]
