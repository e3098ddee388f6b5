"""The audit log of the desk: every look and every act, in the act's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.agents.models import Agent, DeskAudit
from bot.clock import Clock
from bot.database import Sessions, reading

PAGE = 100


@dataclass(frozen=True)
class AuditView:
    """One entry; without an agent it was done at the command line, or by nobody."""

    id: str
    agent_id: str | None
    agent: str | None
    act: str
    conversation_id: str | None
    account_id: str | None
    detail: dict[str, Any]
    at: datetime


class Audit:
    """Writes entries and reads them; details are ids, counts and reasons."""

    def __init__(self, sessions: Sessions, clock: Clock, *, lifetime: int) -> None:
        self._sessions = sessions
        self._clock = clock
        self._kept = timedelta(seconds=lifetime)

    def note(
        self,
        session: Session,
        act: str,
        *,
        agent_id: str | None,
        conversation_id: str | None = None,
        account_id: str | None = None,
        **detail: str | int | bool | None,
    ) -> None:
        """Add an entry in the caller's transaction."""
        session.add(
            DeskAudit(
                agent_id=agent_id,
                act=act,
                conversation_id=conversation_id,
                account_id=account_id,
                detail=detail,
                at=self._clock.now(),
            )
        )

    def entries(
        self,
        *,
        agent_id: str | None = None,
        conversation_id: str | None = None,
        before: datetime | None = None,
        most: int = PAGE,
    ) -> tuple[AuditView, ...]:
        """The newest entries, all or those of an agent or a conversation."""
        wanted = {
            DeskAudit.agent_id: agent_id,
            DeskAudit.conversation_id: conversation_id,
        }
        which = [column == value for column, value in wanted.items() if value]
        if before is not None:
            which.append(DeskAudit.at < before)
        with reading(self._sessions) as session:
            return tuple(_listed(session, which, min(most, PAGE)))

    def forget_old(self) -> int:
        """Delete what has been kept long enough; counts it."""
        before = self._clock.now() - self._kept
        gone = delete(DeskAudit).where(DeskAudit.at < before).returning(DeskAudit.id)
        with self._sessions.begin() as session:
            return len(session.scalars(gone).all())


def _listed(session: Session, which: Sequence[Any], most: int) -> list[AuditView]:
    rows = session.execute(
        select(DeskAudit, Agent.name)
        .outerjoin(Agent, Agent.id == DeskAudit.agent_id)
        .where(*which)
        .order_by(DeskAudit.at.desc(), DeskAudit.id)
        .limit(most)
    )
    return [_view(entry, name) for entry, name in rows]


def _view(entry: DeskAudit, name: str | None) -> AuditView:
    return AuditView(
        id=entry.id,
        agent_id=entry.agent_id,
        agent=name,
        act=entry.act,
        conversation_id=entry.conversation_id,
        account_id=entry.account_id,
        detail=entry.detail,
        at=entry.at,
    )
