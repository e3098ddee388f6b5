"""The team's hours: when it is there, when it is back, and time that counts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.handoff.errors import HoursUnreadable

WEEKDAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday"),
)
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
DAY_OF_YEAR = re.compile(r"\d\d-\d\d")
DAY = timedelta(days=1)
# Nobody is closed for longer; a list of holidays that says so has a mistake.
LONGEST = 366

Span = tuple[timedelta, timedelta]


@dataclass(frozen=True)
class Hours:
    """Opening hours by weekday, in a time zone, but for holidays.

    `open` has the spans of each weekday, from Monday on, as time since midnight.
    """

    zone: ZoneInfo
    open: tuple[tuple[Span, ...], ...]
    holidays: frozenset[str] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether the team is there at a moment."""
        begins, _ = next(self._spans(at))
        return begins <= at

    def next_opening(self, at: datetime) -> datetime:
        """When the team is there next: the moment itself, if it is there."""
        begins, _ = next(self._spans(at))
        return max(begins, at)

    def after(self, at: datetime, duration: timedelta) -> datetime:
        """The moment at which the team has been there for so long since `at`."""
        left = duration
        for begins, ends in self._spans(at):
            start = max(begins, at)
            if ends - start >= left:
                return start + left
            left -= ends - start
        raise AssertionError("spans never end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """For how long the team was there from one moment to another."""
        total = timedelta()
        for begins, ends in self._spans(start):
            if begins >= end:
                return total
            total += min(ends, end) - max(begins, start)
        raise AssertionError("spans never end")

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When the team is there, in UTC, from what is not over at `at` on."""
        day, closed = at.astimezone(self.zone).date(), 0
        while closed <= LONGEST:
            closed += 1
            for begins, ends in self._of(day):
                if ends > at:
                    closed = 0
                    yield begins, ends
            day += DAY
        raise HoursUnreadable("holidays")

    def _of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if not self.holidays.isdisjoint((day.isoformat(), f"{day:%m-%d}")):
            return
        for begins, ends in self.open[day.weekday()]:
            yield self._moment(day, begins), self._moment(day, ends)

    def _moment(self, day: date, since_midnight: timedelta) -> datetime:
        # Added on the clock on the wall, then read in the zone: a day has 23 hours
        # when summer time begins, and the doors open by the clock all the same.
        wall = datetime.combine(day, time()) + since_midnight
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def around_the_clock() -> Hours:
    """Somebody may be there at any moment."""
    whole = ((timedelta(), DAY),)
    return Hours(ZoneInfo("UTC"), (whole,) * len(WEEKDAYS))


def read_hours(told: Mapping[str, Any]) -> Hours:
    """Hours from a document such as `hours.yml`.

    Raises:
        HoursUnreadable: a part is missing or wrong; it is named.
    """
    days = told.get("open") or {}
    if set(days) - set(WEEKDAYS) or not any(days.values()):
        raise HoursUnreadable("open")
    return Hours(
        _zone(told),
        tuple(tuple(map(_span, days.get(name) or ())) for name in WEEKDAYS),
        frozenset(map(_holiday, told.get("holidays") or ())),
    )


def _zone(told: Mapping[str, Any]) -> ZoneInfo:
    try:
        return ZoneInfo(str(told.get("zone")))
    except (ValueError, OSError, LookupError):
        raise HoursUnreadable("zone") from None


def _span(text: object) -> Span:
    found = SPAN.fullmatch(str(text))
    if found is None:
        raise HoursUnreadable("open")
    hour, minute, last_hour, last_minute = map(int, found.groups())
    begins = timedelta(hours=hour, minutes=minute)
    ends = timedelta(hours=last_hour, minutes=last_minute)
    if not begins < ends <= DAY:
        raise HoursUnreadable("open")
    return begins, ends


def _holiday(text: object) -> str:
    told = str(text)
    # A leap year, in which every day of a year is to be found.
    whole = f"2028-{told}" if DAY_OF_YEAR.fullmatch(told) else told
    try:
        date.fromisoformat(whole)
    except ValueError:
        raise HoursUnreadable("holidays") from None
    return told
