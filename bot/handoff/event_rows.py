"""Queries on events for the webhook; every change is guarded by what it needs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.handoff.models import EventState, WebhookEvent


class EventRepository:
    """Events for the webhook, of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, *, now: datetime, until: datetime) -> WebhookEvent | None:
        """The oldest event that is due; others leave it alone until then.

        The try counts before it is made.
        """
        oldest = (
            select(WebhookEvent.id)
            .where(WebhookEvent.state == "queued", WebhookEvent.due_at <= now)
            .order_by(WebhookEvent.due_at, WebhookEvent.id)
            .limit(1)
            .scalar_subquery()
        )
        return self._session.scalars(
            update(WebhookEvent)
            .where(
                WebhookEvent.id == oldest,
                WebhookEvent.state == "queued",
                WebhookEvent.due_at <= now,
            )
            .values(due_at=until, tries=WebhookEvent.tries + 1)
            .returning(WebhookEvent)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def settle(self, event_id: str, tries: int, **values: object) -> bool:
        """Note what became of a try; False when another one has begun since."""
        settled = self._session.scalar(
            update(WebhookEvent)
            .where(
                WebhookEvent.id == event_id,
                WebhookEvent.state == "queued",
                WebhookEvent.tries == tries,
            )
            .values(**values)
            .returning(WebhookEvent.id)
            .execution_options(synchronize_session=False)
        )
        return settled is not None

    def revive(self, *, now: datetime) -> int:
        """Queue what was given up once more; counts it."""
        revived = self._session.scalars(
            update(WebhookEvent)
            .where(WebhookEvent.state == "dead")
            .values(state="queued", due_at=now, tries=0, fault=None)
            .returning(WebhookEvent.id)
            .execution_options(synchronize_session=False)
        )
        return len(revived.all())

    def listed(self, state: EventState) -> Sequence[WebhookEvent]:
        """Events of a state, oldest first."""
        query = select(WebhookEvent).where(WebhookEvent.state == state)
        return self._session.scalars(query.order_by(WebhookEvent.at)).all()

    def forget(self, *, sent_before: datetime) -> int:
        """Delete what was sent long ago; counts it."""
        gone = self._session.scalars(
            delete(WebhookEvent)
            .where(WebhookEvent.state == "sent", WebhookEvent.sent_at < sent_before)
            .returning(WebhookEvent.id)
        )
        return len(gone.all())
