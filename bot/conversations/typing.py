"""Typing: who is writing at this moment; known to this process only, and kept nowhere.

A sign is worth a few seconds: one that is lost is missed by nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from bot.clock import Clock

LASTS = timedelta(seconds=6)

Side = Literal["visitor", "agent"]


@dataclass(frozen=True)
class Typing:
    """A sign that somebody writes; an agent has a name."""

    at: datetime
    name: str | None


class TypingSigns:
    """Takes signs and tells the latest; `tell` hears which conversation has one."""

    def __init__(self, clock: Clock, tell: Callable[[str], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._signs: dict[tuple[str, Side], Typing] = {}
        self._guard = Lock()

    def note(self, conversation_id: str, side: Side, name: str | None = None) -> None:
        """Take a sign."""
        now = self._clock.now()
        with self._guard:
            self._forget(now)
            self._signs[conversation_id, side] = Typing(now, name)
        self._tell(conversation_id)

    def latest(self, conversation_id: str, side: Side) -> Typing | None:
        """The latest sign, unless it was a while ago."""
        with self._guard:
            sign = self._signs.get((conversation_id, side))
        return sign if sign and sign.at > self._clock.now() - LASTS else None

    def _forget(self, now: datetime) -> None:
        old = [key for key, sign in self._signs.items() if sign.at <= now - LASTS]
        for key in old:
            del self._signs[key]
