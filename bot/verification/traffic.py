"""Traffic: what everybody's codes add up to, watched and shown to operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.settings import Settings
from bot.verification.caps import HOUR, SPENDING
from bot.verification.meters import Meters
from bot.verification.models import Challenge, Meter

WATCH = "conversion:"
WATCHED = timedelta(hours=6)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Conversion:
    """Codes that went to phones of one country and had their time, and those used."""

    country: str
    sent: int
    used: int


@dataclass(frozen=True)
class Full:
    """A cap or a watch that has something to say, and since when."""

    name: str
    since: datetime


class Traffic:
    """Watches how many codes are used: nobody uses those that are sent for money."""

    def __init__(
        self, sessions: Sessions, clock: Clock, settings: Settings, meters: Meters
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._settings = settings
        self._meters = meters

    def conversions(self) -> list[Conversion]:
        """How many codes of the last six hours were used, by country."""
        with reading(self._sessions) as session:
            return self._count(session)

    def watch(self) -> list[str]:
        """Say once where too few codes are used, and once when that is over."""
        with self._sessions.begin() as session:
            low = [each for each in self._count(session) if self._is_low(each)]
            self._end_others(session, [WATCH + each.country for each in low])
            for each in low:
                self._begin(session, each)
        return [each.country for each in low]

    def full(self) -> list[Full]:
        """The caps that are full, the breaker among them, and what is watched."""
        with reading(self._sessions) as session:
            rows = session.scalars(
                select(Meter).where(Meter.reached_at.is_not(None)).order_by(Meter.name)
            )
            return [
                Full(row.name, row.reached_at)
                for row in rows
                if row.reached_at is not None and self._still(row)
            ]

    def close_breaker(self) -> bool:
        """Let codes leave again before the period ends; False when they do anyway."""
        if SPENDING not in (each.name for each in self.full()):
            return False
        with self._sessions.begin() as session:
            emptied = self._meters.empty(session, SPENDING)
        if emptied:
            logger.warning("spending_breaker_closed")
        return emptied

    def _still(self, row: Meter) -> bool:
        if row.name.startswith(WATCH):
            return True
        spending = row.name == SPENDING
        period = self._settings.spending_period if spending else HOUR
        return row.since + timedelta(seconds=period) > self._clock.now()

    def _count(self, session: Session) -> list[Conversion]:
        now = self._clock.now()
        counted = session.execute(
            select(Challenge.country, func.count(), func.count(Challenge.used_at))
            .where(
                Challenge.country != "",
                Challenge.expires_at > now - WATCHED,
                Challenge.expires_at <= now,
            )
            .group_by(Challenge.country)
            .order_by(Challenge.country)
        )
        return [Conversion(*row) for row in counted]

    def _is_low(self, seen: Conversion) -> bool:
        enough = seen.sent >= self._settings.conversion_least
        return enough and seen.used * 100 < seen.sent * self._settings.conversion_floor

    def _begin(self, session: Session, seen: Conversion) -> None:
        name = WATCH + seen.country
        if self._meters.mark(session, name, now=self._clock.now()):
            logger.error(
                "conversion_low", country=seen.country, sent=seen.sent, used=seen.used
            )

    def _end_others(self, session: Session, low: Sequence[str]) -> None:
        ended = session.scalars(
            update(Meter)
            .where(
                Meter.name.startswith(WATCH),
                Meter.name.not_in(low),
                Meter.reached_at.is_not(None),
            )
            .values(reached_at=None)
            .returning(Meter.name)
        )
        for name in ended.all():
            logger.info("conversion_recovered", country=name.removeprefix(WATCH))
