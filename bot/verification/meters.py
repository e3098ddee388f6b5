"""Meters: caps on what everybody together may use up, and who is told when one is full.

The limits of one contact or number are throttles; those remember every send. A meter
counts from its first use on for one period, and then anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.database import insert_new
from bot.verification.models import Meter

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Cap:
    """At most so many in a period of seconds; `event` is what the log calls its end."""

    name: str
    most: int
    period: int
    event: str = "cap_reached"


class Meters:
    """Counts in the caller's transaction; rows are locked in the order of calls."""

    def admit(
        self, session: Session, cap: Cap, *, now: datetime, counts: bool = True
    ) -> int:
        """Count one: 0, or the seconds until there is room; then nothing is counted.

        What does not count makes the same statements. The one that fills the cap marks
        it, so that it is said once and by whoever is there.
        """
        row = self._lock(session, cap, now)
        if counts and row.counted >= cap.most:
            self._save(session, row)
            return _left(row, cap, now)
        row.counted += counts
        if counts and row.counted == cap.most:
            row.reached_at = now
            logger.error(cap.event, cap=cap.name, most=cap.most, period=cap.period)
        self._save(session, row)
        return 0

    def empty(self, session: Session, name: str) -> bool:
        """Count anew from the next use on; False when there is nothing to forget."""
        gone = session.scalars(
            delete(Meter).where(Meter.name == name).returning(Meter.name)
        )
        return bool(gone.all())

    def mark(self, session: Session, name: str, *, now: datetime) -> bool:
        """Note that a watch sees something; False when it was noted before."""
        insert_new(session, Meter, name=name, since=now, counted=0, reached_at=None)
        marked = session.scalar(
            update(Meter)
            .where(Meter.name == name, Meter.reached_at.is_(None))
            .values(reached_at=now)
            .returning(Meter.name)
        )
        return marked is not None

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete meters that began before a moment; counts them."""
        gone = session.scalars(
            delete(Meter).where(Meter.since < before).returning(Meter.name)
        )
        return len(gone.all())

    def _lock(self, session: Session, cap: Cap, now: datetime) -> "_Row":
        insert_new(session, Meter, name=cap.name, since=now, counted=0, reached_at=None)
        since, counted, reached_at = session.execute(
            select(Meter.since, Meter.counted, Meter.reached_at)
            .where(Meter.name == cap.name)
            .with_for_update()
        ).one()
        if since + timedelta(seconds=cap.period) <= now:
            return _Row(cap.name, now, 0, None)
        return _Row(cap.name, since, counted, reached_at)

    def _save(self, session: Session, row: "_Row") -> None:
        session.execute(
            update(Meter)
            .where(Meter.name == row.name)
            .values(since=row.since, counted=row.counted, reached_at=row.reached_at)
        )


@dataclass
class _Row:
    name: str
    since: datetime
    counted: int
    reached_at: datetime | None


def _left(row: _Row, cap: Cap, now: datetime) -> int:
    ends_at = row.since + timedelta(seconds=cap.period)
    return max(1, ceil((ends_at - now).total_seconds()))
