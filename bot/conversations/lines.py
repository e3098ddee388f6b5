"""Lines of a conversation as values: what is appended, and what is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

AGAIN = "again:"
# An option that leaves the queue; what the engine hears of it and of other returns.
BACK = "back:"
STILL_WAITS = '/inform{"came_back": "waits"}'
RETURNED = '/inform{"came_back": "returned"}'
SETTLED = '/inform{"settled": "yes"}'


@dataclass(frozen=True)
class Option:
    """A choice that the person is offered; `payload` is what choosing it sends."""

    title: str
    payload: str


@dataclass(frozen=True)
class Line:
    """A line of the bot or the system that is to be appended.

    With a `payload` the assistant owes an answer to it, as to a line of the visitor.
    """

    text: str = ""
    kind: str = "text"
    options: tuple[Option, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: str | None = None


@dataclass(frozen=True)
class MessageView:
    """A line of the log as its readers see it."""

    seq: int
    author: str
    kind: str
    text: str
    options: tuple[Option, ...]
    data: Mapping[str, Any]
    at: datetime
    client_id: str | None


@dataclass(frozen=True)
class Thread:
    """The lines after a given one, who speaks for the service now, and how."""

    messages: tuple[MessageView, ...]
    owner: str
    owner_name: str | None
    language: str


@dataclass(frozen=True)
class Heard:
    """Where a visitor's line stands in the log; not `new` when it was there."""

    seq: int
    new: bool


@dataclass(frozen=True)
class Waiting:
    """A line that waits for the bot: the visitor's, or of a return to it.

    `values_seq` is the line whose typed values it speaks of: itself, or the line
    that is tried again.
    """

    seq: int
    values_seq: int
    text: str
    payload: str | None
    language: str
    channel: str


@dataclass(frozen=True)
class Owned:
    """Who speaks for the service, and the version a change has to name."""

    owner: str
    name: str | None
    version: int
