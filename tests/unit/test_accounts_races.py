"""Fifty accounts want one number, on SQLite and on PostgreSQL."""

from bot.accounts.errors import NumberInUse
from bot.accounts.models import PhoneNumber
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import PossessionMissing
from bot.verification.models import Authenticator, Proof
from tests.unit.racing import RACERS, contest, owners
from tests.unit.world import (
    CHAT,
    at_once,
    empty_world,
    kinds,
    make_world,
)


def test_of_fifty_accounts_one_gets_the_number(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock)
    outcomes = contest(world)
    assert kinds(outcomes) == {Changed: 1, NumberInUse: RACERS - 1}
    assert len(owners(world)) == 1


def test_accounts_that_lose_keep_everything(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock)
    contest(world)
    kept = world.rows(PhoneNumber, PhoneNumber.gets_codes)
    assert len(kept) == RACERS
    retired = [row for row in world.rows(Authenticator) if row.disabled_at]
    assert len(retired) == 1
    unused = world.rows(Proof, Proof.scope == "possession", Proof.used_at.is_(None))
    assert len(unused) == RACERS - 1
    # One text to the old number and one e-mail, of the one switch that was made.
    assert len(world.rows(Delivery)) == 2


def test_as_many_accounts_as_are_allowed_get_the_number(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock, accounts_per_number=3)
    outcomes = contest(world)
    assert kinds(outcomes) == {Changed: 3, NumberInUse: RACERS - 3}
    assert sorted(row.slot or 0 for row in owners(world)) == [0, 1, 2]


def test_one_switch_is_made_when_it_is_asked_for_fifty_times(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    world.identify()
    world.prove_new()
    outcomes = at_once(lambda turn: world.backend.phone_numbers.change(CHAT))
    assert kinds(outcomes) == {Changed: 1, PossessionMissing: RACERS - 1}
    assert len(owners(world)) == 1
