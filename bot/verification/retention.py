"""How long codes, counts and events are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from bot.accounts.models import (
    AuditEvent,
    Deletion,
    EmailAddress,
    FormerEmail,
    SignIn,
)
from bot.accounts.new_emails import NewEmails
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions
from bot.verification.meters import Meters
from bot.verification.models import Proof
from bot.verification.repository import ChallengeRepository
from bot.verification.throttles import Throttles
from bot.verification.visitors import Visitors

CODES = timedelta(hours=24)
COUNTS = timedelta(days=30)
# For so long the owner of an address that left an account hears of a recovery.
FORMER = timedelta(days=30)

# Told of codes that are about to be deleted: those that expired before a moment.
CodesGo = Callable[[Session, datetime], None]


def unnoticed(_session: Session, _before: datetime) -> None:
    """Let codes go without a word."""


class Retention:
    """Deletes what has been kept long enough."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        throttles: Throttles,
        new_numbers: NewNumbers,
        new_emails: NewEmails,
        undo_links: UndoLinks,
        meters: Meters,
        visitors: Visitors,
        *,
        undo_lifetime: int,
        audit_retention: int,
        codes_go: CodesGo = unnoticed,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._throttles = throttles
        self._new_numbers = new_numbers
        self._new_emails = new_emails
        self._undo_links = undo_links
        self._meters = meters
        self._visitors = visitors
        self._undo_lifetime = timedelta(seconds=undo_lifetime)
        self._events = timedelta(seconds=audit_retention)
        self._codes_go = codes_go

    def purge(self) -> dict[str, int]:
        """Delete what is due, and count it by table."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            self._codes_go(session, now - CODES)
            return {
                "throttle": self._throttles.forget(session, before=now - COUNTS),
                "challenge": ChallengeRepository(session).forget(before=now - CODES),
                "proof": self._forget_proofs(session),
                "phone_number": self._new_numbers.forget(session, before=now - CODES),
                "offered_email": self._new_emails.forget(session, before=now - CODES),
                "email_address": self._forget_emails(session),
                "former_email": self._forget_former(session),
                # A while longer than it counts, to say that it is too old.
                "undo": self._undo_links.forget(session, before=now - COUNTS),
                "meter": self._meters.forget(session, before=now - COUNTS),
                "visitor": self._visitors.forget(session, before=now - COUNTS),
                "audit_event": self._forget_events(session),
                "sign_in": self._forget_sign_ins(session),
                "deletion": self._forget_deletions(session),
            }

    def _forget_emails(self, session: Session) -> int:
        """Free the addresses that no link can put back any more; see `FormerEmail`."""
        due = EmailAddress.removed_at <= self._clock.now() - self._undo_lifetime
        columns = ("id", "account_id", "address_encrypted", "masked", "removed_at")
        kept = select(*(getattr(EmailAddress, name) for name in columns)).where(due)
        session.execute(insert(FormerEmail).from_select(columns, kept))
        gone = delete(EmailAddress).where(due).returning(EmailAddress.id)
        return len(session.scalars(gone).all())

    def _forget_former(self, session: Session) -> int:
        before = self._clock.now() - FORMER
        gone = delete(FormerEmail).where(FormerEmail.removed_at < before)
        return len(session.scalars(gone.returning(FormerEmail.id)).all())

    def _forget_proofs(self, session: Session) -> int:
        before = self._clock.now() - CODES
        gone = delete(Proof).where(Proof.expires_at < before).returning(Proof.id)
        return len(session.scalars(gone).all())

    def _forget_sign_ins(self, session: Session) -> int:
        before = self._clock.now() - self._events
        gone = delete(SignIn).where(SignIn.at < before).returning(SignIn.id)
        return len(session.scalars(gone).all())

    def _forget_deletions(self, session: Session) -> int:
        """Drop those that were done or taken back."""
        before, ended = self._clock.now() - self._events, Deletion.cancelled_at
        over = func.coalesce(Deletion.done_at, ended) < before
        gone = delete(Deletion).where(over).returning(Deletion.id)
        return len(session.scalars(gone).all())

    def _forget_events(self, session: Session) -> int:
        before = self._clock.now() - self._events
        gone = delete(AuditEvent).where(AuditEvent.at < before).returning(AuditEvent.id)
        return len(session.scalars(gone).all())
