"""Keeping what a person typed: encrypted, for minutes, only what somebody needs."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.privacy.cipher import Cipher
from bot.privacy.errors import DisclosureGone
from bot.privacy.masking import Found
from bot.privacy.models import Disclosure

# Nothing here can do anything with a card or a social security number.
KEPT_KINDS = frozenset({"phone", "email", "code", "recovery_code", "case"})


class Disclosures:
    """Values by conversation, message and kind."""

    def __init__(
        self, sessions: Sessions, clock: Clock, cipher: Cipher, *, lifetime: int
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._lifetime = timedelta(seconds=lifetime)

    def keep(
        self, session: Session, conversation_id: str, seq: int, found: Iterable[Found]
    ) -> None:
        """Keep the values of message `seq` in the transaction that appends it."""
        expires_at = self._clock.now() + self._lifetime
        positions: Counter[str] = Counter()
        for each in found:
            if each.kind not in KEPT_KINDS:
                continue
            session.add(
                Disclosure(
                    conversation_id=conversation_id,
                    seq=seq,
                    kind=each.kind,
                    position=positions[each.kind],
                    value_encrypted=self._cipher.encrypt(each.value),
                    expires_at=expires_at,
                )
            )
            positions[each.kind] += 1

    def reveal(
        self, conversation_id: str, seq: int, kind: str, *, position: int = 0
    ) -> str:
        """The value behind a placeholder of message `seq`, the first of its kind.

        Raises:
            DisclosureGone: it was never there, or its time is over.
        """
        query = select(Disclosure.value_encrypted).where(
            Disclosure.conversation_id == conversation_id,
            Disclosure.seq == seq,
            Disclosure.kind == kind,
            Disclosure.position == position,
            Disclosure.expires_at > self._clock.now(),
        )
        with reading(self._sessions) as session:
            sealed = session.scalar(query)
        if sealed is None:
            raise DisclosureGone(kind)
        return self._cipher.decrypt(sealed)

    def values(
        self, session: Session, conversation_id: str, seq: int, kind: str
    ) -> tuple[str, ...]:
        """All values of a kind in message `seq` that can still be revealed."""
        query = select(Disclosure.value_encrypted).where(
            Disclosure.conversation_id == conversation_id,
            Disclosure.seq == seq,
            Disclosure.kind == kind,
            Disclosure.expires_at > self._clock.now(),
        )
        sealed = session.scalars(query.order_by(Disclosure.position))
        return tuple(map(self._cipher.decrypt, sealed))

    def forget(self, session: Session, conversation_id: str, seq: int) -> None:
        """Delete what message `seq` disclosed, in the caller's transaction."""
        session.execute(
            delete(Disclosure).where(
                Disclosure.conversation_id == conversation_id, Disclosure.seq == seq
            )
        )

    def forget_expired(self) -> int:
        """Delete what can no longer be revealed; counts it."""
        expired = delete(Disclosure).where(Disclosure.expires_at <= self._clock.now())
        with self._sessions.begin() as session:
            result = cast("CursorResult[Any]", session.execute(expired))
        return result.rowcount
