"""When the next code may leave: growing waits, and limits per window and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bot.settings import Settings
from bot.verification.errors import SendLimitReached, SendTooSoon

DAY = 86_400
# A text needs a minute to arrive; a call before that only doubles the cost.
VOICE_AFTER = 60


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970; whole, so that sums of them are exact."""
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True)
class Schedule:
    """The operator's limits; sends are milliseconds since 1970, oldest first."""

    waits: tuple[int, ...]
    per_window: int
    window: int
    per_day: int

    @classmethod
    def of(cls, settings: Settings) -> "Schedule":
        """The limits that are set for codes."""
        return cls(
            waits=settings.code_waits,
            per_window=settings.code_sends,
            window=settings.code_window,
            per_day=settings.number_sends_per_day,
        )

    def require(self, sends: Sequence[int], now: datetime, *, by: str = "sms") -> None:
        """See that one more may leave now.

        Raises:
            SendTooSoon: the wait after the last one is not over.
            SendLimitReached: the window's or the day's sends are used up.
        """
        if self.is_full(sends, now):
            raise SendLimitReached(self.again_in(sends, now, by=by))
        if again_in := self.again_in(sends, now, by=by):
            raise SendTooSoon(again_in)

    def is_full(self, sends: Sequence[int], now: datetime) -> bool:
        """Whether the window's or the day's sends are used up."""
        return self._free_at(sends) > milliseconds(now)

    def again_in(self, sends: Sequence[int], now: datetime, *, by: str = "sms") -> int:
        """Seconds until one more may leave, rounded up; 0 when it may now."""
        at = max(self._free_at(sends), self._waited_at(sends, now, by))
        return max(0, ceil((at - milliseconds(now)) / 1000))

    def of_last_day(self, sends: Sequence[int], now: datetime) -> list[int]:
        """The sends that still count."""
        return [send for send in sends if send > milliseconds(now) - DAY * 1000]

    def _free_at(self, sends: Sequence[int]) -> int:
        limits = ((self.per_window, self.window), (self.per_day, DAY))
        ends = (
            sends[-most] + period * 1000
            for most, period in limits
            if len(sends) >= most
        )
        return max(ends, default=0)

    def _waited_at(self, sends: Sequence[int], now: datetime, by: str) -> int:
        since = milliseconds(now) - self.window * 1000
        recent = sum(send > since for send in sends)
        if not recent:
            return 0
        waits = self.waits[:recent] or (0,)
        wait = max(waits[-1], VOICE_AFTER) if by == "voice" else waits[-1]
        return sends[-1] + wait * 1000
