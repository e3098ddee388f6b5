"""Queries on requests for a person; every change is guarded by what it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.handoff.models import OPEN, HandoffRequest, Priority

# Who comes first has the lower rank.
URGENCY: Mapping[Priority, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
RANK = case(
    dict(URGENCY),
    value=HandoffRequest.priority,
    else_=len(URGENCY),
)


@dataclass(frozen=True)
class Due:
    """One of the two promises of a request: when, whether kept, and its breach."""

    name: str
    column: InstrumentedAttribute[datetime]
    breached: InstrumentedAttribute[datetime | None]
    missing: tuple[ColumnElement[bool], ...] = ()


FIRST_RESPONSE = Due(
    "first_response",
    HandoffRequest.first_response_due,
    HandoffRequest.first_response_breached_at,
    (HandoffRequest.first_reply_at.is_(None),),
)
RESOLUTION = Due(
    "resolution",
    HandoffRequest.resolution_due,
    HandoffRequest.resolution_breached_at,
)


class RequestRepository:
    """Requests for a person, of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, request: HandoffRequest) -> bool:
        """Keep a request; False when the conversation has one that is open."""
        try:
            with self._session.begin_nested():
                self._session.add(request)
        except IntegrityError:
            return False
        return True

    def open_of(self, conversation_id: str) -> HandoffRequest | None:
        """The conversation's request that is not closed, as it is now."""
        return self._session.scalars(
            select(HandoffRequest)
            .where(
                HandoffRequest.conversation_id == conversation_id,
                OPEN,
            )
            .execution_options(populate_existing=True)
        ).one_or_none()

    def change(
        self, request_id: str, *guards: ColumnElement[bool], **values: object
    ) -> HandoffRequest | None:
        """Change an open request where the guards hold; None where they do not."""
        return self._session.scalars(
            update(HandoffRequest)
            .where(
                HandoffRequest.id == request_id,
                OPEN,
                *guards,
            )
            .values(**values)
            .returning(HandoffRequest)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def ahead_of(self, request: HandoffRequest) -> int:
        """How many come before: more urgent ones, and who has waited longer."""
        earlier = or_(
            HandoffRequest.requested_at < request.requested_at,
            and_(
                HandoffRequest.requested_at == request.requested_at,
                HandoffRequest.id < request.id,
            ),
        )
        own = URGENCY[request.priority]
        query = select(func.count()).where(
            HandoffRequest.state == "waiting",
            or_(RANK < own, and_(RANK == own, earlier)),
        )
        return self._session.scalar(query) or 0

    def listed(self, *which: ColumnElement[bool]) -> Sequence[HandoffRequest]:
        """Open requests, in the order in which they are to be taken."""
        query = select(HandoffRequest).where(OPEN, *which)
        order = (RANK, HandoffRequest.requested_at, HandoffRequest.id)
        return self._session.scalars(query.order_by(*order)).all()

    def latest_waits(self, *, since: datetime, most: int) -> list[timedelta]:
        """How long the latest took from the queue to an agent."""
        rows = self._session.execute(
            select(HandoffRequest.queued_at, HandoffRequest.taken_at)
            .where(
                HandoffRequest.queued_at.is_not(None),
                HandoffRequest.taken_at >= since,
            )
            .order_by(HandoffRequest.taken_at.desc())
            .limit(most)
        )
        return [taken - queued for queued, taken in rows if queued and taken]

    def breach(self, due: Due, *, now: datetime) -> Sequence[HandoffRequest]:
        """Mark what was due before now and is not there; each once."""
        return self._session.scalars(
            update(HandoffRequest)
            .where(
                OPEN,
                due.column <= now,
                due.breached.is_(None),
                *due.missing,
            )
            .values({due.breached: now})
            .returning(HandoffRequest)
            .execution_options(synchronize_session=False)
        ).all()
