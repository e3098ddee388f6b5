"""Deletion of an account: asked for, stopped, and carried out."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.accounts.deletion import DeletionScheduled
from bot.accounts.errors import AlreadyScheduled, UndoUnknown
from bot.accounts.models import (
    Account,
    AuditEvent,
    Deletion,
    EmailAddress,
    PhoneNumber,
    SignIn,
    Undo,
)
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import ProofMissing, ProofStale
from bot.verification.models import Authenticator, Proof, RecoveryCode
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    OMAR,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)

WEEK = 7 * 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def scheduled(world: World) -> DeletionScheduled:
    world.identify()
    world.clock.move(1)
    return world.backend.deletions.schedule(CHAT)


def status(world: World, email: str = MARIA) -> str:
    (account,) = world.rows(Account, Account.id == world.accounts[email])
    return account.status


def last_mail(world: World, address: str = MARIA) -> str:
    return world.sent_to(address)[-1].text


class TestAsking:
    """A deletion is scheduled by whoever has just proved who they are."""

    def test_a_fresh_proof_is_needed(self, world: World) -> None:
        assert outcome(world.backend.deletions.schedule, CHAT) is ProofMissing
        world.identify()
        world.clock.move(301)
        assert outcome(world.backend.deletions.schedule, CHAT) is ProofStale
        assert not world.rows(Deletion)

    def test_it_is_due_after_the_wait(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        due = world.clock.now() + timedelta(seconds=WEEK)
        assert scheduled == DeletionScheduled(due, 7)
        assert status(world) == "active"

    def test_a_second_time_changes_nothing(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.clock.move(60)
        with pytest.raises(AlreadyScheduled) as refused:
            world.backend.deletions.schedule(CHAT)
        assert refused.value.due_at == scheduled.due_at
        assert len(world.rows(Deletion)) == 1

    def test_the_owner_is_told_by_mail_and_text_when_and_how_to_keep_it(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        assert "2030-01-08" in last_mail(world)
        assert "2030-01-08" in last_mail(world, MARIAS_NUMBER)
        assert token_to(world, MARIA) == token_to(world, MARIAS_NUMBER)

    def test_it_is_noted(self, world: World, scheduled: DeletionScheduled) -> None:
        (noted,) = world.rows(AuditEvent, AuditEvent.name == "deletion_scheduled")
        assert noted.conversation_id == CHAT


class TestKeeping:
    """Whoever may look may stop it, and so may who has the link."""

    def test_a_proof_is_needed(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        assert outcome(world.backend.deletions.cancel, OTHER_CHAT) is ProofMissing

    def test_an_old_proof_is_enough(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.clock.move(800)
        assert world.backend.deletions.cancel(CHAT)
        assert "se conserva" in last_mail(world)
        assert len(world.rows(AuditEvent, AuditEvent.name == "deletion_cancelled")) == 1

    def test_its_day_is_told_to_who_is_known_until_it_is_stopped(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        assert world.backend.deletions.due_at(CHAT) == scheduled.due_at
        world.backend.deletions.cancel(CHAT)
        assert world.backend.deletions.due_at(CHAT) is None
        assert outcome(world.backend.deletions.due_at, OTHER_CHAT) is ProofMissing

    def test_without_a_deletion_there_is_nothing_to_stop(self, world: World) -> None:
        world.identify()
        assert not world.backend.deletions.cancel(CHAT)

    def test_nobody_stops_the_deletion_of_another_account(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
        assert not world.backend.deletions.cancel(OTHER_CHAT)

    def test_it_is_stopped_once(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        assert world.backend.deletions.cancel(CHAT)
        assert not world.backend.deletions.cancel(CHAT)

    def test_what_was_stopped_is_not_carried_out(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.backend.deletions.cancel(CHAT)
        world.clock.move(WEEK)
        assert world.backend.deletions.carry_out() == 0
        assert status(world) == "active"

    def test_it_can_be_asked_for_again(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.backend.deletions.cancel(CHAT)
        world.clock.move(60)
        again = world.backend.deletions.schedule(CHAT)
        assert again.due_at - scheduled.due_at == timedelta(seconds=60)

    def test_the_link_stops_it_to_the_last_second(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        token = token_to(world, MARIA)
        world.clock.move(WEEK - 1)
        assert undoing(world).take(token) == "deletion"
        world.clock.move(1)
        assert world.backend.deletions.carry_out() == 0
        assert "se conserva" in last_mail(world)

    def test_the_link_ends_every_proof(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        undoing(world).take(token_to(world, MARIA))
        assert outcome(world.backend.deletions.schedule, CHAT) is ProofMissing

    def test_the_link_of_a_deletion_that_was_stopped_stops_no_later_one(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        token = token_to(world, MARIA)
        world.backend.deletions.cancel(CHAT)
        world.clock.move(60)
        world.backend.deletions.schedule(CHAT)
        undoing(world).take(token)
        assert len(world.rows(Deletion, Deletion.cancelled_at.is_(None))) == 1


class TestCarryingOut:
    """When it is due, everything that tells of the owner goes."""

    @pytest.fixture
    def rich(self, world: World) -> str:
        """James has an app and saved codes; gives the link that keeps his account."""
        world.identify_twice(JAMES, JAMES_NUMBER)
        app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
        world.backend.totp.confirm(CHAT, app.at(world.clock.now()))
        world.backend.recovery_codes.issue(CHAT)
        world.backend.emails.offer(CHAT, "james.new@example.org")
        self._add_sign_in(world)
        world.backend.deletions.schedule(CHAT)
        return token_to(world, JAMES)

    @pytest.fixture
    def gone(self, world: World, rich: str) -> str:
        """James's account is deleted; gives its id."""
        world.clock.move(WEEK)
        assert world.backend.deletions.carry_out() == 1
        return world.accounts[JAMES]

    def _add_sign_in(self, world: World) -> None:
        with world.sessions.begin() as session:
            session.add(
                SignIn(
                    account_id=world.accounts[JAMES],
                    method="sms",
                    device="Mac, Safari",
                    place="Oakland, CA",
                    succeeded=True,
                    at=world.clock.now(),
                )
            )

    def test_it_is_carried_out_to_the_second(
        self, world: World, scheduled: DeletionScheduled
    ) -> None:
        world.clock.move(WEEK - 1)
        assert world.backend.deletions.carry_out() == 0
        assert status(world) == "active"
        world.clock.move(1)
        assert world.backend.deletions.carry_out() == 1
        assert status(world) == "closed"
        assert world.backend.deletions.carry_out() == 0

    def test_every_account_that_is_due_is_deleted(self, world: World) -> None:
        world.identify()
        world.backend.deletions.schedule(CHAT)
        world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
        world.backend.deletions.schedule(OTHER_CHAT)
        world.clock.move(WEEK)
        assert world.backend.deletions.carry_out() == 2
        assert status(world, OMAR) == "active"

    def test_the_last_mail_says_so(self, world: World, gone: str) -> None:
        assert "was deleted" in last_mail(world, JAMES)

    def test_nothing_tells_of_the_owner_any_more(self, world: World, gone: str) -> None:
        world.outbox.drain()
        for model in (EmailAddress, SignIn, Undo, Proof):
            assert not world.rows(model, model.account_id == gone), model
        assert not world.rows(RecoveryCode)
        (account,) = world.rows(Account, Account.id == gone)
        assert account.display_name == ""
        for number in world.rows(PhoneNumber, PhoneNumber.account_id == gone):
            assert (number.state, number.masked) == ("removed", "")
            assert (number.number_encrypted, number.fingerprint) == (b"", "")
        for row in world.rows(Authenticator, Authenticator.account_id == gone):
            assert row.disabled_at is not None and row.secret_encrypted is None

    def test_no_value_of_the_owner_is_left_in_any_table(
        self, world: World, gone: str
    ) -> None:
        traces = {
            world.fingerprints.of("email", JAMES),
            world.fingerprints.of("phone", JAMES_NUMBER),
            "j•••@example.com",
            "•••-•••-0123",
            "Oakland, CA",
        }
        kept = {
            (table.name, column)
            for table in Base.metadata.sorted_tables
            for row in self._rows(world, table.name)
            for column, value in row.items()
            if any(trace in str(value) for trace in traces)
        }
        # The last mail is still to be sent; keyed hashes of codes that were sent and
        # of their counts go within a month.
        assert kept == {
            ("delivery", "to_masked"),
            ("delivery", "to_fingerprint"),
            ("challenge", "destination_fingerprint"),
            ("challenge", "limit_key"),
            ("throttle", "key"),
        }
        mails = world.rows(Delivery, Delivery.to_masked == "j•••@example.com")
        assert [mail.state for mail in mails] == ["queued"]

    def _rows(self, world: World, table: str) -> list[dict[str, object]]:
        with world.sessions() as session:
            rows = session.execute(select(Base.metadata.tables[table])).mappings()
            return [dict(row) for row in rows]

    def test_it_is_noted_under_the_random_id(self, world: World, gone: str) -> None:
        (noted,) = world.rows(AuditEvent, AuditEvent.name == "account_deleted")
        assert noted.account_id == gone
        assert set(noted.data) == {"deletion_id"}

    def test_no_link_works_any_more(self, world: World, rich: str, gone: str) -> None:
        assert outcome(undoing(world).take, rich) is UndoUnknown

    def test_nothing_is_proved_and_no_code_is_sent(
        self, world: World, gone: str
    ) -> None:
        assert outcome(world.backend.emails.view, CHAT) is ProofMissing
        before = len(world.sent_to(JAMES_NUMBER))
        world.backend.identification.begin(OTHER_CHAT, JAMES)
        assert len(world.sent_to(JAMES_NUMBER)) == before

    def test_address_and_number_are_free_for_others(
        self, world: World, gone: str
    ) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        world.backend.phone_numbers.change(CHAT)
        world.clock.move(60)
        world.backend.emails.offer(CHAT, JAMES)
        world.backend.emails.confirm(CHAT, world.code_to(JAMES))
        world.backend.emails.change(CHAT)
        assert world.backend.emails.view(CHAT) == ("j•••@example.com",)

    def test_another_account_is_left_alone(self, world: World, gone: str) -> None:
        world.identify()
        assert world.backend.emails.view(CHAT) == ("m•••@example.com",)
