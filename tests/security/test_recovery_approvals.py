"""A risky case takes two different people, whatever races."""

from collections import Counter
from typing import Any

import pytest

from bot.accounts.models import AuditEvent
from bot.clock import ManualClock
from bot.database import Sessions
from bot.handoff.errors import CaseStateWrong, EvidenceMissing, SamePerson
from bot.handoff.models import Case, CaseEvidence
from tests.security.goals import Goal
from tests.unit.world import CHAT, MARIA, World, at_once, make_risky, make_world

REPEATS = 20
DAY = 86_400


@pytest.fixture
def world(each_database: Sessions, clock: ManualClock) -> World:
    return make_world(each_database, clock)


def risky(world: World, chat: str) -> str:
    """A risky case that has waited."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, chat, world.accounts[MARIA], method="email", scope="view"
        )
    number = world.handoff.cases.open(chat, "recovery").number
    with world.sessions.begin() as session:
        session.query(Case).update({"ready_at": world.clock.now()})
    return number


def kinds(outcomes: list[Any]) -> Counter[Any]:
    return Counter(outcomes)


def test_one_person_never_approves_a_risky_case(world: World, goal: Goal) -> None:
    """Twenty tries at once by one person, then twenty by two."""
    cases, alone, approved = world.handoff.cases, 0, 0
    make_risky(world)
    for turn in range(REPEATS):
        number = risky(world, f"chat-{turn}")

        def approve(person: str, number: str = number) -> bool:
            seen = cases.evidence
            return cases.approve(number, by=person, person=person, evidence=seen)

        by_one = kinds(at_once(lambda _: approve("Pat"), times=10))
        assert by_one == {False: 1, SamePerson: 9}
        alone += cases.file(number).state == "approved"
        by_others = kinds(
            at_once(lambda place: approve(("Kim", "Pat")[place % 2]), times=10)
        )
        assert by_others[True] == 1
        approved += cases.file(number).state == "approved"
        assert cases.file(number).decided_by == "Kim"
        world.clock.move(DAY)
    database = world.sessions.kw["bind"].dialect.name
    assert (alone, approved) == (0, REPEATS)
    goal(
        "S12",
        f"two-person approval: 0 of {REPEATS} risky cases approved by one person,"
        f" {approved} of {REPEATS} by two, {database}",
    )


def test_two_at_once_are_first_and_second(world: World) -> None:
    cases = world.handoff.cases
    make_risky(world)
    number = risky(world, CHAT)

    def approve(turn: int) -> bool:
        person = f"person-{turn}"
        return cases.approve(number, by=person, person=person, evidence=cases.evidence)

    outcomes = kinds(at_once(approve))
    assert outcomes == {False: 1, True: 1, CaseStateWrong: 48}
    file = cases.file(number)
    assert file.first_by != file.decided_by
    assert len({row.person for row in world.rows(CaseEvidence)}) == 2


def test_too_little_evidence_approves_nothing(world: World) -> None:
    make_risky(world)
    number = risky(world, CHAT)
    for seen in ((), ("old_contact",), ("old_contact", "old_contact")):
        with pytest.raises(EvidenceMissing) as missing:
            world.handoff.cases.approve(number, by="Pat", evidence=seen)
        assert missing.value.needed == 2
    assert world.handoff.cases.file(number).first_by is None
    assert not world.rows(CaseEvidence)
    assert not world.rows(AuditEvent, AuditEvent.name == "case_first_approved")


def test_what_happens_while_it_waits_makes_it_risky_too(world: World) -> None:
    cases = world.handoff.cases
    number = risky(world, CHAT)
    assert cases.file(number).risk == "usual"
    make_risky(world)
    seen = cases.evidence
    assert not cases.approve(number, by="Pat", evidence=seen)
    assert cases.file(number).risk == "raised"
    assert cases.approve(number, by="Kim", evidence=seen)
