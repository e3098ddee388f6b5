"""Queries on deliveries; every change is guarded by what it needs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.connectors.models import DeliveryState, RemoteDelivery


class DeliveryRows:
    """Deliveries to other systems, of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(
        self, connector: str, *, now: datetime, until: datetime
    ) -> RemoteDelivery | None:
        """The oldest delivery that is due and waits for none before it.

        Others leave it alone until then; the try counts before it is made.
        """
        is_due = (
            RemoteDelivery.connector == connector,
            RemoteDelivery.state == "queued",
            RemoteDelivery.due_at <= now,
        )
        oldest = (
            select(RemoteDelivery.id)
            .where(*is_due, ~_waits_for_another())
            .order_by(RemoteDelivery.due_at, RemoteDelivery.id)
            .limit(1)
            # Of many that ask at once each gets another; SQLite lets one in at a time.
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        return self._session.scalars(
            update(RemoteDelivery)
            .where(RemoteDelivery.id == oldest, *is_due)
            .values(due_at=until, tries=RemoteDelivery.tries + 1)
            .returning(RemoteDelivery)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def settle(self, delivery: RemoteDelivery, **values: object) -> bool:
        """Note what became of a try; False when another one has begun since."""
        settled = self._session.scalar(
            update(RemoteDelivery)
            .where(
                RemoteDelivery.id == delivery.id,
                RemoteDelivery.state == "queued",
                RemoteDelivery.tries == delivery.tries,
            )
            .values(**values)
            .returning(RemoteDelivery.id)
            .execution_options(synchronize_session=False)
        )
        return settled is not None

    def revive(self, connectors: Sequence[str], *, now: datetime) -> int:
        """Queue what was given up once more; counts it."""
        revived = self._session.scalars(
            update(RemoteDelivery)
            .where(
                RemoteDelivery.state == "dead",
                RemoteDelivery.connector.in_(connectors),
            )
            # Not as if it were new: an earlier try may have been taken.
            .values(state="queued", due_at=now, tries=1, fault=None)
            .returning(RemoteDelivery.id)
            .execution_options(synchronize_session=False)
        )
        return len(revived.all())

    def listed(
        self, state: DeliveryState, connectors: Sequence[str]
    ) -> Sequence[RemoteDelivery]:
        """Deliveries of a state, oldest first."""
        query = select(RemoteDelivery).where(
            RemoteDelivery.state == state, RemoteDelivery.connector.in_(connectors)
        )
        return self._session.scalars(query.order_by(RemoteDelivery.id)).all()

    def forget(self, *, before: datetime) -> int:
        """Delete what happened long ago, told or given up; counts it."""
        gone = self._session.scalars(
            delete(RemoteDelivery)
            .where(RemoteDelivery.at < before)
            .returning(RemoteDelivery.id)
        )
        return len(gone.all())


def _waits_for_another() -> ColumnElement[bool]:
    """Whether an earlier one of the same conversation is not told yet."""
    earlier = aliased(RemoteDelivery)
    return exists().where(
        earlier.connector == RemoteDelivery.connector,
        earlier.conversation_id == RemoteDelivery.conversation_id,
        earlier.id < RemoteDelivery.id,
        or_(earlier.state == "queued", and_(earlier.state == "dead", earlier.ordered)),
    )
