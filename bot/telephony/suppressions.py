"""Suppressions: numbers whose owners said that they want no messages."""

from typing import Literal

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.telephony.repository import SuppressionRepository

Reason = Literal["keyword", "words"]
# The one message that a refusal is answered with (47 CFR 64.1200(a)(12)).
CONFIRMATION = "suppression_confirmed"


class Suppressions:
    """Begins and ends suppressions in the caller's transaction, by fingerprint.

    While one is open the outbox sends nothing to the number, by text or call; only a
    delivery posted with the purpose `CONFIRMATION` still leaves.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def begin(self, session: Session, fingerprint: str, reason: Reason) -> bool:
        """Suppress a number; False when it is already."""
        rows = SuppressionRepository(session)
        return rows.begin(fingerprint, reason, at=self._clock.now())

    def end(self, session: Session, fingerprint: str) -> bool:
        """The person wants messages again; False when nothing was suppressed."""
        return SuppressionRepository(session).end(fingerprint, at=self._clock.now())

    def is_suppressed(self, session: Session, fingerprint: str) -> bool:
        """Whether nothing is sent to a number."""
        return SuppressionRepository(session).is_open(fingerprint)
