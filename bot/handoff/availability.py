"""Availability: whether somebody of the team could join now, and how long it takes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.handoff.request_rows import RequestRepository
from bot.handoff.targets import Schedule

# How many of the latest waits are looked at, and how old they may be.
LATEST, RECENT = 20, timedelta(days=7)

CountAgents = Callable[[Session], int]


class Availability:
    """Reads the hours, the open desks and the latest waits."""

    def __init__(
        self, clock: Clock, schedule: Schedule, count_agents: CountAgents
    ) -> None:
        self._clock = clock
        self._count_agents = count_agents
        self.schedule = schedule

    def is_open(self) -> bool:
        """Whether these are the team's hours."""
        return self.schedule.hours.is_open(self._clock.now())

    def somebody_is_there(self, session: Session) -> bool:
        """Whether the team is open and an agent takes conversations."""
        return self.is_open() and self._count_agents(session) > 0

    def back_at(self) -> datetime | None:
        """When the team is there again; None while it is."""
        now = self._clock.now()
        opens = self.schedule.hours.next_opening(now)
        return opens if opens > now else None

    def typical_wait(self, session: Session) -> timedelta | None:
        """How long the latest waited in the queue; None where nobody did lately."""
        since = self._clock.now() - RECENT
        waits = RequestRepository(session).latest_waits(since=since, most=LATEST)
        seconds = [wait.total_seconds() for wait in waits]
        return timedelta(seconds=median(seconds)) if seconds else None
