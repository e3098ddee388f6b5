"""Since when a number was last known to be in its holder's hands."""

from datetime import date

from sqlalchemy import func, select

from bot.accounts.models import PhoneNumber
from bot.database import Sessions, reading
from bot.privacy.cipher import Fingerprints


class Holding:
    """Answers from the numbers of all accounts."""

    def __init__(self, sessions: Sessions, fingerprints: Fingerprints) -> None:
        self._sessions = sessions
        self._fingerprints = fingerprints

    def verified_on(self, e164: str) -> date | None:
        """The day on which a number was last verified; None: on no account's."""
        query = select(func.max(PhoneNumber.verified_at)).where(
            PhoneNumber.fingerprint == self._fingerprints.of("phone", e164),
            PhoneNumber.state == "verified",
        )
        with reading(self._sessions) as session:
            verified_at = session.scalar(query)
        return verified_at.date() if verified_at else None
