"""The right of a web visitor to one conversation, held by a random token."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.clock import Clock
from bot.conversations.errors import SessionInvalid
from bot.conversations.models import WebSession
from bot.database import Sessions, reading


@dataclass(frozen=True)
class Opened:
    """A new session; the token is told once and kept nowhere."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Visit:
    """A session that was recognised by its token."""

    conversation_id: str
    expires_at: datetime


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
        opened = Opened(self._new_token(), self._clock.now() + self._lifetime)
        with self._sessions.begin() as session:
            session.add(
                WebSession(
                    token_hash=_hash(opened.token),
                    conversation_id=conversation_id,
                    expires_at=opened.expires_at,
                )
            )
        return opened

    def recognise(self, token: str) -> Visit:
        """The session of a token.

        Raises:
            SessionInvalid: the token is unknown or has expired.
        """
        with reading(self._sessions) as session:
            found = session.scalars(
                select(WebSession).where(
                    WebSession.token_hash == _hash(token),
                    WebSession.expires_at > self._clock.now(),
                )
            ).one_or_none()
        if found is None:
            raise SessionInvalid
        return Visit(found.conversation_id, found.expires_at)


def _hash(token: str) -> str:
    # The token has 256 random bits, so a plain hash cannot be turned back.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
