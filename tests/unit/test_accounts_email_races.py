"""Fifty at once want one address, or one deletion: the rows decide."""

import pytest

from bot.accounts.deletion import DeletionScheduled
from bot.accounts.emails import EmailChanged
from bot.accounts.errors import AlreadyScheduled, EmailInUse, UndoUsed
from bot.accounts.models import AuditEvent, Deletion, EmailAddress, OfferedEmail
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import PossessionMissing
from tests.unit.undoing import token_to, undoing
from tests.unit.world import CHAT, MARIA, World, at_once, empty_world, kinds, make_world

RACERS = 50
WANTED = "wanted@example.org"
WEEK = 7 * 86_400


@pytest.fixture
def world(each_database: Sessions, clock: ManualClock) -> World:
    return make_world(each_database, clock)


def test_one_of_fifty_accounts_gets_an_address(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock)
    for turn in range(RACERS):
        account = world.add(f"racer{turn}@example.com", numbers=(f"+1305555{turn:04}",))
        qualify(world, account, f"chat-{turn}")
    outcomes = at_once(lambda turn: world.backend.emails.change(f"chat-{turn}"))
    assert kinds(outcomes) == {EmailChanged: 1, EmailInUse: RACERS - 1}
    wanted = world.fingerprints.of("email", WANTED)
    assert len(world.rows(EmailAddress, EmailAddress.fingerprint == wanted)) == 1
    assert len(world.rows(EmailAddress, EmailAddress.removed_at.is_not(None))) == 1


def qualify(world: World, account: str, chat: str) -> None:
    """Give a conversation both proofs behind the backend's back."""
    parts = world.parts
    email = parts.new_emails.read(WANTED)
    with world.sessions.begin() as session:
        own = parts.directory.emails(session, account)[0]
        parts.new_emails.put(
            session,
            email,
            account_id=account,
            conversation_id=chat,
            replaces_id=own.id,
        )
        parts.proofs.grant(session, chat, account, method="sms", scope="change")
        parts.proofs.grant(
            session,
            chat,
            account,
            method="email",
            scope="possession",
            number_fingerprint=email.fingerprint,
        )


def test_one_of_fifty_changes_of_one_conversation_is_made(world: World) -> None:
    world.identify()
    qualify(world, world.accounts[MARIA], CHAT)
    outcomes = at_once(lambda _: world.backend.emails.change(CHAT))
    assert kinds(outcomes) == {EmailChanged: 1, PossessionMissing: RACERS - 1}
    assert not world.rows(OfferedEmail)


def test_a_link_takes_a_change_back_once(world: World) -> None:
    world.identify()
    qualify(world, world.accounts[MARIA], CHAT)
    world.backend.emails.change(CHAT)
    token, service = token_to(world, MARIA), undoing(world)
    outcomes = at_once(lambda _: service.take(token))
    assert kinds(outcomes) == {str: 1, UndoUsed: RACERS - 1}
    assert len(world.rows(AuditEvent, AuditEvent.name == "undone")) == 1


def test_one_of_fifty_deletions_is_scheduled(world: World) -> None:
    world.identify()
    outcomes = at_once(lambda _: world.backend.deletions.schedule(CHAT))
    assert kinds(outcomes) == {DeletionScheduled: 1, AlreadyScheduled: RACERS - 1}
    assert len(world.rows(Deletion)) == 1


def test_a_deletion_that_is_due_is_stopped_or_carried_out_but_not_both(
    world: World,
) -> None:
    world.identify()
    world.backend.deletions.schedule(CHAT)
    world.clock.move(WEEK)
    world.identify()

    def stop_or_go_on(turn: int) -> int | bool:
        deletions = world.backend.deletions
        return deletions.cancel(CHAT) if turn % 2 else deletions.carry_out()

    outcomes = at_once(stop_or_go_on)
    assert sum(each for each in outcomes if not isinstance(each, type)) == 1
    (deletion,) = world.rows(Deletion)
    assert (deletion.cancelled_at is None) != (deletion.done_at is None)
