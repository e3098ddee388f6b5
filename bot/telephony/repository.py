"""Queries on deliveries and suppressions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Update,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from bot.telephony.gateway import Sent
from bot.telephony.models import Delivery, Suppression

# States of what left, though its sender does not know.
UNTOLD = ("queued", "lost", "dead")


class DeliveryRepository:
    """Deliveries of one session; every change is guarded by the state before it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self, *, at: datetime, limit: int) -> Sequence[str]:
        """Ids of what may be sent now, oldest first.

        What waits to be tried again, or is being sent, holds up what goes to the same
        address by the same way after it.
        """
        older = aliased(Delivery)
        earlier = select(older.id).where(
            older.state == "queued",
            older.to_fingerprint == Delivery.to_fingerprint,
            older.by == Delivery.by,
            tuple_(older.created_at, older.id)
            < tuple_(Delivery.created_at, Delivery.id),
        )
        query = (
            select(Delivery.id)
            .where(
                Delivery.state == "queued",
                Delivery.claimed_at.is_(None),
                or_(Delivery.next_try_at.is_(None), Delivery.next_try_at <= at),
                ~earlier.exists(),
            )
            .order_by(Delivery.created_at, Delivery.id)
            .limit(limit)
        )
        return self._session.scalars(query).all()

    def claim(self, delivery_id: str, *, at: datetime) -> Delivery | None:
        """Take a waiting delivery; None when another drain was faster."""
        statement = (
            update(Delivery)
            .where(
                Delivery.id == delivery_id,
                Delivery.state == "queued",
                Delivery.claimed_at.is_(None),
            )
            .values(claimed_at=at, tries=Delivery.tries + 1)
        )
        if not self._changed(statement):
            return None
        return self._session.get(Delivery, delivery_id, populate_existing=True)

    def record(self, delivery_id: str, outcome: Sent, *, at: datetime) -> bool:
        """Note what the provider said; False when the delivery was finished before.

        One that was given up as lost is found again by it.
        """
        finished = outcome.state != "sent"
        return 1 == self._changed(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state.in_(("queued", "lost")))
            .values(
                state=outcome.state,
                provider_id=outcome.provider_id or None,
                error_code=outcome.error_code,
                doubt=None,
                sent_at=None if outcome.state == "failed" else at,
                finished_at=at if finished else None,
            )
        )

    def finish(
        self, delivery_id: str, state: str, error_code: str | None, *, at: datetime
    ) -> bool:
        """Close a delivery that did not leave, as far as anybody knows."""
        return 1 == self._changed(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == "queued")
            .values(state=state, error_code=error_code, finished_at=at)
        )

    def postpone(
        self, claimed: Delivery, *, until: datetime, doubt: str | None
    ) -> bool:
        """Let a delivery wait for its next try; False when it is no longer held."""
        return 1 == self._changed(
            update(Delivery)
            .where(
                Delivery.id == claimed.id,
                Delivery.state == "queued",
                Delivery.claimed_at == claimed.claimed_at,
            )
            .values(claimed_at=None, next_try_at=until, doubt=doubt)
        )

    def release(self, *, claimed_before: datetime) -> int:
        """Free deliveries whose drain died over them, for one last look."""
        return self._changed(
            update(Delivery)
            .where(Delivery.state == "queued", Delivery.claimed_at < claimed_before)
            .values(claimed_at=None, next_try_at=None, doubt="looked")
        )

    def told_of(self, sent: Sent, *, delivery_id: str | None) -> Delivery | None:
        """The delivery that the provider speaks of, by its id or by ours."""
        query = select(Delivery).where(_is_told_of(sent, delivery_id))
        return self._session.scalars(query).first()

    def report(self, sent: Sent, *, delivery_id: str | None, at: datetime) -> bool:
        """Move a delivery on to what became of it; False when it is there or beyond."""
        finished = sent.state != "sent"
        return 1 == self._changed(
            update(Delivery)
            .where(
                _is_told_of(sent, delivery_id),
                Delivery.state.in_(("sent", *UNTOLD) if finished else UNTOLD),
            )
            .values(
                state=sent.state,
                provider_id=sent.provider_id,
                error_code=sent.error_code,
                doubt=None,
                sent_at=func.coalesce(Delivery.sent_at, at),
                finished_at=at if finished else None,
            )
        )

    def known(self, provider_ids: Collection[str]) -> set[str]:
        """Those of the provider's ids that belong to a delivery."""
        query = select(Delivery.provider_id).where(
            Delivery.provider_id.in_(provider_ids)
        )
        return {each for each in self._session.scalars(query) if each}

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

    def arrived_lately(self, *, most: int) -> Sequence[Delivery]:
        """What reached any address and still has its text, newest first."""
        query = (
            select(Delivery)
            .where(
                Delivery.state.in_(("sent", "delivered")),
                Delivery.body_encrypted.is_not(None),
                Delivery.to_encrypted.is_not(None),
            )
            .order_by(Delivery.created_at.desc(), Delivery.id.desc())
            .limit(most)
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


def _is_told_of(sent: Sent, delivery_id: str | None) -> ColumnElement[bool]:
    """Ours counts only where the provider's was never noted."""
    by_ours = and_(Delivery.id == delivery_id, Delivery.provider_id.is_(None))
    return or_(Delivery.provider_id == sent.provider_id, by_ours)


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
