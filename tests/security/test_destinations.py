"""Numbers that must not get codes get none: typed, or put on an account elsewhere."""

from functools import partial
from typing import get_args

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.errors import NumberError
from bot.telephony.lines import Line, LineKind
from bot.telephony.models import Delivery
from bot.telephony.policy import REFUSED_KINDS
from tests.security.goals import Goal
from tests.unit.world import CHAT, World, empty_world, outcome

FORBIDDEN = (
    [f"+1900555{last:04}" for last in range(1200, 1240)]
    + [
        f"+1{area}55501{last:02}"
        for area in (202, 415, 787)
        for last in range(0, 100, 5)
    ]
    + [f"+1876555{last:04}" for last in range(1200, 1220)]
    + [f"+1809555{last:04}" for last in range(1200, 1220)]
    + [f"+1473440{last:04}" for last in range(1200, 1220)]
    + [f"+1800555{last:04}" for last in range(1200, 1220)]
    + ["+449098790000", "+33899123456", "+491801123456", "+443001234567"]
    + ["+442079460958", "+447400123456", "+34600123456", "+5215512345678"]
    + ["+881612345678", "+870773111632", "+883510001234567", "+979123456789"]
    + ["+80012345678", "+8081234567", "+5355555555", "+2250101234567"]
    + ["911", "112", "999", "12345", "611", "+15551234567", "+1911"]
)
# Ordinary to look at; what they are only a look-up can tell.
LOOKED_UP = {
    f"+1312234{last:04}": Line(kind, None, "test")
    for last, kind in enumerate(sorted(REFUSED_KINDS & {*get_args(LineKind)}))
}
TYPED = (*FORBIDDEN, *LOOKED_UP)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock, lines=LOOKED_UP, allow_fictional=False)


def to_phones(world: World) -> list[Delivery]:
    return world.rows(Delivery, Delivery.by != "email", Delivery.state != "decoy")


def test_nothing_is_sent_to_a_forbidden_number_that_is_typed(
    world: World, goal: Goal
) -> None:
    account = world.add("owner@example.com")
    with world.sessions.begin() as session:
        world.parts.proofs.grant(session, CHAT, account, method="totp", scope="change")
    offer = world.backend.phone_numbers.offer
    for number in TYPED:
        refusal = outcome(partial(offer, CHAT, number, adds=True))
        assert isinstance(refusal, type) and issubclass(refusal, NumberError), number
    goal("S09", f"{len(to_phones(world))} sends to {len(TYPED)} forbidden numbers")
    assert len(TYPED) >= 200
    assert to_phones(world) == []


def test_an_ordinary_number_gets_a_code(world: World) -> None:
    account = world.add("owner@example.com")
    with world.sessions.begin() as session:
        world.parts.proofs.grant(session, CHAT, account, method="totp", scope="change")
    world.backend.phone_numbers.offer(CHAT, "312 234 5678", adds=True)
    assert len(to_phones(world)) == 1


def test_nothing_is_sent_to_one_that_came_on_an_account_otherwise(
    world: World, goal: Goal
) -> None:
    numbers = [number for number in FORBIDDEN if number.startswith("+")]
    for turn, number in enumerate(numbers):
        email = f"strange{turn}@example.com"
        world.add(email, numbers=(number,))
        for by in ("sms", "voice"):
            world.backend.identification.begin(f"{by}-{turn}", email, by=by)
            world.clock.move(600)
    figure = f"{len(to_phones(world))} sends to {len(numbers)} that were on accounts"
    goal("S09", figure)
    assert to_phones(world) == []
