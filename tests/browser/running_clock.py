"""A clock for people in a browser, who wait."""

import time
from datetime import UTC, datetime, timedelta

from bot.clock import ManualClock

START = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


class RunningClock(ManualClock):
    """Goes as fast as the machine's own, and can be moved as well."""

    def __init__(self) -> None:
        super().__init__(START)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)
