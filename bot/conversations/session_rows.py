"""Rows of web sessions in the caller's transaction; secrets go in and hashes stay."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.conversations.models import WebSession

Kind = Literal["token", "cookie"]


@dataclass(frozen=True)
class Opened:
    """A new session; its secret, the token, is told once and kept nowhere."""

    token: str
    expires_at: datetime


class SessionRows:
    """Opens, finds and ends sessions."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def open(
        self, conversation_id: str, secret: str, *, kind: Kind, until: datetime
    ) -> Opened:
        """Let a secret open a conversation."""
        self._session.add(
            WebSession(
                token_hash=hash_of(secret),
                conversation_id=conversation_id,
                kind=kind,
                made_at=self._now,
                expires_at=until,
            )
        )
        return Opened(secret, until)

    def find(self, secret: str, *kinds: str) -> WebSession | None:
        """The live session of a secret, as it is at this moment."""
        return self._session.scalars(
            select(WebSession)
            .where(
                WebSession.token_hash == hash_of(secret),
                WebSession.kind.in_(kinds),
                WebSession.expires_at > self._now,
            )
            .execution_options(populate_existing=True)
        ).one_or_none()

    def retire_before(self, cookie: WebSession, until: datetime) -> None:
        """Let the cookies that are older than this one work until then."""
        self._session.execute(
            update(WebSession)
            .where(
                WebSession.conversation_id == cookie.conversation_id,
                WebSession.kind == "cookie",
                WebSession.made_at < cookie.made_at,
            )
            .values(kind="retired", expires_at=until)
        )

    def cookie_until(self, conversation_id: str) -> datetime | None:
        """How long the conversation's youngest cookie works; None without one."""
        return self._session.scalar(
            select(func.max(WebSession.expires_at)).where(
                WebSession.conversation_id == conversation_id,
                WebSession.kind == "cookie",
            )
        )

    def end(self, conversation_id: str, until: datetime) -> None:
        """Let nothing open the conversation any more; its cookies say so until then."""
        theirs = WebSession.conversation_id == conversation_id
        self._session.execute(
            delete(WebSession).where(theirs, WebSession.kind == "token")
        )
        self._session.execute(
            update(WebSession)
            .where(theirs, WebSession.kind.in_(("cookie", "retired")))
            .values(kind="ended", expires_at=until)
        )

    def forget(self, *conditions: Any) -> int:
        """Delete sessions; counts them."""
        gone = delete(WebSession).where(*conditions).returning(WebSession.token_hash)
        return len(self._session.scalars(gone).all())


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    # It has 256 random bits, so a plain hash cannot be turned back.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
