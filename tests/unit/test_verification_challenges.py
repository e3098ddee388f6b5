"""Guesses at codes: counted, limited, bound to their use, used up."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeExpired,
    CodeMalformed,
    CodeSuperseded,
    CodeUsed,
    CodeWrong,
    NoCodePending,
    TooManyGuesses,
)
from bot.verification.models import Authenticator, Challenge
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OTHER_CHAT,
    World,
    another,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def begin(world: World, chat: str = CHAT) -> str:
    """Send Maria a code and look at it on her phone."""
    world.backend.identification.begin(chat, MARIA)
    return world.code_to(MARIAS_NUMBER)


def guess(world: World, code: str, chat: str = CHAT) -> object:
    return outcome(world.backend.identification.check, chat, code)


def test_a_right_code_proves_who_is_there(world: World) -> None:
    standing = world.backend.identification.check(CHAT, begin(world))
    assert standing.may_view and standing.may_change


def test_a_code_works_once(world: World) -> None:
    code = begin(world)
    guess(world, code)
    assert guess(world, code) is CodeUsed


def test_a_code_is_accepted_in_its_last_second(world: World) -> None:
    code = begin(world)
    world.clock.move(599)
    assert world.backend.identification.check(CHAT, code).may_change


def test_a_code_is_refused_from_its_end_on(world: World) -> None:
    code = begin(world)
    world.clock.move(600)
    assert guess(world, code) is CodeExpired


def test_a_guess_at_an_expired_code_is_not_counted(world: World) -> None:
    wrong = another(begin(world))
    world.clock.move(600)
    assert guess(world, wrong) is CodeExpired
    assert {row.attempts for row in world.rows(Challenge)} == {0}
    assert {row.failures_total for row in world.rows(Authenticator)} == {0}


def test_wrong_guesses_are_counted_down(world: World) -> None:
    wrong = another(begin(world))
    left = []
    for _ in range(4):
        with pytest.raises(CodeWrong) as refused:
            world.backend.identification.check(CHAT, wrong)
        left.append(refused.value.guesses_left)
    assert left == [4, 3, 2, 1]


def test_after_five_wrong_guesses_the_right_code_is_refused(world: World) -> None:
    code = begin(world)
    outcomes = [guess(world, another(code)) for _ in range(5)]
    assert outcomes == [CodeWrong] * 4 + [TooManyGuesses]
    assert guess(world, code) is TooManyGuesses


def test_what_is_no_code_is_not_counted(world: World) -> None:
    code = begin(world)
    assert [guess(world, "12345") for _ in range(9)] == [CodeMalformed] * 9
    assert world.backend.identification.check(CHAT, code).may_view


def test_without_a_code_there_is_nothing_to_check(world: World) -> None:
    assert guess(world, "123456") is NoCodePending


def test_a_new_code_takes_the_place_of_the_old_one(world: World) -> None:
    old = begin(world)
    world.clock.move(60)
    new = begin(world)
    with pytest.raises(CodeSuperseded) as refused:
        world.backend.identification.check(CHAT, old)
    assert refused.value.guesses_left == 4
    assert world.backend.identification.check(CHAT, new).may_view


def test_an_older_code_counts_as_a_guess(world: World) -> None:
    old = begin(world)
    world.clock.move(60)
    begin(world)
    outcomes = [guess(world, old) for _ in range(5)]
    assert outcomes == [CodeSuperseded] * 4 + [TooManyGuesses]


def test_a_code_of_another_conversation_is_refused(world: World) -> None:
    code = begin(world)
    assert guess(world, code, OTHER_CHAT) is NoCodePending
    world.clock.move(60)
    begin(world, OTHER_CHAT)
    assert guess(world, code, OTHER_CHAT) is CodeWrong


def test_a_code_of_another_account_is_refused(world: World) -> None:
    marias = begin(world)
    world.backend.identification.begin(CHAT, JAMES)
    assert world.code_to(JAMES_NUMBER) != marias
    assert guess(world, marias) is CodeSuperseded


def test_a_code_for_identity_proves_no_new_number(world: World) -> None:
    world.identify()
    world.clock.move(60)
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    identity = begin(world)
    assert outcome(world.backend.phone_numbers.confirm, CHAT, identity) is CodeWrong


def test_a_code_for_a_new_number_proves_no_identity(world: World) -> None:
    world.identify()
    world.clock.move(60)
    begin(world)
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    assert guess(world, world.code_to(NEW_NUMBER)) is CodeWrong


def test_a_code_of_one_new_number_proves_no_other(world: World) -> None:
    world.identify()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    first = world.code_to(NEW_NUMBER)
    world.backend.phone_numbers.offer(CHAT, "+12025550178")
    assert outcome(world.backend.phone_numbers.confirm, CHAT, first) is CodeSuperseded


def test_a_cancelled_code_is_refused(world: World) -> None:
    code = begin(world)
    world.backend.identification.cancel(CHAT)
    assert guess(world, code) is NoCodePending


def fail(world: World, times: int) -> list[object]:
    """Guess wrongly, five times a code, with as many codes as that takes."""
    outcomes: list[object] = []
    for turn in range(times):
        if turn % 5 == 0:
            world.clock.move(3600)
            code = begin(world)
        outcomes.append(guess(world, another(code)))
    return outcomes


def test_a_new_code_does_not_reset_the_count(world: World) -> None:
    fail(world, 10)
    assert world.rows(Authenticator)[0].failures_total == 10


def test_twenty_wrong_guesses_disable_the_authenticator(world: World) -> None:
    outcomes = fail(world, 20)
    assert outcomes[-2:] == [CodeWrong, AuthenticatorDisabled]
    (disabled,) = [row for row in world.rows(Authenticator) if row.disabled_at]
    assert disabled.failures_total == 20


def test_a_disabled_authenticator_gets_no_codes(world: World) -> None:
    fail(world, 20)
    texts = len(world.sent_to(MARIAS_NUMBER))
    world.clock.move(86_400)
    begun = outcome(world.backend.identification.begin, CHAT, MARIA)
    assert begun is AuthenticatorDisabled
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    assert len(world.sent_to(MARIAS_NUMBER)) == texts


def test_a_right_code_does_not_help_a_disabled_authenticator(world: World) -> None:
    world.clock.move(3600)
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    other = world.code_to(MARIAS_NUMBER)
    fail(world, 20)
    with world.sessions.begin() as session:
        for row in session.query(Challenge):
            row.expires_at = world.clock.now() + timedelta(seconds=60)
    assert guess(world, other, OTHER_CHAT) is CodeWrong


def test_guesses_under_two_contacts_count_together(world: World) -> None:
    fail(world, 15)
    world.clock.move(3600)
    for _ in range(5):
        world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
        code = world.code_to(MARIAS_NUMBER)
        guess(world, another(code), OTHER_CHAT)
        world.clock.move(3600)
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    assert guess(world, code, OTHER_CHAT) is not None
    assert not world.backend.identification.standing(OTHER_CHAT).may_view
    assert max(row.failures_total for row in world.rows(Authenticator)) == 20


def test_nothing_is_accepted_between_the_last_guess_and_the_disabling(
    world: World,
) -> None:
    code = begin(world)
    with world.sessions.begin() as session:
        session.query(Authenticator).update({"failures_total": 20})
    assert guess(world, code) is CodeWrong


def test_the_owner_is_told_when_an_authenticator_is_disabled(world: World) -> None:
    fail(world, 20)
    (notice,) = world.sent_to(MARIA)
    assert "desactivó" in notice.text


def test_a_right_code_starts_the_count_anew(world: World) -> None:
    fail(world, 9)
    world.clock.move(3600)
    guess(world, begin(world))
    assert {row.failures_total for row in world.rows(Authenticator)} == {0}


def slip(world: World) -> object:
    """Type the code wrongly once, then rightly."""
    code = begin(world)
    guess(world, another(code))
    return guess(world, code)


def test_a_slip_a_day_adds_up_to_nothing(world: World) -> None:
    slips = []
    for _ in range(60):
        slips.append(slip(world))
        world.clock.move(2 * 86_400)
    assert AuthenticatorDisabled not in slips


def test_wrong_guesses_under_a_contact_are_kept_for_thirty_days(
    world: World,
) -> None:
    begun = world.clock.now()
    fail(world, 20)
    with world.sessions.begin() as session:
        session.query(Authenticator).update({"disabled_at": None})
    world.clock.at = begun + timedelta(days=30, hours=1, seconds=-1)
    assert outcome(begin, world) is AuthenticatorDisabled
    world.clock.move(1)
    assert outcome(begin, world) is not AuthenticatorDisabled


def test_another_way_to_sign_in_still_works_when_one_is_disabled(
    world: World,
) -> None:
    fail(world, 20)
    world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
    assert world.backend.identification.standing(OTHER_CHAT).may_change
