"""Showings: secrets that a visitor sees in the chat for a while, and then never again.

A line of the log names a showing by its id and holds nothing of it, so a secret is
in no log, no engine and no desk. It is shown until the visitor goes on.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.verification.models import Showing

LIFETIME = timedelta(minutes=10)
ShownKind = Literal["totp", "recovery_codes"]
Body = dict[str, Any]


class Showings:
    """Keeps secrets encrypted, and hands them to the conversation they are for."""

    def __init__(self, sessions: Sessions, clock: Clock, cipher: Cipher) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher

    def put(
        self,
        session: Session,
        conversation_id: str,
        kind: ShownKind,
        body: Mapping[str, Any],
    ) -> str:
        """Keep a secret in the transaction that makes it; gives its id."""
        now = self._clock.now()
        showing = Showing(
            conversation_id=conversation_id,
            kind=kind,
            body_encrypted=self._cipher.encrypt(json.dumps({**body, "kind": kind})),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        session.add(showing)
        session.flush()
        return showing.id

    def read(self, conversation_id: str, ids: Iterable[str]) -> dict[str, Body]:
        """Those of the conversation's secrets that are still shown, by id."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        now = self._clock.now()
        theirs = (
            Showing.conversation_id == conversation_id,
            Showing.id.in_(wanted),
            Showing.expires_at > now,
        )
        with self._sessions.begin() as session:
            session.execute(
                update(Showing)
                .where(*theirs, Showing.shown_at.is_(None))
                .values(shown_at=now)
            )
            rows = session.scalars(select(Showing).where(*theirs)).all()
        return {row.id: self._open(row) for row in rows}

    def go_on(self, session: Session, conversation_id: str) -> None:
        """Forget what was shown, as the visitor's next line is heard.

        What is on its way to a visitor who types fast was not shown yet, and stays.
        """
        session.execute(
            delete(Showing).where(
                Showing.conversation_id == conversation_id,
                Showing.shown_at.is_not(None),
            )
        )

    def forget_expired(self) -> int:
        """Delete what is not shown any longer; counts it."""
        expired = delete(Showing).where(Showing.expires_at <= self._clock.now())
        with self._sessions.begin() as session:
            result = cast("CursorResult[Any]", session.execute(expired))
        return result.rowcount

    def _open(self, showing: Showing) -> Body:
        body: Body = json.loads(self._cipher.decrypt(showing.body_encrypted))
        return body
