"""Fifty accounts want one number, on SQLite and on PostgreSQL."""

from collections import Counter
from typing import Any

from bot.accounts.errors import NumberInUse
from bot.accounts.models import PhoneNumber
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.lines import Line
from bot.telephony.models import Delivery
from bot.telephony.numbers import parse
from bot.verification.errors import PossessionMissing
from bot.verification.models import Authenticator, Proof
from tests.unit.world import (
    CHAT,
    NEW_NUMBER,
    World,
    at_once,
    empty_world,
    make_world,
)

RACERS = 50


def contest(world: World) -> list[Any]:
    """Let fifty accounts, each with both proofs, switch to one number at once."""
    for turn in range(RACERS):
        account = world.add(f"racer{turn}@example.com", numbers=(f"+1305555{turn:04}",))
        qualify(world, account, f"chat-{turn}")
    return at_once(lambda turn: world.backend.phone_numbers.change(f"chat-{turn}"))


def qualify(world: World, account: str, chat: str) -> None:
    """Give a conversation both proofs behind the backend's back."""
    parts = world.parts
    with world.sessions.begin() as session:
        own = parts.directory.numbers(session, account)[0]
        new = parts.new_numbers.put(
            session,
            parse(NEW_NUMBER, region="US"),
            Line("mobile", None, "test"),
            account_id=account,
            conversation_id=chat,
            replaces_id=own.id,
        )
        parts.proofs.grant(session, chat, account, method="sms", scope="change")
        parts.proofs.grant(
            session,
            chat,
            account,
            method="sms",
            scope="possession",
            number_fingerprint=new.fingerprint,
        )


def owners(world: World) -> list[PhoneNumber]:
    fingerprint = world.fingerprints.of("phone", NEW_NUMBER)
    return world.rows(
        PhoneNumber,
        PhoneNumber.fingerprint == fingerprint,
        PhoneNumber.state == "verified",
    )


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(each if isinstance(each, type) else type(each) for each in outcomes)


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
