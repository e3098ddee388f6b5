"""What the stand-in has taken, in memory: texts, calls, verifications, and faults."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock


@dataclass
class Text:
    """A message, out or in."""

    sid: str
    to: str
    sender: str
    body: str
    at: datetime
    service_sid: str | None = None
    callback: str | None = None
    status: str = "queued"
    error_code: int | None = None
    direction: str = "outbound-api"


@dataclass
class Call:
    """A call; `heard` is what the one who picked up heard, in order."""

    sid: str
    to: str
    sender: str
    twiml: str
    at: datetime
    callback: str | None = None
    status: str = "queued"
    heard: list[str] = field(default_factory=list)
    answered_by: str | None = None


@dataclass
class Verification:
    """A code of Verify; its counters are Twilio's."""

    sid: str
    service_sid: str
    to: str
    channel: str
    code: str
    at: datetime
    status: str = "pending"
    sends: list[datetime] = field(default_factory=list)
    checks: int = 0


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request: an HTTP status, or silence for `hang` seconds.

    `taken`: the message was taken all the same, and goes out.
    """

    status: int = 0
    code: int = 0
    taken: bool = False
    hang: float = 0


@dataclass
class Behaviour:
    """How callbacks come: after `delay` seconds each, `duplicates` more times, and
    with `shuffled` the last one first."""

    delay: float = 0.2
    duplicates: int = 0
    shuffled: bool = False


@dataclass
class State:
    """Everything that was taken; `blocked` are pairs of sender and person."""

    clock: Clock
    behaviour: Behaviour = field(default_factory=Behaviour)
    texts: list[Text] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    blocked: set[tuple[str, str]] = field(default_factory=set)
    faults: deque[Fault] = field(default_factory=deque)
    posted: list[tuple[str, int]] = field(default_factory=list)

    def now(self) -> datetime:
        """The present moment; the API tells no part of a second."""
        return self.clock.now()

    def next_fault(self) -> Fault | None:
        """The fault that the present request runs into."""
        return self.faults.popleft() if self.faults else None


def new_sid(prefix: str) -> str:
    """A string identifier as Twilio's: two letters and 32 hex digits."""
    return f"{prefix}{secrets.token_hex(16)}"
