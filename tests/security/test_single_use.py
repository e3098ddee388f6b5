"""What counts once: used fifty times at once, again, late, and for something else."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import CodeUsed, VerificationError
from tests.security.goals import Goal
from tests.security.people import (
    Person,
    name_of,
    person,
    with_app,
    with_saved_codes,
)
from tests.security.ways import by_text, to_a_new_address, to_a_new_number
from tests.unit.undoing import token_to, undoing
from tests.unit.world import World, at_once, empty_world, outcome

RACERS, REPEATS = 50, 20
Use = Callable[[], Any]


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def sent_code(world: World, turn: int) -> Use:
    code, check = by_text(world, person(world, turn))
    return lambda: check(code)


def app_code(world: World, turn: int) -> Use:
    who, app = with_app(world, turn)
    world.backend.identification.begin(who.chat, who.email)
    code = app.at(world.clock.now())
    return lambda: world.backend.totp.check(who.chat, code)


def saved_code(world: World, turn: int) -> Use:
    who, codes = with_saved_codes(world, turn)
    world.backend.identification.begin(who.chat, who.email)
    return lambda: world.backend.recovery_codes.use(who.chat, codes[0])


def changed(world: World, turn: int) -> Person:
    """Somebody who is about to change their number, with everything proved."""
    who = person(world, turn)
    code, confirm = to_a_new_number(world, who)
    confirm(code)
    return who


def proof_of_a_number(world: World, turn: int) -> Use:
    who = changed(world, turn)
    return lambda: world.backend.phone_numbers.change(who.chat)


def undo_link(world: World, turn: int) -> Use:
    who = changed(world, turn)
    world.backend.phone_numbers.change(who.chat)
    token, links = token_to(world, who.email), undoing(world)
    return lambda: links.take(token)


USES = (sent_code, app_code, saved_code, proof_of_a_number, undo_link)


@pytest.mark.long
@pytest.mark.parametrize("use", USES)
def test_of_fifty_uses_at_once_one_counts(
    each_database: Sessions, clock: ManualClock, goal: Goal, use: Callable[..., Use]
) -> None:
    world = empty_world(each_database, clock)
    exact = 0
    for turn in range(REPEATS):
        once = use(world, turn)
        outcomes = at_once(lambda _, once=once: once(), times=RACERS)  # type: ignore[misc]
        exact += sum(not isinstance(each, type) for each in outcomes) == 1
    name = use.__name__.replace("_", " ")
    goal(
        "S06",
        f"1 of {RACERS} uses at once accepted, {exact} of {REPEATS} repeats, "
        f"{name_of(each_database)}: {name}",
    )
    assert exact == REPEATS


@pytest.mark.parametrize("use", USES)
def test_what_was_used_is_refused_ever_after(
    world: World, use: Callable[..., Use]
) -> None:
    once = use(world, 0)
    assert not isinstance(outcome(once), type)
    assert all(isinstance(outcome(once), type) for _ in range(4))


def test_a_step_of_an_app_counts_once(world: World, goal: Goal) -> None:
    accepted, check = 0, world.backend.totp.check
    for turn in range(50):
        who, app = with_app(world, turn)
        world.backend.identification.begin(who.chat, who.email)
        code, before = (
            app.at(world.clock.now()),
            app.at(world.clock.now(), counter_offset=-1),
        )
        check(who.chat, code)
        # Neither again, nor the code of the step before it.
        again = [outcome(check, who.chat, each) for each in (code, before)]
        accepted += 2 - again.count(CodeUsed)
    goal("S06", f"{accepted} of 100 codes accepted of a step that was used or is past")
    assert accepted == 0


def test_a_code_is_void_once_a_new_one_is_sent(world: World, goal: Goal) -> None:
    accepted = 0
    for turn in range(100):
        who = person(world, turn)
        old, check = by_text(world, who)
        world.clock.move(60)
        world.backend.identification.resend(who.chat)
        if world.code_to(who.number) != old:
            accepted += not is_refusal(outcome(check, old))
    goal("S06", f"{accepted} of 100 codes accepted after a new one was sent")
    assert accepted == 0


def identify_for_number(world: World, who: Person) -> Any:
    code, _ = by_text(world, who)
    world.backend.identification.check(who.chat, code)
    world.clock.move(60)
    _, confirm = _offered(world, who)
    world.backend.identification.begin_known(who.chat)
    return outcome(confirm, world.code_to(who.number))


def _offered(world: World, who: Person) -> tuple[str, Callable[[str], Any]]:
    wanted = f"+1312{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, wanted, which="1")
    confirm = world.backend.phone_numbers.confirm
    return world.code_to(wanted), lambda code: confirm(who.chat, code)


def number_for_identify(world: World, who: Person) -> Any:
    code, _ = to_a_new_number(world, who)
    world.clock.move(60)
    world.backend.identification.begin_known(who.chat)
    return outcome(world.backend.identification.check, who.chat, code)


def number_for_address(world: World, who: Person) -> Any:
    world.identify_twice(who.email, who.number, who.chat)
    code, _ = _offered(world, who)
    world.backend.emails.offer(who.chat, f"new.{who.email}")
    return outcome(world.backend.emails.confirm, who.chat, code)


def address_for_number(world: World, who: Person) -> Any:
    code, _ = to_a_new_address(world, who)
    _, confirm = _offered(world, who)
    return outcome(confirm, code)


def sign_in_for_identify(world: World, who: Person) -> Any:
    world.identify(who.email, who.number, who.chat)
    world.clock.move(120)
    world.backend.identification.resend_sign_in(who.chat)
    code = world.code_to(who.number)
    world.clock.move(300)
    world.backend.identification.begin_known(who.chat, by="email")
    return outcome(world.backend.identification.check, who.chat, code)


def in_another_chat(world: World, who: Person) -> Any:
    code, _ = by_text(world, who)
    return outcome(world.backend.identification.check, f"other-{who.chat}", code)


def in_another_chat_that_waits(world: World, who: Person) -> Any:
    code, _ = by_text(world, who)
    other = f"other-{who.chat}"
    world.clock.move(60)
    world.backend.identification.begin(other, who.email)
    return outcome(world.backend.identification.check, other, code)


def in_a_strangers_chat(world: World, who: Person) -> Any:
    code, _ = by_text(world, who)
    other = f"other-{who.chat}"
    world.backend.identification.begin(other, f"nobody-{who.email}")
    return outcome(world.backend.identification.check, other, code)


def for_another_number(world: World, who: Person) -> Any:
    code, confirm = to_a_new_number(world, who)
    another_one = f"+1415{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, another_one, which="1")
    return outcome(confirm, code)


def proof_for_another_number(world: World, who: Person) -> Any:
    code, confirm = to_a_new_number(world, who)
    confirm(code)
    another_one = f"+1415{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, another_one, which="1")
    return outcome(world.backend.phone_numbers.change, who.chat)


MISUSES = {
    "purpose": [
        *(identify_for_number, number_for_identify, number_for_address),
        *(address_for_number, sign_in_for_identify),
    ],
    "session": [in_another_chat, in_another_chat_that_waits, in_a_strangers_chat],
    "number": [for_another_number, proof_for_another_number],
}


def is_refusal(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, VerificationError)


@pytest.mark.parametrize("other", MISUSES)
def test_a_code_counts_for_nothing_else(world: World, goal: Goal, other: str) -> None:
    accepted, misuses = 0, MISUSES[other]
    for turn in range(100):
        misuse = misuses[turn % len(misuses)]
        answer = misuse(world, person(world, turn))
        accepted += not is_refusal(answer)
    goal("S06", f"{accepted} of 100 codes accepted for another {other}")
    assert accepted == 0


def test_the_same_code_counts_for_what_it_is_meant(world: World) -> None:
    who = person(world, 0)
    world.identify_twice(who.email, who.number, who.chat)
    world.backend.emails.offer(who.chat, f"new.{who.email}")
    code, confirm = _offered(world, who)
    assert not isinstance(outcome(confirm, code), type)
