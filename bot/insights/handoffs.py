"""Facts of requests for a person, kept from the moment that they are made."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot.database import Sessions, reading
from bot.handoff.models import HandoffRequest
from bot.insights.days import Days
from bot.insights.models import HandoffFact
from bot.insights.rows import keep

BATCH = 200


class HandoffFacts:
    """Follows each request until it is closed."""

    def __init__(self, sessions: Sessions, days: Days) -> None:
        self._sessions = sessions
        self._days = days

    def follow(self) -> int:
        """Note every request that is new, or was not closed before; counts them."""
        count, after = 0, ""
        while moved := self._moved(after):
            with self._sessions.begin() as session:
                self._keep(session, HandoffRequest.id.in_(moved))
            count, after = count + len(moved), moved[-1]
        return count

    def let_go(self, session: Session, conversation_id: str) -> None:
        """Note the requests of a conversation, and forget whose they were.

        In the transaction that deletes it.
        """
        mine = HandoffRequest.conversation_id == conversation_id
        self._keep(session, mine)
        session.execute(
            update(HandoffFact)
            .where(HandoffFact.request_id.in_(select(HandoffRequest.id).where(mine)))
            .values(request_id=None)
            .execution_options(synchronize_session=False)
        )

    def _moved(self, after: str) -> list[str]:
        query = (
            select(HandoffRequest.id)
            .outerjoin(HandoffFact, HandoffFact.request_id == HandoffRequest.id)
            .where(
                HandoffRequest.id > after,
                or_(HandoffFact.id.is_(None), HandoffFact.outcome == ""),
            )
            .order_by(HandoffRequest.id)
            .limit(BATCH)
        )
        with reading(self._sessions) as session:
            return list(session.scalars(query))

    def _keep(self, session: Session, *which: ColumnElement[bool]) -> None:
        # Held, so that none is deleted before its fact is there to be let go.
        query = select(HandoffRequest).where(*which).with_for_update()
        for request in session.scalars(query):
            keep(
                session,
                HandoffFact,
                HandoffFact.request_id,
                request.id,
                day=self._days.of(request.requested_at),
                channel=request.channel,
                language=request.language,
                reason=request.reason,
                outcome=request.outcome or "",
                first_reply_seconds=_after(request, request.first_reply_at),
                closed_seconds=_after(request, request.closed_at),
            )


def _after(request: HandoffRequest, moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return int((moment - request.requested_at).total_seconds())
