"""Links, claims and removals that come at once, on SQLite and on PostgreSQL."""

from typing import Any

import pytest

from bot.accounts.errors import LastFactor, NumberInUse, UndoImpossible, UndoUsed
from bot.accounts.models import AuditEvent, PhoneNumber
from bot.accounts.numbers import Changed, Removed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.models import Authenticator
from tests.unit.racing import RACERS, owners, qualify
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OTHER_CHAT,
    World,
    at_once,
    empty_world,
    kinds,
    make_world,
)


def verified(world: World, number: str) -> list[PhoneNumber]:
    return world.rows(
        PhoneNumber,
        PhoneNumber.fingerprint == world.fingerprints.of("phone", number),
        PhoneNumber.state == "verified",
    )


def usable(world: World, email: str) -> list[Authenticator]:
    return world.rows(
        Authenticator,
        Authenticator.account_id == world.accounts[email],
        Authenticator.disabled_at.is_(None),
    )


def test_a_link_that_is_used_fifty_times_takes_the_change_back_once(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    token = token_to(world, MARIAS_NUMBER)
    outcomes = at_once(lambda turn: undoing(world).take(token))
    assert kinds(outcomes) == {str: 1, UndoUsed: RACERS - 1}
    assert len(usable(world, MARIA)) == 1
    assert len(world.rows(AuditEvent, AuditEvent.name == "undone")) == 1


def test_of_fifty_accounts_that_claim_a_number_one_gets_it(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock)
    world.add("before@example.com", numbers=(NEW_NUMBER,))
    for turn in range(RACERS):
        account = world.add(f"racer{turn}@example.com", numbers=(f"+1305555{turn:04}",))
        qualify(world, account, f"chat-{turn}", NEW_NUMBER)
    world.clock.move(1)
    outcomes = at_once(lambda turn: world.backend.phone_numbers.claim(f"chat-{turn}"))
    assert kinds(outcomes) == {Changed: 1, NumberInUse: RACERS - 1}
    assert len(owners(world)) == 1
    suspended = world.rows(AuditEvent, AuditEvent.name == "number_suspended")
    assert len(suspended) == 1


@pytest.mark.parametrize("turn", range(5))
def test_two_accounts_that_claim_each_others_number_do_not_wait_for_ever(
    each_database: Sessions, clock: ManualClock, turn: int
) -> None:
    world = make_world(each_database, clock)
    world.clock.move(60)
    world.identify()
    world.prove_new(JAMES_NUMBER)
    world.clock.move(1)
    world.identify(JAMES_OTHER_NUMBER, JAMES_OTHER_NUMBER, OTHER_CHAT)
    world.prove_new(MARIAS_NUMBER, OTHER_CHAT)
    world.clock.move(1)
    outcomes = at_once(
        lambda turn: world.backend.phone_numbers.claim((CHAT, OTHER_CHAT)[turn]),
        times=2,
    )
    assert Changed in kinds(outcomes)
    assert len(verified(world, JAMES_NUMBER)) <= 1
    assert len(verified(world, MARIAS_NUMBER)) <= 1
    assert "OperationalError" not in {
        getattr(each, "__name__", "") for each in outcomes
    }


def test_a_number_goes_back_or_to_somebody_else_but_not_both(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    token = token_to(world, MARIAS_NUMBER)
    world.clock.move(60)
    world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
    world.prove_new(MARIAS_NUMBER, OTHER_CHAT)

    def race(turn: int) -> Any:
        if turn % 2:
            return undoing(world).take(token)
        return world.backend.phone_numbers.change(OTHER_CHAT)

    outcomes = kinds(at_once(race))
    assert outcomes[str] + outcomes[Changed] == 1
    assert len(verified(world, MARIAS_NUMBER)) == 1
    lost = UndoImpossible if outcomes[Changed] else NumberInUse
    assert outcomes[lost] == RACERS // 2


def test_a_change_and_its_undoing_leave_one_number_that_proves(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    token = token_to(world, MARIAS_NUMBER)
    world.clock.move(60)
    world.identify(MARIA, NEW_NUMBER, OTHER_CHAT)
    world.prove_new("+12025550178", OTHER_CHAT)
    world.clock.move(1)

    def race(turn: int) -> Any:
        if turn % 2:
            return undoing(world).take(token)
        return world.backend.phone_numbers.change(OTHER_CHAT)

    outcomes = kinds(at_once(race))
    assert outcomes[str] == 1
    assert len(verified(world, MARIAS_NUMBER)) == 1
    assert not verified(world, NEW_NUMBER)
    assert not verified(world, "+12025550178")
    (app,) = usable(world, MARIA)
    assert app.phone_number_id == verified(world, MARIAS_NUMBER)[0].id


def test_two_numbers_that_are_removed_at_once_do_not_leave_none(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    world.identify(JAMES, JAMES_NUMBER)
    outcomes = at_once(
        lambda turn: world.backend.phone_numbers.remove(
            CHAT, ("0123", "0199")[turn % 2]
        )
    )
    assert kinds(outcomes)[Removed] == 1
    assert LastFactor in kinds(outcomes)
    assert len(usable(world, JAMES)) == 1
