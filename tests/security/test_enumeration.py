"""Whether a contact belongs to an account: told by no word, no statement and no time.

The time is that of the two services that a stranger reaches, over real SQLite; what
leaves is sent by another thread for a known contact and for nobody for an unknown one.
A busy machine makes one measurement in a hundred look uneven (p <= 0.01), so that an
uneven one is taken again, twice at most; what has to be equal each time is the work.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot import seed
from bot.accounts.demo import DemoPerson
from bot.clock import ManualClock
from bot.database import Sessions
from tests.conversations.stage import Stage
from tests.conversations.test_unknown_contacts import OPENING, seen_by
from tests.conversations.visitor import Visitor
from tests.security.goals import Goal
from tests.security.people import person
from tests.unit.world import World, empty_world, outcome, statements

PAIRS = 400
SHUFFLES = 2000
MOST_APART = 0.005

Open = Callable[[Stage, str], Visitor]


def known(turn: int) -> str:
    return f"known{turn}@example.com"


@pytest.fixture
def crowded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage with as many people as there are pairs."""
    many = [
        DemoPerson(known(turn), "Somebody", "en", (f"+1305{556 + turn}{turn:04}",))
        for turn in range(PAIRS)
    ]
    monkeypatch.setattr(seed, "PEOPLE", many)
    seed.seed(stage.services)
    return stage


def on_the_web(stage: Stage, _number: str) -> Visitor:
    return stage.visitor(language="en")


def by_text(stage: Stage, number: str) -> Visitor:
    return stage.texter(number)


def in_spanish(stage: Stage, _number: str) -> Visitor:
    return stage.visitor(language="es")


WAYS = {"on the web": on_the_web, "by text": by_text, "in Spanish": in_spanish}


def heard(stage: Stage, visitor: Visitor, contact: str, language: str) -> Any:
    """Everything that somebody sees who names a contact and guesses a code."""
    visitor.say(OPENING[language])
    visitor.say(contact)
    visitor.say("000000")
    return seen_by(visitor)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_no_word_tells(crowded: Stage, goal: Goal, way: str) -> None:
    language = "es" if way == "in Spanish" else "en"
    different = 0
    for turn in range(PAIRS):
        # Two minutes apart, so that no limit on openings is met.
        crowded.clock.move(120)
        contacts = (known(turn), f"unknown{turn}@example.com")
        of_known, of_unknown = (
            heard(crowded, WAYS[way](crowded, f"+1{area}556{turn:04}"), each, language)
            for area, each in zip((312, 415), contacts, strict=True)
        )
        assert len(of_known) >= 6
        different += of_known != of_unknown
    goal("S01", f"{different} of {PAIRS} pairs differ {way}")
    assert different == 0


def begin(world: World, chat: str, contact: str) -> Any:
    return outcome(world.backend.identification.begin, chat, contact)


def guess(world: World, chat: str, _contact: str) -> Any:
    return outcome(world.backend.identification.check, chat, "000000")


STEPS = (begin, guess)


def test_no_statement_tells(sessions: Sessions, clock: ManualClock, goal: Goal) -> None:
    world, different = empty_world(sessions, clock), 0
    for turn in range(PAIRS):
        who = person(world, turn)
        clock.move(120)
        for step in STEPS:
            made: list[list[str]] = []
            for contact in (who.email, f"nobody{turn}@example.com"):
                with statements(sessions) as each:
                    step(world, f"chat of {contact}", contact)
                made.append(each)
            different += made[0] != made[1]
    goal("S02", f"{different} of {len(STEPS) * PAIRS} pairs of steps differ in work")
    assert different == 0


Times = NDArray[np.float64]


def measure(world: World, first: int) -> tuple[Times, Times]:
    """Seconds that known and unknown contacts take, turn about."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(first, first + PAIRS):
        who = person(world, turn)
        world.clock.move(120)
        contacts = {True: who.email, False: f"nobody{turn}@example.com"}
        for is_known in (turn % 2 == 0, turn % 2 == 1):
            contact = contacts[is_known]
            began = time.perf_counter()
            for step in STEPS:
                step(world, f"chat of {contact}", contact)
            taken[is_known].append(time.perf_counter() - began)
    return np.array(taken[True]), np.array(taken[False])


def unevenness(one: Times, other: Times) -> float:
    """How likely a difference of medians like this is if there is none."""
    random, both = np.random.default_rng(2), np.concatenate((one, other))
    seen = abs(np.median(one) - np.median(other))
    apart = 0
    for _ in range(SHUFFLES):
        random.shuffle(both)
        half = len(one)
        apart += abs(np.median(both[:half]) - np.median(both[half:])) >= seen
    return apart / SHUFFLES


@pytest.mark.long
def test_no_time_tells(sessions: Sessions, clock: ManualClock, goal: Goal) -> None:
    world = empty_world(sessions, clock)
    measure(world, 0)
    for take in range(1, 4):
        one, other = measure(world, take * PAIRS)
        apart = abs(statistics.median(one) - statistics.median(other))
        likely = unevenness(one, other)
        if likely > 0.01:
            break
    goal(
        "S02",
        f"medians {apart * 1000:.2f} ms apart over 2 x {PAIRS}, p = {likely:.2f}, "
        f"measurement {take}",
    )
    assert apart < MOST_APART
    assert likely > 0.01
