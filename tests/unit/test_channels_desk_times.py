"""Waits and targets as the desk's lists tell them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channels.desk.times import Promise, is_late, lasting, promise_of, shown
from bot.desk.cards import Ticket

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SOON, LATER = NOON + timedelta(minutes=15), NOON + timedelta(hours=8)
WAITING = Ticket(
    id="1",
    reason="talk_to_human",
    priority="normal",
    state="waiting",
    proved="none",
    frustrated=False,
    in_queue=True,
    agent_id=None,
    agent=None,
    requested_at=NOON,
    taken_at=None,
    first_reply_at=None,
    closed_at=None,
    outcome=None,
    disposition=None,
    first_response_due=SOON,
    resolution_due=LATER,
    first_response_late=False,
    resolution_late=False,
)


# The same as in tests/browser/modules/desk.test.js, which goes on counting.
@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "0 min"),
        (59, "0 min"),
        (59 * 60, "59 min"),
        (3600, "1 h 0 min"),
        (125 * 60, "2 h 5 min"),
        (25 * 3600, "1 d 1 h"),
    ],
)
def test_a_wait_is_told_in_its_two_largest_units(seconds: int, told: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == told


def test_first_a_reply_is_owed_then_the_end() -> None:
    replied = replace(WAITING, first_reply_at=NOON)

    assert promise_of(WAITING) == Promise("first", SOON, False)
    assert promise_of(replied) == Promise("resolution", LATER, False)


def test_a_target_that_was_missed_once_is_not_told_of_for_ever() -> None:
    late = replace(WAITING, first_response_late=True)
    replied = replace(late, first_reply_at=LATER)

    assert is_late(late)
    assert not is_late(replied)
    assert is_late(replace(replied, resolution_late=True))


def test_what_is_closed_owes_nothing() -> None:
    closed = replace(WAITING, state="closed", first_response_late=True)

    assert promise_of(closed) is None
    assert not is_late(closed)


def test_moments_are_told_in_the_teams_time_zone() -> None:
    zone = ZoneInfo("America/New_York")

    assert shown(NOON, "date", "en", zone) == "Mar 4, 2026"
    assert shown(NOON, "time", "es", zone) == "7:00"
