"""Fifty accounts want one number at once: one gets it, and nobody hangs or breaks."""

import pytest

from bot.accounts.errors import NumberInUse
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from tests.security.goals import Goal
from tests.security.people import name_of
from tests.unit.racing import RACERS, contest, owners
from tests.unit.world import empty_world, kinds

REPEATS = 20


@pytest.mark.long
def test_one_of_fifty_becomes_the_owner(
    each_database: Sessions, clock: ManualClock, goal: Goal
) -> None:
    world = empty_world(each_database, clock)
    exact = broken = 0
    for turn in range(REPEATS):
        wanted = f"+12025550{turn + 100}"
        outcomes = kinds(contest(world, wanted))
        # Whatever else is raised is a deadlock, a lock that timed out, or a fault.
        broken += RACERS - outcomes[Changed] - outcomes[NumberInUse]
        exact += outcomes[Changed] == 1 == len(owners(world, wanted))
    goal(
        "S10",
        f"1 of {RACERS} owners, {exact} of {REPEATS} repeats, "
        f"{broken} deadlocks or faults, {name_of(each_database)}",
    )
    assert (exact, broken) == (REPEATS, 0)
