"""Everything that expires counts in its last second, and not in the next.

The goal's table of issued recovery codes (10 minutes by phone, 24 hours by e-mail,
21 or 30 days by post; SP 800-63B-4, 4.2.1) is a table of upper limits. Here a code by
e-mail is good for 10 minutes like any other, nothing is sent by post, and saved codes
are authenticators that do not expire. So the table below is what is measured, and
that no code that is sent outlives the strictest of the goal's limits.
"""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.models import Challenge
from tests.security.goals import Goal
from tests.security.people import person, with_app, with_saved_codes
from tests.security.test_single_use import changed
from tests.security.ways import (
    WAYS,
    by_call,
    by_mail,
    by_text,
    to_a_new_address,
    to_a_new_number,
)
from tests.unit.undoing import token_to, undoing
from tests.unit.world import World, empty_world, outcome

Use = Callable[[], Any]
DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def sent(way: Callable[..., tuple[str, Callable[[str], Any]]]) -> Callable[..., Use]:
    def use(world: World) -> Use:
        code, check = way(world, person(world, 0))
        return lambda: check(code)

    return use


def first_code_of_an_app(world: World) -> Use:
    who = person(world, 0)
    world.identify_twice(who.email, who.number, who.chat)
    app = pyotp.TOTP(world.backend.totp.enrol(who.chat).secret)
    confirm = world.backend.totp.confirm
    return lambda: confirm(who.chat, app.at(world.clock.now()))


def code_of_an_app(world: World) -> Use:
    who, app = with_app(world, 0)
    # From the first second of its 30 on.
    world.clock.move(30 - world.clock.now().timestamp() % 30)
    code = app.at(world.clock.now())
    world.backend.identification.begin(who.chat, who.email)
    return lambda: world.backend.totp.check(who.chat, code)


def proof_for_a_look(world: World) -> Use:
    who = person(world, 0)
    world.identify(who.email, who.number, who.chat)
    return lambda: world.backend.phone_numbers.find(who.chat)


def proof_for_a_change(world: World) -> Use:
    who = changed(world, 0)
    return lambda: world.backend.phone_numbers.change(who.chat)


def undo_link(world: World) -> Use:
    who = changed(world, 0)
    world.backend.phone_numbers.change(who.chat)
    token = token_to(world, who.email)
    return lambda: undoing(world).take(token)


def link_that_stops_a_deletion(world: World) -> Use:
    who = person(world, 0)
    world.identify(who.email, who.number, who.chat)
    world.backend.deletions.schedule(who.chat)
    token = token_to(world, who.email)
    return lambda: undoing(world).take(token)


def approved_case(world: World) -> Use:
    who = person(world, 0)
    world.backend.identification.begin("case", who.email)
    number = world.handoff.cases.open("case", "recovery").number
    world.clock.move(4 * DAY)
    cases = world.handoff.cases
    cases.approve(number, by="Ada", evidence=cases.evidence)

    def redeem() -> None:
        with world.sessions.begin() as session:
            world.parts.proofs.grant(
                session, who.chat, who.account_id, method="email", scope="view"
            )
        if not world.handoff.cases.redeem(who.chat):
            raise LookupError

    return redeem


LIFETIMES = {
    "code by text": (sent(by_text), 600),
    "code by call": (sent(by_call), 600),
    "code by e-mail": (sent(by_mail), 600),
    "code to a new number": (sent(to_a_new_number), 600),
    "code to a new address": (sent(to_a_new_address), 600),
    "first code of an app": (first_code_of_an_app, 600),
    "code of an app": (code_of_an_app, 60),
    "proof for a look": (proof_for_a_look, 900),
    # Fresh means 300 seconds old at most.
    "proof for a change": (proof_for_a_change, 301),
    "undo link": (undo_link, DAY),
    "link that stops a deletion": (link_that_stops_a_deletion, 7 * DAY),
    "approved case": (approved_case, 7 * DAY),
}


@pytest.mark.parametrize("what", LIFETIMES)
def test_it_counts_in_its_last_second_and_not_in_the_next(
    world: World, goal: Goal, what: str
) -> None:
    make, seconds = LIFETIMES[what]
    use = make(world)
    world.clock.move(seconds)
    late = outcome(use)
    world.clock.move(-1)
    in_time = outcome(use)
    goal("S07", f"{what}: accepted at {seconds - 1} s, refused at {seconds} s")
    assert isinstance(late, type)
    assert not isinstance(in_time, type), in_time


def test_a_saved_code_does_not_expire(world: World, goal: Goal) -> None:
    who, codes = with_saved_codes(world, 0)
    world.clock.move(10 * 365 * DAY)
    world.backend.identification.begin(who.chat, who.email)
    assert world.backend.recovery_codes.use(who.chat, codes[0]) == len(codes) - 1
    goal("S07", "saved recovery code: accepted after 10 years")


def test_no_code_that_is_sent_outlives_the_strictest_limit(world: World) -> None:
    for turn, way in enumerate((*WAYS, by_call)):
        way(world, person(world, turn))
    lives = {row.expires_at - row.created_at for row in world.rows(Challenge)}
    assert {life.total_seconds() for life in lives} == {600}
