"""Zendesk: a ticket for each handoff, comments both ways.

A ticket is opened under an idempotency key, which Zendesk remembers for two hours, and
carries the request's id as `external_id`, by which it is found after that. Comments
know no such key: each brings its own as metadata of the audit that it makes, and is
looked for there before it is sent again.

Whoever submits a ticket is this service: what that user does is no news to it.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from bot.clock import Clock
from bot.connectors.calls import Calls
from bot.connectors.errors import NotTaken, Refused, Unreadable
from bot.connectors.notices import Told, require_fresh, require_signed
from bot.connectors.port import Closing, Happened, Notice, Opening, Ref, Said
from bot.connectors.ticket_texts import comment, first_comment

TICKETS = "/api/v2/tickets"
TAG = "switchboard"
# What a comment holds is 64 KB.
MOST = 64_000
CONFLICT, INVALID = "409", "422"
DONE = frozenset({"SOLVED", "CLOSED"})
SAID = "zen:event-type:ticket.comment_added"
MOVED = "zen:event-type:ticket.status_changed"

_moment: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Author(Told):
    """Who wrote a comment."""

    id: str
    is_staff: bool
    name: str


class Comment(Told):
    """A comment that was added."""

    id: str
    body: str
    is_public: bool
    author: Author


class Ticket(Told):
    """The ticket that an event is about."""

    id: str
    actor_id: str
    submitter_id: str
    status: str

    @property
    def is_done(self) -> bool:
        """Whether it is solved, or closed for good."""
        return self.status.upper() in DONE


class Event(Told):
    """What a webhook that subscribed to ticket events brings.

    What `event` holds depends on the type; of most it is none of our business.
    """

    id: str
    type: str
    detail: Ticket
    event: dict[str, Any]


class Zendesk:
    """One account of Zendesk, through its Ticketing API."""

    name = "zendesk"

    def __init__(self, clock: Clock, calls: Calls, secret: str) -> None:
        self._clock = clock
        self._calls = calls
        self._secret = secret

    def open(self, opening: Opening, *, key: str, again: bool) -> Ref:
        """Open a ticket; summary and transcript are its first, private comment."""
        found = self._opened(opening) if again else None
        ticket = found or self._open(opening, key)
        return Ref(str(ticket["id"]), str(ticket["requester_id"]))

    def add(self, ref: Ref, line: Said, *, key: str, again: bool) -> None:
        """Add a comment: public and the visitor's, or a private one."""
        visitors = line.author == "visitor"
        said: dict[str, Any] = {"body": comment(line), "public": visitors}
        if visitors:
            said["author_id"] = int(ref.contact)
        self._change(ref, {"comment": said}, key=key, again=again)

    def close(self, ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        """Solve the ticket, unless that is done."""
        said = {"body": closing.note, "public": False}
        try:
            changed = {"status": "solved", "comment": said}
            self._change(ref, changed, key=key, again=again)
        except Refused as error:
            if error.fault != INVALID or not self._is_done(ref):
                raise

    def read(self, notice: Notice) -> tuple[Happened, ...]:
        """Public comments of agents, and that they solved a ticket."""
        self._check(notice)
        try:
            return tuple(_happened(Event.model_validate_json(notice.body)))
        except ValidationError:
            raise Unreadable from None

    def _opened(self, opening: Opening) -> dict[str, Any] | None:
        found = self._calls.get(TICKETS, external_id=opening.request_id)["tickets"]
        return found[0] if found else None

    def _open(self, opening: Opening, key: str) -> dict[str, Any]:
        ticket = {
            "subject": opening.title,
            "external_id": opening.request_id,
            "requester_id": int(opening.contact or self._requester(opening)),
            "priority": opening.priority,
            "tags": [TAG, opening.reason, opening.language, opening.channel],
            "comment": {"body": first_comment(opening, MOST), "public": False},
        }
        headers = {"Idempotency-Key": key}
        made = self._calls.post(TICKETS, {"ticket": ticket}, headers)
        return dict(made["ticket"])

    def _requester(self, opening: Opening) -> str:
        """A user without an address: Zendesk writes to nobody on its own."""
        known_as = f"{TAG}-{opening.conversation_id}"
        user = {"name": opening.visitor, "external_id": known_as}
        made = self._calls.post("/api/v2/users/create_or_update", {"user": user})
        return str(made["user"]["id"])

    def _change(
        self, ref: Ref, ticket: dict[str, Any], *, key: str, again: bool
    ) -> None:
        if again and key in self._keys(ref):
            return
        body = {"ticket": ticket | {"metadata": {TAG: key}}}
        try:
            self._calls.send("PUT", f"{TICKETS}/{ref.id}", json=body)
        except Refused as error:
            if error.fault == CONFLICT:
                # Somebody else changed the ticket at the same moment.
                raise NotTaken(CONFLICT) from None
            raise

    def _keys(self, ref: Ref) -> Iterator[str]:
        """The keys of everything that we did to a ticket."""
        cursor: str | None = ""
        while cursor is not None:
            after = {"page[after]": cursor} if cursor else {}
            path = f"{TICKETS}/{ref.id}/audits"
            page = self._calls.get(path, **{"page[size]": 100}, **after)
            for audit in page["audits"]:
                yield audit["metadata"].get("custom", {}).get(TAG, "")
            meta = page["meta"]
            cursor = meta["after_cursor"] if meta["has_more"] else None

    def _is_done(self, ref: Ref) -> bool:
        ticket = self._calls.get(f"{TICKETS}/{ref.id}")["ticket"]
        return ticket["status"].upper() in DONE

    def _check(self, notice: Notice) -> None:
        at = notice.headers.get("x-zendesk-webhook-signature-timestamp", "")
        given = notice.headers.get("x-zendesk-webhook-signature", "")
        signed = hmac.digest(self._secret.encode(), at.encode() + notice.body, "sha256")
        require_signed(self._secret, b64encode(signed).decode(), given)
        require_fresh(_moment.validate_python(at).timestamp(), self._clock.now())


def headers(email: str, token: str) -> dict[str, str]:
    """What every request brings: the user whose API token it is."""
    basic = b64encode(f"{email}/token:{token}".encode()).decode()
    return {"Authorization": f"Basic {basic}"}


def _happened(told: Event) -> Iterator[Happened]:
    ticket = told.detail
    if ticket.actor_id == ticket.submitter_id:
        return
    if told.type == SAID:
        yield from _said(ticket, Comment.model_validate(told.event.get("comment")))
    elif told.type == MOVED and ticket.is_done:
        yield Happened(f"event-{told.id}", "resolved", ticket.id)


def _said(ticket: Ticket, comment: Comment) -> Iterator[Happened]:
    if not (comment.is_public and comment.author.is_staff):
        return
    id_, name = f"comment-{comment.id}", comment.author.name
    yield Happened(id_, "said", ticket.id, name, comment.body)
    if ticket.is_done:
        # Of a comment that solves the ticket two events tell, in any order.
        yield Happened(f"{id_}-solved", "resolved", ticket.id, name)
