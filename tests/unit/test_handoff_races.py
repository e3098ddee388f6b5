"""Fifty at once at cases and requests, on SQLite and on PostgreSQL."""

from collections import Counter
from typing import Any

import pytest

from bot.accounts.errors import UndoImpossible
from bot.clock import ManualClock
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.handoff.cases import CaseOpened
from bot.handoff.errors import CaseLimit, CaseStateWrong, CaseUnknown
from bot.handoff.models import Case, HandoffRequest
from bot.handoff.requests import HandoffAsked
from bot.verification.models import Proof
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    MARIA,
    NOBODY,
    OMAR,
    World,
    approve,
    at_once,
    kinds,
    make_world,
)

WAIT = 3 * 86_400


@pytest.fixture
def world(each_database: Sessions, clock: ManualClock) -> World:
    return make_world(each_database, clock)


def look(world: World, email: str, chat: str) -> None:
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, chat, world.accounts[email], method="email", scope="view"
        )


def test_one_request_is_made_for_a_conversation(world: World) -> None:
    now = world.clock.now()
    with world.sessions.begin() as session:
        session.add(
            Conversation(
                id=CHAT, channel="web", language="en", created_at=now, last_at=now
            )
        )
    outcomes = at_once(lambda turn: world.handoff.requests.ask(CHAT, "asked"))
    assert outcomes.count(HandoffAsked(new=True, ahead=0)) == 1
    assert outcomes.count(HandoffAsked(new=False, ahead=0)) == 49
    assert len(world.rows(HandoffRequest)) == 1


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_one_case_is_opened_in_a_conversation(world: World, contact: str) -> None:
    world.backend.identification.begin(CHAT, contact)
    outcomes = at_once(lambda turn: world.handoff.cases.open(CHAT, "recovery"))
    assert kinds(outcomes) == {CaseOpened: 50}
    assert len({case.number for case in outcomes}) == len(world.rows(Case)) == 1


def test_three_cases_are_opened_for_an_account(world: World) -> None:
    for turn in range(50):
        look(world, OMAR, f"chat-{turn}")
    outcomes = at_once(lambda turn: world.handoff.cases.open(f"chat-{turn}", "merge"))
    assert kinds(outcomes) == {CaseOpened: 3, CaseLimit: 47}


def test_ten_wrong_numbers_are_looked_up(world: World) -> None:
    outcomes = at_once(lambda turn: world.handoff.cases.status(CHAT, "C-0000-0000"))
    assert kinds(outcomes) == {CaseUnknown: 10, CaseLimit: 40}


def test_an_approved_case_is_used_once(world: World) -> None:
    world.backend.identification.begin(CHAT, OMAR)
    number = world.handoff.cases.open(CHAT, "recovery").number
    world.clock.move(WAIT)
    approve(world, number)
    for turn in range(50):
        look(world, OMAR, f"chat-{turn}")
    outcomes = at_once(lambda turn: world.handoff.cases.redeem(f"chat-{turn}"))
    assert Counter(outcomes) == {True: 1, False: 49}
    assert len(world.rows(Proof, Proof.method == "case")) == 1


def test_a_case_that_its_owner_stops_is_never_used(world: World) -> None:
    """Whoever of team and owner comes first, the owner has the last word."""
    look(world, OMAR, CHAT)
    case = world.handoff.cases.open(CHAT, "merge")
    token, service = token_to(world, OMAR), undoing(world)

    def act(turn: int) -> Any:
        if turn % 2:
            return service.take(token)
        return approve(world, case.number)

    outcomes = at_once(act)
    assert outcomes.count("case") == 1
    assert outcomes.count(None) <= 1
    assert kinds(outcomes)[CaseStateWrong] >= 24
    (row,) = world.rows(Case)
    assert row.state == "cancelled"


def test_a_case_is_decided_once(world: World) -> None:
    look(world, OMAR, CHAT)
    number = world.handoff.cases.open(CHAT, "merge").number

    def decide(turn: int) -> str:
        way = "refuse" if turn % 2 else "approve"
        getattr(world.handoff.cases, way)(number, by="Ada")
        return way

    outcomes = at_once(decide)
    assert kinds(outcomes) == {str: 1, CaseStateWrong: 49}


def test_stopping_and_using_a_case_exclude_each_other(world: World) -> None:
    look(world, OMAR, CHAT)
    number = world.handoff.cases.open(CHAT, "compromise").number
    token, service = token_to(world, OMAR), undoing(world)
    with world.sessions.begin() as session:
        good_until = world.clock.now().replace(year=2031)
        session.query(Case).update({"state": "approved", "good_until": good_until})

    def act(turn: int) -> Any:
        return service.take(token) if turn % 2 else world.handoff.cases.redeem(CHAT)

    outcomes = at_once(act)
    stopped, used = outcomes.count("case"), outcomes.count(True)
    assert stopped + used == 1
    assert used == 0 or UndoImpossible in outcomes
    assert world.handoff.cases.file(number).state == ("done" if used else "cancelled")
