"""What a case's number tells whoever has not proved the account."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.handoff.cases import CaseView
from bot.handoff.errors import CaseUnknown
from tests.security.goals import Goal
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    NOBODY,
    OTHER_CHAT,
    World,
    approve,
    make_risky,
    make_world,
    outcome,
)

DAY = 86_400
WAIT = 3 * DAY
NEVER = datetime.fromtimestamp(0).astimezone()


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def plain(view: CaseView) -> CaseView:
    """A view without what differs from case to case."""
    return replace(view, number="", opened_at=NEVER)


def courses(world: World) -> dict[str, Any]:
    """What can become of a case before, and after, it has waited."""
    cases = world.handoff.cases
    return {
        "nothing": (lambda number: None, lambda number: None),
        "stopped": (
            lambda number: undoing(world).take(token_to(world, JAMES)),
            lambda number: None,
        ),
        "refused": (lambda number: None, lambda number: cases.refuse(number, by="A")),
        "approved": (
            lambda number: None,
            lambda number: approve(world, number, "Ada", "Bo"),
        ),
    }


def seen(world: World, contact: str, course: str) -> list[CaseView]:
    """How a case of a contact looks from elsewhere, day by day."""
    early, late = courses(world)[course]
    known = contact == JAMES
    world.backend.identification.begin(CHAT, contact)
    number = world.handoff.cases.open(CHAT, "recovery").number
    views = []
    for day in range(20):
        for chat in (CHAT, OTHER_CHAT):
            views += map(plain, world.handoff.cases.status(chat, number))
        if known and day == 1:
            early(number)
        if known and day == 13:
            late(number)
        world.clock.move(DAY)
    return views


@pytest.mark.parametrize("risky", [False, True], ids=["usual", "risky"])
@pytest.mark.parametrize("course", ["nothing", "stopped", "refused", "approved"])
def test_a_number_tells_nothing_of_an_account(
    sessions: Sessions, clock: ManualClock, goal: Goal, course: str, risky: bool
) -> None:
    world = make_world(sessions, clock)
    if risky:
        make_risky(world, JAMES)
    begun = clock.now()
    of_somebody = seen(world, JAMES, course)
    clock.at = begun
    of_nobody = seen(world, NOBODY, course)
    differing = sum(a != b for a, b in zip(of_somebody, of_nobody, strict=True))
    assert differing == 0
    goal(
        "S01",
        f"case status, {course}: {differing} of {len(of_somebody)} answers differ"
        " between a real case and nobody's",
    )


def test_the_opener_hears_the_same_wait_however_risky(world: World) -> None:
    make_risky(world, JAMES)
    waits = []
    for contact in (JAMES, NOBODY):
        world.backend.identification.begin(CHAT, contact)
        waits.append(world.handoff.cases.open(CHAT, "recovery").wait)
    assert waits == [WAIT, WAIT]


def test_an_unknown_number_is_unknown_to_everybody(world: World) -> None:
    assert outcome(world.handoff.cases.status, CHAT, "C-0000-0000") is CaseUnknown
