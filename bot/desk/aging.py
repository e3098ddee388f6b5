"""Aging: how long the desk keeps what agents wrote and decided."""

from datetime import timedelta

from sqlalchemy import delete

from bot.clock import Clock
from bot.database import Sessions
from bot.desk.models import Note, NumberReturn


class DeskAging:
    """Notes are kept as long as messages, decisions as long as security events."""

    def __init__(
        self, sessions: Sessions, clock: Clock, *, notes: int, decisions: int
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._notes = timedelta(seconds=notes)
        self._decisions = timedelta(seconds=decisions)

    def purge(self) -> dict[str, int]:
        """Delete what is due, and count it by table."""
        now = self._clock.now()
        notes = delete(Note).where(Note.at < now - self._notes).returning(Note.id)
        returns = (
            delete(NumberReturn)
            .where(NumberReturn.decided_at < now - self._decisions)
            .returning(NumberReturn.id)
        )
        with self._sessions.begin() as session:
            return {
                "note": len(session.scalars(notes).all()),
                "number_return": len(session.scalars(returns).all()),
            }
