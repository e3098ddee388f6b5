"""A clock for people in a browser, who wait."""

import time
from datetime import UTC, datetime, timedelta

from bot.clock import ManualClock


class RunningClock(ManualClock):
    """Tells the machine's own time, and can be moved on as well."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)
