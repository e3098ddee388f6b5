"""The port: what a help desk has to be able to do to work with the assistant.

Every delivery has a `key` that stays the same when it is made again, and `again` says
that an earlier try may have been taken. A system that knows idempotency keys is given
it; with any other the connector first looks for what it made under that key. Whatever
is not taken is an error of `errors.py`; the outbox waits and tries again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["said", "taken", "resolved", "returned"]


@dataclass(frozen=True)
class Ref:
    """What a handoff is called over there: conversation or ticket, and contact."""

    id: str
    contact: str = ""


@dataclass(frozen=True)
class Said:
    """A line of the log, masked; `author` is the visitor, bot, agent or system.

    `speaker` is who said it, in words for the team.
    """

    seq: int
    author: str
    speaker: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Opening:
    """A handoff as it begins: what the team reads first, and what was said so far.

    `title` is one line; `summary` is what was proved and tried; `transcript` is the
    latest of what was said, also as the text `story`. `contact`: what the person is
    called over there since an earlier handoff of the same conversation, if anything;
    `visitor`: a name for them that tells nothing.
    """

    conversation_id: str
    request_id: str
    title: str
    summary: str
    transcript: tuple[Said, ...]
    story: str
    visitor: str
    language: str
    channel: str
    reason: str
    priority: str
    contact: str = ""


@dataclass(frozen=True)
class Closing:
    """How a handoff ended: `resolved`, `returned` or `abandoned`; `note` in words."""

    outcome: str
    disposition: str | None
    note: str


@dataclass(frozen=True)
class Notice:
    """A request of the other system's webhook; header names in small letters.

    `token` is what the address has after the connector's name.
    """

    headers: Mapping[str, str]
    body: bytes
    token: str = ""


@dataclass(frozen=True)
class Happened:
    """Something that an agent did over there.

    `id` is the same however often it is told; `name` is the agent's, as people see it.
    """

    id: str
    kind: Kind
    ref: str
    name: str = ""
    text: str = ""


class Connector(Protocol):
    """A help desk. Calls may take seconds and run in threads."""

    @property
    def name(self) -> str:
        """One word, as in settings, rows and addresses."""
        ...

    def open(self, opening: Opening, *, key: str, again: bool) -> Ref:
        """Open a conversation or ticket with summary and transcript."""
        ...

    def add(self, ref: Ref, line: Said, *, key: str, again: bool) -> None:
        """Add a line; only what the visitor says is theirs, the rest is for agents."""
        ...

    def close(self, ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        """Mark it as done there; done already, it stays so."""
        ...

    def read(self, notice: Notice) -> tuple[Happened, ...]:
        """What a webhook tells; what this service did itself is not among it.

        Raises:
            NotSigned, Unreadable: it is not to be believed, or makes no sense.
        """
        ...
