"""The journal: security events, written in the transaction of what happened."""

from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent
from bot.clock import Clock


class Journal:
    """Writes audit events; values are ids, counts and reasons, nothing personal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def note(
        self,
        session: Session,
        name: str,
        *,
        account_id: str | None,
        conversation_id: str | None,
        **data: str | int | None,
    ) -> None:
        """Add one event."""
        session.add(
            AuditEvent(
                account_id=account_id,
                conversation_id=conversation_id,
                name=name,
                data=data,
                at=self._clock.now(),
            )
        )
