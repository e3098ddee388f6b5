"""The right of a web visitor to one conversation, held by a random token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.clock import Clock
from bot.conversations.errors import SessionInvalid
from bot.conversations.models import WebSession
from bot.conversations.session_rows import Opened, SessionRows, hash_of
from bot.database import Sessions, reading

__all__ = ["Opened", "Visit", "WebSessions"]


@dataclass(frozen=True)
class Visit:
    """A session that was recognised by its token."""

    conversation_id: str
    expires_at: datetime
    token_hash: str


class WebSessions:
    """Opens sessions and recognises them again."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        *,
        lifetime: int,
        new_token: Callable[[], str],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._lifetime = timedelta(seconds=lifetime)
        self._new_token = new_token

    def open(self, conversation_id: str) -> Opened:
        """Make a token for a conversation, good for the session's lifetime."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            return SessionRows(session, now).open(
                conversation_id,
                self._new_token(),
                kind="token",
                until=now + self._lifetime,
            )

    def recognise(self, token: str) -> Visit:
        """The session of a token.

        Raises:
            SessionInvalid: the token is unknown, has expired, or was revoked.
        """
        return self._recognise(hash_of(token))

    def is_live(self, visit: Visit) -> bool:
        """Whether a session that was recognised before still is one."""
        try:
            self._recognise(visit.token_hash)
        except SessionInvalid:
            return False
        return True

    def forget_expired(self) -> int:
        """Delete sessions that are over; counts them."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            return SessionRows(session, now).forget(WebSession.expires_at <= now)

    def _recognise(self, token_hash: str) -> Visit:
        with reading(self._sessions) as session:
            found = session.scalars(
                select(WebSession).where(
                    WebSession.token_hash == token_hash,
                    WebSession.kind == "token",
                    WebSession.expires_at > self._clock.now(),
                )
            ).one_or_none()
        if found is None:
            raise SessionInvalid
        return Visit(found.conversation_id, found.expires_at, found.token_hash)
