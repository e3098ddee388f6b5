"""Queries on deliveries and suppressions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import CursorResult, Delete, Update, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.telephony.gateway import Sent
from bot.telephony.models import Delivery, Suppression


class DeliveryRepository:
    """Deliveries of one session; every change is guarded by the state before it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self, *, limit: int) -> Sequence[Delivery]:
        """Queued and not claimed, oldest first."""
        query = (
            select(Delivery)
            .where(Delivery.state == "queued", Delivery.claimed_at.is_(None))
            .order_by(Delivery.created_at, Delivery.id)
            .limit(limit)
        )
        return self._session.scalars(query).all()

    def claim(self, delivery_id: str, *, at: datetime) -> bool:
        """Take a waiting delivery; False when another drain was faster."""
        return 1 == self._changed(
            update(Delivery)
            .where(
                Delivery.id == delivery_id,
                Delivery.state == "queued",
                Delivery.claimed_at.is_(None),
            )
            .values(claimed_at=at)
        )

    def record(self, delivery_id: str, outcome: Sent, *, at: datetime) -> bool:
        """Note what became of a claimed delivery; False when that was noted before."""
        refused = outcome.state == "failed"
        finished = outcome.state != "sent"
        return 1 == self._changed(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == "queued")
            .values(
                state=outcome.state,
                provider_id=outcome.provider_id or None,
                error_code=outcome.error_code,
                sent_at=None if refused else at,
                finished_at=at if finished else None,
            )
        )

    def fail_claimed(self, *, before: datetime, at: datetime) -> int:
        """Close deliveries whose drain died between claim and outcome."""
        return self._changed(
            update(Delivery)
            .where(Delivery.state == "queued", Delivery.claimed_at < before)
            .values(state="failed", finished_at=at)
        )

    def arrived(self, fingerprint: str) -> Sequence[Delivery]:
        """What reached an address and still has its text, oldest first."""
        query = (
            select(Delivery)
            .where(
                Delivery.to_fingerprint == fingerprint,
                Delivery.state.in_(("sent", "delivered")),
                Delivery.body_encrypted.is_not(None),
            )
            .order_by(Delivery.created_at, Delivery.id)
        )
        return self._session.scalars(query).all()

    def erase(self, before: datetime) -> int:
        """Take text and address out of finished deliveries."""
        return self._changed(
            update(Delivery)
            .where(
                Delivery.created_at < before,
                Delivery.state != "queued",
                Delivery.body_encrypted.is_not(None),
            )
            .values(body_encrypted=None, to_encrypted=None)
        )

    def forget(self, before: datetime) -> int:
        """Delete finished deliveries made before a moment; counts them."""
        return self._changed(
            delete(Delivery).where(
                Delivery.created_at < before, Delivery.state != "queued"
            )
        )

    def erase_sent_to(self, fingerprints: Sequence[str]) -> None:
        """Take text and every trace of the address out of finished deliveries."""
        self._session.execute(
            update(Delivery)
            .where(
                Delivery.to_fingerprint.in_(fingerprints), Delivery.state != "queued"
            )
            .values(
                body_encrypted=None,
                to_encrypted=None,
                to_fingerprint=None,
                to_masked="",
            )
        )

    def _changed(self, statement: Update | Delete) -> int:
        result = cast("CursorResult[Any]", self._session.execute(statement))
        return result.rowcount


class SuppressionRepository:
    """Suppressions of one session; a number has one open row at most."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, fingerprint: str, reason: str, *, at: datetime) -> bool:
        """Open a row; False when one is open."""
        row = {
            "id": uuid4().hex,
            "fingerprint": fingerprint,
            "reason": reason,
            "began_at": at,
        }
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        statement = insert(Suppression).values(row).on_conflict_do_nothing()
        return self._session.scalar(statement.returning(Suppression.id)) is not None

    def end(self, fingerprint: str, *, at: datetime) -> bool:
        """Close the open row; False when there is none."""
        statement = (
            update(Suppression)
            .where(
                Suppression.fingerprint == fingerprint, Suppression.ended_at.is_(None)
            )
            .values(ended_at=at)
        )
        result = cast("CursorResult[Any]", self._session.execute(statement))
        return result.rowcount == 1

    def is_open(self, fingerprint: str) -> bool:
        """Whether a number has an open row."""
        query = select(Suppression.id).where(
            Suppression.fingerprint == fingerprint, Suppression.ended_at.is_(None)
        )
        return self._session.scalar(query) is not None
