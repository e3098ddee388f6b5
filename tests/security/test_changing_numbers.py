"""Changing a number: what it takes, who hears of it, and that nothing moves before."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.accounts.models import PhoneNumber
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import VerificationError
from tests.security.goals import Goal
from tests.security.people import Person, person
from tests.security.ways import to_a_new_number
from tests.unit.world import World, another, empty_world, outcome

PEOPLE = 10
Attempt = Callable[[World, Person], Any]


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def change(world: World, who: Person, chat: str = "") -> Any:
    return outcome(world.backend.phone_numbers.change, chat or who.chat)


def proved(world: World, who: Person) -> None:
    code, confirm = to_a_new_number(world, who)
    confirm(code)


def without_anything(world: World, who: Person) -> Any:
    return change(world, who)


def without_an_offer(world: World, who: Person) -> Any:
    world.identify(who.email, who.number, who.chat)
    return change(world, who)


def without_the_code(world: World, who: Person) -> Any:
    to_a_new_number(world, who)
    return change(world, who)


def with_a_wrong_code(world: World, who: Person) -> Any:
    code, confirm = to_a_new_number(world, who)
    outcome(confirm, another(code))
    return change(world, who)


def with_the_code_of_the_old_number(world: World, who: Person) -> Any:
    _, confirm = to_a_new_number(world, who)
    outcome(confirm, world.code_to(who.number))
    return change(world, who)


def a_second_too_late(world: World, who: Person) -> Any:
    proved(world, who)
    world.clock.move(301)
    return change(world, who)


def a_second_too_late_and_vouched_for(world: World, who: Person) -> Any:
    # A session of the website makes no old proof young.
    proved(world, who)
    world.clock.move(301)
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, who.chat, who.account_id, method="session", scope="view"
        )
    return change(world, who)


def with_a_code_by_mail_alone(world: World, who: Person) -> Any:
    world.backend.identification.begin(who.chat, who.email, by="email")
    world.backend.identification.check(who.chat, world.code_to(who.email))
    wanted = f"+1312{who.number[5:]}"
    offer = world.backend.phone_numbers.offer
    assert isinstance(outcome(lambda: offer(who.chat, wanted, which="1")), type)
    return change(world, who)


def in_another_conversation(world: World, who: Person) -> Any:
    proved(world, who)
    return change(world, who, chat=f"other-{who.chat}")


def for_another_number(world: World, who: Person) -> Any:
    proved(world, who)
    other = f"+1415{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, other, which="1")
    return change(world, who)


ATTEMPTS: tuple[Attempt, ...] = (
    *(without_anything, without_an_offer, without_the_code, with_a_wrong_code),
    *(with_the_code_of_the_old_number, a_second_too_late),
    *(a_second_too_late_and_vouched_for, with_a_code_by_mail_alone),
    *(in_another_conversation, for_another_number),
)


def codes_go_to(world: World, who: Person) -> list[str]:
    rows = world.rows(
        PhoneNumber,
        PhoneNumber.account_id == who.account_id,
        PhoneNumber.state == "verified",
        PhoneNumber.gets_codes,
    )
    return [row.fingerprint for row in rows]


def test_no_number_is_changed_without_both_proofs(world: World, goal: Goal) -> None:
    changed = moved = 0
    for turn in range(len(ATTEMPTS) * PEOPLE):
        who = person(world, turn)
        before = codes_go_to(world, who)
        answer = ATTEMPTS[turn % len(ATTEMPTS)](world, who)
        changed += not (isinstance(answer, type) and issubclass(answer, REFUSALS))
        moved += codes_go_to(world, who) != before
    tried = len(ATTEMPTS) * PEOPLE
    goal("S11", f"{changed} of {tried} changes made without both proofs")
    goal("S11", f"old number off before the change: {moved} of {tried}")
    assert (changed, moved) == (0, 0)


REFUSALS = (VerificationError,)


def test_with_both_proofs_every_address_is_told(world: World, goal: Goal) -> None:
    told = expected = 0
    for turn in range(PEOPLE):
        emails = [f"person{turn}{place}@example.com" for place in "abc"]
        number, chat = f"+1305{556 + turn}{turn:04}", f"chat-{turn}"
        account = world.add(*emails, numbers=(number,))
        who = Person(emails[0], number, chat, account)
        proved(world, who)
        assert isinstance(change(world, who), Changed)
        for address in (*emails, number):
            notices = [m for m in world.sent_to(address) if m.purpose == "notice"]
            told += len(notices) == 1 and "/undo/" in notices[0].text
            expected += 1
    goal("S11", f"{told} of {expected} addresses told, the old number among them")
    assert told == expected
