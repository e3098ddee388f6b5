"""Throttles: limits on sends and guesses, the same for known and unknown contacts.

What a visitor is told depends on the contact that was typed and on nothing else.
The limits of the number behind it hold silently: telling them would tell that two
contacts belong to one account.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, case, delete, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.verification.errors import AuthenticatorDisabled, SendLimitReached
from bot.verification.models import Throttle
from bot.verification.schedule import DAY, Schedule, milliseconds

# Not for ever: a slip of the finger now and then must add up to nothing. An
# authenticator's own count starts anew with a right answer, which would show here.
FAILURES_KEPT = timedelta(days=30)


class Throttles:
    """Counts in the caller's transaction; rows are locked in the order of calls."""

    def __init__(self, settings: Settings) -> None:
        self._schedule = Schedule.of(settings)
        self._most_failures = settings.authenticator_failures

    def admit(self, session: Session, key: str, *, by: str, now: datetime) -> int:
        """Count one send, and give the seconds until the next one.

        Raises:
            SendTooSoon, SendLimitReached: not yet.
            AuthenticatorDisabled: too many wrong guesses were made here.
        """
        row = self._lock(session, key, now)
        remembered = row.failing_since > now - FAILURES_KEPT
        if remembered and row.failures >= self._most_failures:
            raise AuthenticatorDisabled
        self._schedule.require(row.sends, now, by=by)
        sends = self._record(session, key, [*row.sends, milliseconds(now)], now)
        return self._schedule.again_in(sends, now)

    def admit_today(self, session: Session, key: str, *, now: datetime) -> None:
        """Count one send against the day's limit alone.

        Raises:
            SendLimitReached: the day's sends are used up.
        """
        row = self._lock(session, key, now)
        day = Schedule((), self._schedule.per_day, 0, self._schedule.per_day)
        if day.is_full(row.sends, now):
            raise SendLimitReached(day.again_in(row.sends, now))
        self._record(session, key, [*row.sends, milliseconds(now)], now)

    def admit_within(
        self, session: Session, key: str, *, most: int, period: int, now: datetime
    ) -> int:
        """Count one use of anything, `most` in so many seconds (a day's at most).

        Gives 0, or the seconds until there is room; then nothing is counted.
        """
        row = self._lock(session, key, now)
        limit = Schedule((), most, period, most * DAY)
        if limit.is_full(row.sends, now):
            return limit.again_in(row.sends, now)
        self._record(session, key, [*row.sends, milliseconds(now)], now)
        return 0

    def withdraw(self, session: Session, key: str) -> None:
        """Take the newest use back in the transaction that counted it."""
        sends = session.scalar(select(Throttle.sends).where(Throttle.key == key)) or []
        session.execute(
            update(Throttle).where(Throttle.key == key).values(sends=sends[:-1])
        )

    def admit_unseen(self, session: Session, key: str, *, now: datetime) -> bool:
        """Count one send if the window and the day still have room for it."""
        row = self._lock(session, key, now)
        full = self._schedule.is_full(row.sends, now)
        sends = row.sends if full else [*row.sends, milliseconds(now)]
        self._record(session, key, sends, now)
        return not full

    def again_in(self, session: Session, key: str, *, now: datetime) -> int:
        """Seconds until one more may leave."""
        sends = session.scalar(select(Throttle.sends).where(Throttle.key == key))
        return self._schedule.again_in(sends or (), now)

    def count_failure(self, session: Session, key: str, *, now: datetime) -> bool:
        """Count a guess before it is compared; True when it was the last one.

        Raises:
            AuthenticatorDisabled: no more guesses are looked at here.
        """
        self._ensure(session, key, now)
        remembered = Throttle.failing_since > now - FAILURES_KEPT
        failures: int | None = session.scalar(
            update(Throttle)
            .where(
                Throttle.key == key,
                or_(Throttle.failures < self._most_failures, not_(remembered)),
            )
            .values(
                failures=case((remembered, Throttle.failures + 1), else_=1),
                failing_since=case((remembered, Throttle.failing_since), else_=now),
                touched_at=now,
            )
            .returning(Throttle.failures)
        )
        if failures is None:
            raise AuthenticatorDisabled
        return failures >= self._most_failures

    def failures_left(self, session: Session, key: str) -> int:
        """Wrong guesses until no more are looked at."""
        failures = session.scalar(select(Throttle.failures).where(Throttle.key == key))
        return self._most_failures - (failures or 0)

    def forgive(self, session: Session, key: str) -> None:
        """Take one counted guess back: it was right."""
        session.execute(
            update(Throttle)
            .where(Throttle.key == key, Throttle.failures > 0)
            .values(failures=Throttle.failures - 1)
        )

    def clear_failures(self, session: Session, keys: Iterable[str]) -> None:
        """Start counting anew, after an authenticator was bound anew."""
        session.execute(
            update(Throttle).where(Throttle.key.in_(sorted(keys))).values(failures=0)
        )

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete what was not touched since a moment; counts the rows."""
        gone = session.scalars(
            delete(Throttle).where(Throttle.touched_at < before).returning(Throttle.key)
        )
        return len(gone.all())

    def _lock(
        self, session: Session, key: str, now: datetime
    ) -> Row[list[int], int, datetime]:
        self._ensure(session, key, now)
        return session.execute(
            select(Throttle.sends, Throttle.failures, Throttle.failing_since)
            .where(Throttle.key == key)
            .with_for_update()
        ).one()

    def _ensure(self, session: Session, key: str, now: datetime) -> None:
        row = {
            "key": key,
            "sends": [],
            "failures": 0,
            "failing_since": now,
            "touched_at": now,
        }
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                postgresql.insert(Throttle).values(row).on_conflict_do_nothing()
            )
        else:
            session.execute(
                sqlite.insert(Throttle).values(row).on_conflict_do_nothing()
            )

    def _record(
        self, session: Session, key: str, sends: Sequence[int], now: datetime
    ) -> list[int]:
        kept = self._schedule.of_last_day(sends, now)
        session.execute(
            update(Throttle)
            .where(Throttle.key == key)
            .values(sends=kept, touched_at=now)
        )
        return kept
