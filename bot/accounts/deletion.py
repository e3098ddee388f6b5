"""Deletion of accounts: asked for in a chat, done after a wait, stopped in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.accounts.closing import Closing
from bot.accounts.directory import AccountDirectory
from bot.accounts.errors import AlreadyScheduled
from bot.accounts.journal import Journal
from bot.accounts.models import Deletion, Undo, new_id
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import lock_accounts
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions
from bot.settings import Settings
from bot.telephony.outbox import Outbox
from bot.verification.proofs import Proofs

DAY = 86_400
OPEN = (Deletion.cancelled_at.is_(None), Deletion.done_at.is_(None))


@dataclass(frozen=True)
class DeletionScheduled:
    """When the account is deleted, and how many whole days that is away."""

    due_at: datetime
    days: int


class Deletions:
    """Asking for it needs a fresh proof; stopping it needs less, or a link."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        directory: AccountDirectory,
        proofs: Proofs,
        rebinding: Rebinding,
        closing: Closing,
        notices: Notices,
        undo_links: UndoLinks,
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._wait = settings.deletion_wait
        self._directory = directory
        self._proofs = proofs
        self._rebinding = rebinding
        self._closing = closing
        self._notices = notices
        self._undo_links = undo_links
        self._journal = journal
        self._outbox = outbox

    def schedule(self, conversation_id: str) -> DeletionScheduled:
        """Let the account be deleted after the wait, and tell its owner everywhere.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
            AlreadyScheduled: it was asked for before.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_change(session, conversation_id)
            lock_accounts(session, [proof.account_id])
            deletion = self._add(session, proof.account_id)
            self._tell_scheduled(session, deletion)
            self._note(session, "deletion_scheduled", deletion, conversation_id)
        self._outbox.wake()
        return DeletionScheduled(deletion.due_at, self._wait // DAY)

    def due_at(self, conversation_id: str) -> datetime | None:
        """When the account is deleted, if that was asked for.

        Raises:
            ProofMissing: no account is in view.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            deletion = _open_one(session, proof.account_id)
            return deletion.due_at if deletion else None

    def cancel(self, conversation_id: str) -> bool:
        """Keep the account after all; False when no deletion was open.

        Raises:
            ProofMissing: no account is in view.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            lock_accounts(session, [proof.account_id])
            deletion = _open_one(session, proof.account_id)
            if deletion is None or not self._cancel(session, deletion.id):
                return False
            self._notices.mail(session, proof.account_id, "deletion_cancelled")
            self._note(session, "deletion_cancelled", deletion, conversation_id)
        self._outbox.wake()
        return True

    def take_back(self, session: Session, undo: Undo) -> None:
        """Stop the deletion that a link is about; one that was stopped stays so.

        Whoever asked for it has to prove who they are again.
        """
        account_id = undo.account_id or ""
        self._rebinding.end_what_was_open(session, account_id)
        if self._cancel(session, undo.data["deletion_id"]):
            self._notices.mail(session, account_id, "deletion_cancelled")

    def carry_out(self) -> int:
        """Delete the accounts that are due, and count them."""
        query = select(Deletion.id, Deletion.account_id).where(
            Deletion.due_at <= self._clock.now(), *OPEN
        )
        with self._sessions.begin() as session:
            due = session.execute(query.order_by(Deletion.due_at)).all()
        done = sum(self._carry_out(row.id, row.account_id) for row in due)
        if done:
            self._outbox.wake()
        return done

    def close_now(self, session: Session, account_id: str) -> None:
        """Close an account without a wait, in the caller's transaction."""
        self._closing.close(session, account_id)
        self._journal.note(
            session, "account_erased", account_id=account_id, conversation_id=None
        )

    def _carry_out(self, deletion_id: str, account_id: str) -> bool:
        with self._sessions.begin() as session:
            lock_accounts(session, [account_id])
            done = session.scalars(
                update(Deletion)
                .where(Deletion.id == deletion_id, *OPEN)
                .values(done_at=self._clock.now())
                .returning(Deletion)
            ).one_or_none()
            if done is None:
                return False
            self._closing.close(session, account_id)
            self._note(session, "account_deleted", done, None)
        return True

    def _add(self, session: Session, account_id: str) -> Deletion:
        now = self._clock.now()
        before = _open_one(session, account_id)
        if before is not None:
            raise AlreadyScheduled(before.due_at)
        deletion = Deletion(
            id=new_id(),
            account_id=account_id,
            asked_at=now,
            due_at=now + timedelta(seconds=self._wait),
        )
        session.add(deletion)
        session.flush()
        return deletion

    def _cancel(self, session: Session, deletion_id: str) -> bool:
        cancelled = session.scalar(
            update(Deletion)
            .where(Deletion.id == deletion_id, *OPEN)
            .values(cancelled_at=self._clock.now())
            .returning(Deletion.id)
        )
        return cancelled is not None

    def _tell_scheduled(self, session: Session, deletion: Deletion) -> None:
        account_id = deletion.account_id
        url = self._undo_links.offer(
            session,
            "deletion",
            account_id=account_id,
            lifetime=self._wait,
            deletion_id=deletion.id,
        )
        values = {"due_on": deletion.due_at.date().isoformat(), "undo_url": url}
        self._notices.mail(session, account_id, "deletion_scheduled", **values)
        number = self._directory.code_number(session, account_id, fingerprint="")
        if number:
            self._notices.tell_number(
                session, account_id, number, "deletion_scheduled", **values
            )

    def _note(
        self,
        session: Session,
        name: str,
        deletion: Deletion,
        conversation_id: str | None,
    ) -> None:
        self._journal.note(
            session,
            name,
            account_id=deletion.account_id,
            conversation_id=conversation_id,
            deletion_id=deletion.id,
        )


def _open_one(session: Session, account_id: str) -> Deletion | None:
    query = select(Deletion).where(Deletion.account_id == account_id, *OPEN)
    return session.scalars(query).one_or_none()
