"""Fifty at once, on SQLite and on PostgreSQL: the rows decide, not the order."""

from typing import Any

import pyotp
import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeExpired,
    CodeUsed,
    CodeWrong,
    SendLimitReached,
    SendTooSoon,
    TooManyGuesses,
)
from bot.verification.models import Authenticator, Challenge, Proof, Throttle
from bot.verification.standing import CodeSent, Standing
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    NOBODY,
    World,
    another,
    at_once,
    kinds,
    make_world,
)

RACERS = 50


@pytest.fixture
def world(each_database: Sessions, clock: ManualClock) -> World:
    return make_world(each_database, clock)


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_of_fifty_guesses_five_are_compared(
    world: World, compared: list[str], contact: str
) -> None:
    world.backend.identification.begin(CHAT, contact)
    outcomes = at_once(lambda turn: world.backend.identification.check(CHAT, "000000"))
    assert len(compared) == 5
    assert kinds(outcomes) == {CodeWrong: 4, TooManyGuesses: 46}


def test_a_right_code_among_fifty_late_guesses_is_refused(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    at_once(lambda turn: world.backend.identification.check(CHAT, another(code)))
    outcomes = at_once(lambda turn: world.backend.identification.check(CHAT, code))
    assert kinds(outcomes) == {TooManyGuesses: RACERS}


def test_of_fifty_right_codes_one_is_accepted(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    outcomes = kinds(
        at_once(lambda turn: world.backend.identification.check(CHAT, code))
    )
    assert outcomes.pop(Standing) == 1
    assert set(outcomes) <= {CodeUsed, TooManyGuesses}
    assert len(world.rows(Proof)) == 1


def test_right_codes_that_came_second_are_no_failures(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    at_once(lambda turn: world.backend.identification.check(CHAT, code))
    assert {row.failures_total for row in world.rows(Authenticator)} == {0}
    assert {row.failures for row in world.rows(Throttle)} == {0}


def test_no_more_than_twenty_guesses_are_compared_over_many_codes(
    world: World, compared: list[str]
) -> None:
    chats = [f"chat-{number}" for number in range(10)]
    for chat in chats:
        world.clock.move(3600)
        world.backend.identification.begin(chat, MARIA)
        keep_alive(world)
    outcomes = at_once(
        lambda turn: world.backend.identification.check(chats[turn % 10], "000000")
    )
    assert len(compared) == 20
    assert kinds(outcomes)[AuthenticatorDisabled] == 31
    assert sum(row.failures_total for row in world.rows(Authenticator)) == 20


def test_an_authenticator_counts_to_twenty_under_two_contacts(world: World) -> None:
    chats = [f"chat-{number}" for number in range(10)]
    for turn, chat in enumerate(chats):
        world.clock.move(86_400)
        world.backend.identification.begin(chat, (MARIA, MARIAS_NUMBER)[turn % 2])
        keep_alive(world)
    at_once(lambda turn: world.backend.identification.check(chats[turn % 10], "000000"))
    assert sum(row.failures_total for row in world.rows(Authenticator)) == 20


def keep_alive(world: World) -> None:
    """Let no code expire, so that many are open at once."""
    with world.sessions.begin() as session:
        for row in session.query(Challenge):
            row.expires_at = world.clock.now().replace(year=2031)


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_of_fifty_requests_one_sends_a_code(world: World, contact: str) -> None:
    outcomes = at_once(
        lambda turn: world.backend.identification.begin(f"chat-{turn}", contact)
    )
    assert kinds(outcomes) == {CodeSent: 1, SendTooSoon: RACERS - 1}
    assert len(world.rows(Delivery)) == 1


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_without_waits_five_of_fifty_requests_send_a_code(
    each_database: Sessions, clock: ManualClock, contact: str
) -> None:
    world = make_world(each_database, clock, code_waits=(0,))
    outcomes = at_once(
        lambda turn: world.backend.identification.begin(f"chat-{turn}", contact)
    )
    assert kinds(outcomes) == {CodeSent: 5, SendLimitReached: RACERS - 5}


def test_a_number_gets_five_codes_of_fifty_under_two_contacts(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock, code_waits=(0,))
    contacts = (MARIA, MARIAS_NUMBER)
    at_once(
        lambda turn: world.backend.identification.begin(
            f"chat-{turn}", contacts[turn % 2]
        )
    )
    assert len(world.sent_to(MARIAS_NUMBER)) == 5


def test_resends_and_guesses_at_once_do_not_lock_each_other(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.clock.move(60)

    def act(turn: int) -> Any:
        if turn % 2:
            return world.backend.identification.check(CHAT, "000000")
        return world.backend.identification.resend(CHAT)

    outcomes = kinds(at_once(act))
    assert outcomes[CodeSent] == 1
    known = {CodeSent, SendTooSoon, CodeWrong, TooManyGuesses, CodeExpired}
    assert set(outcomes) <= known


def test_a_code_of_an_app_is_used_once_by_fifty(world: World) -> None:
    world.identify_twice()
    secret = world.backend.totp.enrol(CHAT).secret
    app = pyotp.TOTP(secret)
    world.backend.totp.confirm(CHAT, app.at(world.clock.now()))
    world.clock.move(30)
    code = app.at(world.clock.now())
    outcomes = at_once(lambda turn: world.backend.totp.check(CHAT, code))
    assert outcomes.count(None) == 1
    assert kinds(outcomes).keys() <= {type(None), CodeUsed, AuthenticatorDisabled}


def test_a_saved_code_is_used_once_by_fifty(world: World) -> None:
    world.identify_twice()
    code = world.backend.recovery_codes.issue(CHAT)[0]
    outcomes = at_once(lambda turn: world.backend.recovery_codes.use(CHAT, code))
    assert outcomes.count(9) == 1
    assert kinds(outcomes).keys() <= {int, CodeUsed, AuthenticatorDisabled}
