"""Guesses at codes: one after the other, fifty at once, and over many codes.

The five guesses of S03 are those at a code that is sent. An authenticator app and
saved codes have no code that could be sent anew, so that what ends guessing at them
is the count of S05: 20 wrong ones in a row (SP 800-63B-4, 3.2.2, allows 100).
"""

from collections.abc import Callable
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeWrong,
    TooManyGuesses,
    VerificationError,
)
from bot.verification.models import Authenticator, Challenge, Proof
from tests.security.goals import Goal
from tests.security.people import (
    HOUR,
    Person,
    name_of,
    person,
    with_app,
    with_saved_codes,
)
from tests.security.ways import WAYS, Check
from tests.unit.world import (
    World,
    another,
    at_once,
    empty_world,
    kinds,
    outcome,
)

RACERS, REPEATS = 50, 20
GUESSES, MOST_FAILURES, NIST_CEILING = 5, 20, 100
PEOPLE = 25


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def test_the_right_code_is_refused_after_the_fifth_guess(
    world: World, goal: Goal
) -> None:
    accepted, tried = 0, 0
    for turn, way in enumerate(WAYS * PEOPLE):
        code, check = way(world, person(world, turn))
        wrong = [outcome(check, another(code)) for _ in range(GUESSES)]
        assert wrong == [CodeWrong] * (GUESSES - 1) + [TooManyGuesses]
        late = [outcome(check, code) for _ in range(3)]
        accepted += late.count(None) + 3 - late.count(TooManyGuesses)
        tried += 1
    goal(
        "S03", f"{accepted} of {tried} right codes accepted as the sixth guess or later"
    )
    assert accepted == 0


def test_the_right_code_is_accepted_as_the_fifth_guess(world: World) -> None:
    for turn, way in enumerate(WAYS):
        code, check = way(world, person(world, turn))
        for _ in range(GUESSES - 1):
            outcome(check, another(code))
        assert not isinstance(outcome(check, code), type)


def app_code(world: World, turn: int) -> tuple[Person, Check, str, str]:
    who, app = with_app(world, turn)
    right = app.at(world.clock.now())
    check = world.backend.totp.check
    return who, lambda code: check(who.chat, code), right, another(right)


def saved_code(world: World, turn: int) -> tuple[Person, Check, str, str]:
    who, codes = with_saved_codes(world, turn)
    use = world.backend.recovery_codes.use
    return who, lambda code: use(who.chat, code), codes[0], "0" * 24


@pytest.mark.parametrize("kind", [app_code, saved_code])
def test_the_right_code_is_refused_after_the_twentieth_guess(
    world: World, goal: Goal, kind: Callable[..., tuple[Person, Check, str, str]]
) -> None:
    accepted = 0
    for turn in range(PEOPLE):
        who, check, right, wrong = kind(world, turn)
        world.backend.identification.begin(who.chat, who.email)
        for _ in range(MOST_FAILURES):
            outcome(check, wrong)
        accepted += outcome(check, right) is not AuthenticatorDisabled
    name = kind.__name__.replace("_", " ")
    goal("S03", f"{accepted} of {PEOPLE} right ones accepted after 20 wrong: {name}")
    assert accepted == 0


def guess_at_once(world: World, chats: list[str]) -> list[Any]:
    """Fifty wrong guesses, spread over conversations."""
    check = world.backend.identification.check
    return at_once(lambda n: check(chats[n % len(chats)], "000000"), times=RACERS)


@pytest.mark.long
@pytest.mark.parametrize("known", [True, False])
def test_of_fifty_guesses_at_once_five_are_compared(
    each_database: Sessions,
    clock: ManualClock,
    compared: list[str],
    goal: Goal,
    known: bool,
) -> None:
    world = empty_world(each_database, clock)
    exact = 0
    for turn in range(REPEATS):
        contact = person(world, turn).email if known else f"nobody{turn}@example.com"
        chat = f"chat-{turn}"
        world.backend.identification.begin(chat, contact)
        compared.clear()
        outcomes = guess_at_once(world, [chat])
        expected = {CodeWrong: GUESSES - 1, TooManyGuesses: RACERS - GUESSES + 1}
        exact += len(compared) == GUESSES and kinds(outcomes) == expected
    whose = "a known contact" if known else "an unknown contact"
    goal(
        "S04",
        f"{GUESSES} of {RACERS} compared, {exact} of {REPEATS} repeats, "
        f"{name_of(each_database)}, {whose}",
    )
    assert exact == REPEATS


def guess_on(world: World, who: Person, *, most: int) -> list[type]:
    """Ask for code after code, and guess wrong at each as often as it goes."""
    answers: list[type] = []
    for _ in range(most):
        world.clock.move(HOUR)
        sent = outcome(world.backend.identification.begin, who.chat, who.email)
        if sent is AuthenticatorDisabled:
            answers.append(sent)
            continue
        wrong = world.wrong_code(who.number)
        check = world.backend.identification.check
        answers += [outcome(check, who.chat, wrong) for _ in range(3)]
    return answers


def test_new_codes_give_no_new_guesses(
    world: World, compared: list[str], goal: Goal
) -> None:
    who = person(world, 0)
    counts = []
    for _ in range(10):
        guess_on(world, who, most=1)
        counts.append(failures(world, who))
    assert counts == [3, 6, 9, 12, 15, 18, 20, 20, 20, 20]
    (row,) = world.rows(Authenticator, Authenticator.account_id == who.account_id)
    assert row.disabled_at is not None
    goal("S05", f"10 new codes, wrong guesses {counts}, disabled at {counts[-1]}")


def failures(world: World, who: Person) -> int:
    own = Authenticator.account_id == who.account_id
    return sum(row.failures_total for row in world.rows(Authenticator, own))


def test_a_year_of_guessing_is_never_more_than_nist_allows(
    world: World, compared: list[str], goal: Goal
) -> None:
    who = person(world, 0)
    contacts = (who.email, who.number)
    guesses: list[VerificationError | None] = []
    for day in range(365):
        world.clock.move(24 * HOUR)
        chat = f"{who.chat}-{day}"
        outcome(world.backend.identification.begin, chat, contacts[day % 2])
        check = world.backend.identification.check
        guesses += [outcome(check, chat, "000000") for _ in range(GUESSES)]
    theirs = [
        row
        for row in world.rows(Challenge, Challenge.authenticator_id.is_not(None))
        if row.account_id == who.account_id
    ]
    counted = failures(world, who)
    assert len(theirs) >= MOST_FAILURES // GUESSES
    assert counted == MOST_FAILURES <= NIST_CEILING
    assert world.rows(Proof) == []
    goal("S05", f"{counted} guesses at one phone counted in a year of trying daily")


@pytest.mark.long
def test_guesses_at_once_over_many_codes_are_twenty(
    each_database: Sessions, clock: ManualClock, compared: list[str], goal: Goal
) -> None:
    world = empty_world(each_database, clock, code_lifetime=600)
    exact = 0
    for turn in range(REPEATS):
        who = person(world, turn)
        chats = [f"{who.chat}-{number}" for number in range(10)]
        for chat in chats:
            clock.move(HOUR)
            world.backend.identification.begin(chat, who.email)
            keep_alive(world, chat)
        compared.clear()
        guess_at_once(world, chats)
        exact += len(compared) == MOST_FAILURES == failures(world, who)
    goal(
        "S05",
        f"{MOST_FAILURES} of {RACERS} compared over 10 open codes, "
        f"{exact} of {REPEATS} repeats, {name_of(each_database)}",
    )
    assert exact == REPEATS


def keep_alive(world: World, chat: str) -> None:
    """Let a code not expire, so that many are open at once."""
    with world.sessions.begin() as session:
        for row in session.query(Challenge).where(Challenge.conversation_id == chat):
            row.expires_at = world.clock.now().replace(year=2031)
