"""Since when a number was last known to be in its holder's hands."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.models import PhoneNumber
from bot.accounts.repository import PhoneNumberRepository
from bot.database import Sessions, reading
from bot.privacy.cipher import Fingerprints

LAST = func.coalesce(PhoneNumber.proved_at, PhoneNumber.verified_at)


class Holding:
    """Answers from the numbers of all accounts."""

    def __init__(self, sessions: Sessions, fingerprints: Fingerprints) -> None:
        self._sessions = sessions
        self._fingerprints = fingerprints

    def verified_on(self, e164: str) -> date | None:
        """The day on which a number was last proved; None: on no account's."""
        query = select(func.max(LAST)).where(
            PhoneNumber.fingerprint == self._fingerprints.of("phone", e164),
            PhoneNumber.state == "verified",
        )
        with reading(self._sessions) as session:
            verified_at = session.scalar(query)
        return verified_at.date() if verified_at else None


def is_idle(
    session: Session, fingerprint: str, account_id: str, *, since: datetime
) -> bool:
    """Whether a number of the account was last proved before a moment."""
    query = select(LAST).where(
        PhoneNumber.account_id == account_id,
        PhoneNumber.fingerprint == fingerprint,
        PhoneNumber.state == "verified",
    )
    proved_at = session.scalar(query)
    return proved_at is not None and proved_at < since


def note_proof(
    session: Session, fingerprint: str, account_id: str, *, now: datetime
) -> None:
    """Keep that a number of the account is in its holder's hands at this moment."""
    PhoneNumberRepository(session).note_proof(fingerprint, account_id, now=now)
