"""Ten thousand requests for codes, from few places, for few blocks of numbers.

Blocks, countries and the budget are counted in periods that begin with their first
code; they are measured here in the same periods. Numbers and places are measured in
every hour and every day there is.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import VerificationError
from tests.security.goals import Goal
from tests.unit.world import World, empty_world

Moments = dict[Any, list[datetime]]
HOUR, DAY = 3600, 86_400
REQUESTS = 10_000
PLACES, IN_A_BLOCK = 12, 20
BY_BLOCK, BY_COUNTRY, BUDGET = 30, 100, 900
COUNTRY = {
    **dict.fromkeys(("202", "312", "415", "646"), "US"),
    **dict.fromkeys(("787", "939"), "PR"),
}


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(
        *(sessions, clock),
        prefix_sends_per_hour=BY_BLOCK,
        country_sends_per_hour=BY_COUNTRY,
        spending_limit=BUDGET,
        spending_period=DAY,
    )


def crowd(world: World) -> list[str]:
    """Ways to name people of a few blocks of numbers, and nobodies."""
    contacts = []
    for area in COUNTRY:
        for last in range(IN_A_BLOCK):
            email, number = f"{area}-{last}@example.com", f"+1{area}555{2000 + last}"
            world.add(email, numbers=(number,))
            contacts += [email, number]
    return contacts + [f"nobody-{turn}@example.com" for turn in range(60)]


def most_in(moments: Sequence[datetime], seconds: int) -> int:
    """The most of them within any stretch of time."""
    ordered = sorted(moments)
    first = most = 0
    for last, moment in enumerate(ordered):
        while (moment - ordered[first]).total_seconds() >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def most_by_period(moments: Sequence[datetime], seconds: int) -> int:
    """The most of them in one of the periods that begin with their first."""
    began, counted, most = datetime.min, 0, 0
    for moment in sorted(moments):
        if counted == 0 or (moment - began).total_seconds() >= seconds:
            began, counted = moment, 0
        counted += 1
        most = max(most, counted)
    return most


def sort(left: Sequence[Delivery], key: Callable[[Delivery], Any]) -> Moments:
    """When each left, by what it has in common with others."""
    moments: Moments = defaultdict(list)
    for row in left:
        moments[key(row)].append(row.created_at)
    return moments


def most_of(
    most: Callable[[Sequence[datetime], int], int], moments: Moments, seconds: int
) -> int:
    return max(most(each, seconds) for each in moments.values())


@pytest.mark.long
def test_ten_thousand_requests_pass_no_cap(world: World, goal: Goal) -> None:
    contacts, random = crowd(world), Random(8)
    numbers = {
        world.fingerprints.of("phone", contact): contact
        for contact in contacts
        if contact.startswith("+")
    }
    asked: Moments = defaultdict(list)
    with capture_logs() as logs:
        for turn in range(REQUESTS):
            place = f"93.184.216.{turn % PLACES}"
            # Some people are asked for much oftener than others.
            contact = contacts[int(len(contacts) * random.random() ** 3)]
            chat = f"chat-{turn}"
            world.backend.visitors.note(chat, place)
            by = random.choice(("sms", "sms", "voice"))
            try:
                world.backend.identification.begin(chat, contact, by=by)
                asked[place].append(world.clock.now())
            except VerificationError:
                pass
            world.clock.move(random.randrange(16))
    left = world.rows(Delivery, Delivery.by != "email", Delivery.state != "decoy")
    by_number = sort(left, lambda row: row.to_fingerprint)
    by_block = sort(left, lambda row: numbers[row.to_fingerprint][:-4])
    by_country = sort(left, lambda row: COUNTRY[numbers[row.to_fingerprint][2:5]])
    tripped = [each for each in logs if each["event"] == "spending_breaker_tripped"]
    figures = {
        "a number an hour": (most_of(most_in, by_number, HOUR), 5),
        "a number a day": (most_of(most_in, by_number, DAY), 10),
        "a place an hour": (most_of(most_in, asked, HOUR), 20),
        "a block an hour": (most_of(most_by_period, by_block, HOUR), BY_BLOCK),
        "a country an hour": (most_of(most_by_period, by_country, HOUR), BY_COUNTRY),
        "in all": (len(left), BUDGET),
    }
    said = ", ".join(f"{name} {got} of {most}" for name, (got, most) in figures.items())
    goal("S08", f"{REQUESTS} requests: {said}; breaker tripped {len(tripped)} times")
    assert all(0 < got <= most for got, most in figures.values())
    assert len(left) == BUDGET and len(tripped) == 1
