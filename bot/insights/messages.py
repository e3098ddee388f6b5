"""How much left on each day, counted while the messages themselves are kept."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.insights.days import Days, Period
from bot.insights.models import MessageDay
from bot.telephony.models import Delivery
from bot.telephony.outbox import KEPT
from bot.telephony.purposes import CONVERSATION, NOTICE

LEFT = ("sent", "delivered", "undelivered")
# A message that is tried again leaves hours after it was written.
UNSETTLED = timedelta(days=2)
KIND = case(
    (Delivery.purpose == CONVERSATION, "talk"),
    (Delivery.purpose == NOTICE, "notice"),
    else_="code",
)


class MessageDays:
    """Counts whole days anew until they are settled, so that nothing counts twice."""

    def __init__(self, sessions: Sessions, clock: Clock, days: Days) -> None:
        self._sessions = sessions
        self._clock = clock
        self._days = days

    def follow(self) -> None:
        """Count each day since the last that was counted, and the two before it."""
        with self._sessions.begin() as session:
            for day in self._due(session):
                self._count(session, day)

    def _due(self, session: Session) -> Iterator[date]:
        now = self._clock.now()
        # Of the day before that, the first messages may be deleted already.
        oldest = self._days.of(now - KEPT) + timedelta(days=1)
        counted = session.scalar(select(func.max(MessageDay.day)))
        first = max(oldest, counted - UNSETTLED) if counted else oldest
        yield from Period(first, self._days.of(now))

    def _count(self, session: Session, day: date) -> None:
        begin, end = self._days.bounds(day)
        groups = (Delivery.by, Delivery.language, KIND.label("kind"))
        query = (
            select(
                *groups,
                func.count().label("messages"),
                func.sum(Delivery.segments).label("segments"),
            )
            .where(
                Delivery.created_at >= begin,
                Delivery.created_at < end,
                Delivery.state.in_(LEFT),
            )
            .group_by(*groups)
        )
        rows = [{"day": day, **row} for row in session.execute(query).mappings()]
        # Without messages the day is as it was counted while they were there.
        if rows:
            session.execute(delete(MessageDay).where(MessageDay.day == day))
            session.execute(insert(MessageDay), rows)
