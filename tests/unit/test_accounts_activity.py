"""Recent sign-ins and changes, for whom the account belongs to."""

import pytest

from bot.accounts.activity import ActivityView
from bot.accounts.models import SignIn
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import ProofMissing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    World,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def sign_in(world: World, email: str = MARIA, *, place: str = "Austin, TX") -> None:
    with world.sessions.begin() as session:
        session.add(
            SignIn(
                account_id=world.accounts[email],
                method="sms",
                device="Firefox on Linux",
                place=place,
                succeeded=True,
                at=world.clock.now(),
            )
        )
    world.clock.move(60)


def recent(world: World, **chosen: int) -> tuple[ActivityView, ...]:
    return world.backend.activity.recent(CHAT, **chosen)


def test_activity_needs_a_proof(world: World) -> None:
    assert outcome(world.backend.activity.recent, CHAT) is ProofMissing


def test_an_account_without_activity_has_none(world: World) -> None:
    world.identify()
    assert recent(world) == ()


def test_a_sign_in_is_shown_as_it_was(world: World) -> None:
    sign_in(world)
    world.identify()
    (shown,) = recent(world)
    assert (shown.kind, shown.name, shown.method) == ("sign_in", "sign_in", "sms")
    assert (shown.device, shown.place) == ("Firefox on Linux", "Austin, TX")
    assert shown.succeeded


def test_sign_ins_and_changes_are_told_together_newest_first(world: World) -> None:
    sign_in(world, place="Austin, TX")
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    world.clock.move(60)
    sign_in(world, place="Miami, FL")
    told = [(each.name, each.place, each.method) for each in recent(world)]
    assert told == [
        ("sign_in", "Miami, FL", "sms"),
        ("number_changed", "", "sms"),
        ("sign_in", "Austin, TX", "sms"),
    ]


def test_a_number_that_was_taken_over_is_told_as_such(world: World) -> None:
    world.identify()
    world.prove_new(JAMES_NUMBER)
    world.backend.phone_numbers.claim(CHAT)
    assert [each.name for each in recent(world)] == ["number_claimed"]


def test_codes_and_looks_are_no_activity(world: World) -> None:
    world.identify()
    outcome(world.backend.identification.check, CHAT, "000000")
    assert recent(world) == ()


def test_no_more_than_asked_for_is_told(world: World) -> None:
    for place in "ABCDEFG":
        sign_in(world, place=place)
    world.identify()
    assert [each.place for each in recent(world)] == ["G", "F", "E", "D", "C"]
    assert [each.place for each in recent(world, most=2)] == ["G", "F"]


def test_another_account_is_not_told_of(world: World) -> None:
    sign_in(world, MARIA)
    world.identify(JAMES, JAMES_NUMBER)
    assert recent(world) == ()
