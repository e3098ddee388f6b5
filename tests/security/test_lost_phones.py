"""From a code by text alone no way leads to an authenticator of another kind.

A new number in place of the old one needs no more than a code to each, as long as the
old phone is at hand: that is a change of number (S11), which every address is told of
and can take back, and not a recovery. A session of the website that is signed in is
a second proof, and so no text alone. The combinations of proofs that do recover an
account are measured in their own module.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import VerificationError
from bot.verification.models import Authenticator, RecoveryCode
from tests.security.goals import Goal
from tests.security.people import HOUR, Person, person, with_app
from tests.unit.world import World, empty_world, outcome


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def by_text(world: World, who: Person) -> None:
    world.identify(who.email, who.number, who.chat)


def by_number(world: World, who: Person) -> None:
    world.identify(who.number, who.number, who.chat)


def by_text_twice(world: World, who: Person) -> None:
    by_text(world, who)
    world.clock.move(60)
    world.backend.identification.begin_known(who.chat)
    world.backend.identification.check(who.chat, world.code_to(who.number))


def by_text_and_number(world: World, who: Person) -> None:
    by_text(world, who)
    world.clock.move(60)
    by_number(world, who)


def by_text_and_to_a_new_number(world: World, who: Person) -> None:
    by_text(world, who)
    wanted = f"+1312{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, wanted, adds=True)
    world.backend.phone_numbers.confirm(who.chat, world.code_to(wanted))
    world.backend.phone_numbers.change(who.chat)


def by_text_and_a_case_that_waits(world: World, who: Person) -> None:
    by_text(world, who)
    world.handoff.cases.open(who.chat, "recovery")
    outcome(world.handoff.cases.redeem, who.chat)


PROOFS = (
    *(by_text, by_number, by_text_twice, by_text_and_number),
    *(by_text_and_to_a_new_number, by_text_and_a_case_that_waits),
)


def an_app(world: World, who: Person) -> Any:
    return outcome(world.backend.totp.enrol, who.chat)


def saved_codes(world: World, who: Person) -> Any:
    return outcome(world.backend.recovery_codes.issue, who.chat)


def an_app_by_guessing(world: World, who: Person) -> Any:
    outcome(world.backend.totp.enrol, who.chat)
    return outcome(world.backend.totp.confirm, who.chat, "000000")


AIMS = (an_app, saved_codes, an_app_by_guessing)


def kinds_of(world: World, who: Person) -> Sequence[str]:
    own = Authenticator.account_id == who.account_id
    return sorted(row.kind for row in world.rows(Authenticator, own) if row.enabled_at)


def test_a_code_by_text_leads_to_no_other_authenticator(
    world: World, goal: Goal
) -> None:
    led = 0
    paths = list(product(PROOFS, AIMS, (True, False)))
    for turn, (prove, aim, has_app) in enumerate(paths):
        who = with_app(world, turn)[0] if has_app else person(world, turn)
        prove(world, who)
        before = kinds_of(world, who)
        answer = aim(world, who)
        refused = isinstance(answer, type) and issubclass(answer, VerificationError)
        led += not refused or kinds_of(world, who) != before
        world.clock.move(HOUR)
    goal("S12", f"{led} of {len(paths)} paths lead from texts to another authenticator")
    assert led == 0
    assert world.rows(RecoveryCode) == []


@pytest.mark.parametrize("aim", [an_app, saved_codes])
def test_a_second_proof_leads_there(
    world: World, aim: Callable[[World, Person], Any]
) -> None:
    who = person(world, 0)
    world.identify_twice(who.email, who.number, who.chat)
    assert not isinstance(aim(world, who), type)
