"""Days of the team's time zone, and periods of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.insights.errors import PeriodInvalid

LONGEST = 366
USUAL = 30


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


class Days:
    """Tells days and moments of one time zone apart."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def of(self, moment: datetime) -> date:
        """The day of a moment."""
        return moment.astimezone(self._zone).date()

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """When a day begins, and when the next one does."""
        return self._begin(day), self._begin(day + timedelta(days=1))

    def period(
        self, now: datetime, first: date | None = None, last: date | None = None
    ) -> Period:
        """The period that is asked for; without an end it ends today.

        Raises:
            PeriodInvalid: it ends before it begins, or is longer than a year.
        """
        end = last or self.of(now)
        try:
            period = Period(first or end - timedelta(days=USUAL - 1), end)
        except OverflowError:
            raise PeriodInvalid from None
        if period.first > end or len(period) > LONGEST:
            raise PeriodInvalid
        return period

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)
