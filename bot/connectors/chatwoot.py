"""Chatwoot: a conversation of an API channel for each handoff, messages both ways.

Chatwoot knows no idempotency keys. The contact's `source_id` is our conversation's id,
a conversation carries the request's id as an attribute, and a message its key as
`source_id`: by these they are looked for before they are made again. What the visitor
says comes in under their name; what others say here is a private note for agents.

Chatwoot signs its webhooks as this service signs its own, with `X-Chatwoot-Timestamp`
and `X-Chatwoot-Signature`. Older versions sign nothing: there the address that they
call ends in a secret.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from bot.clock import Clock
from bot.connectors.calls import Calls
from bot.connectors.errors import NotSigned, Refused
from bot.connectors.notices import Told, read_told, require_fresh, require_signed
from bot.connectors.port import Closing, Happened, Kind, Notice, Opening, Ref, Said
from bot.connectors.ticket_texts import comment
from bot.connectors.webhook import sign

REQUEST = "switchboard_request"
# Chatwoot shows twenty messages at a time; more than these are not written meanwhile.
MOST_PAGES = 5
RESOLVED, PENDING = "resolved", "pending"
TAKEN = "422"


class Person(Told):
    """Who wrote a message, or whose conversation it is."""

    name: str | None = None
    type: str | None = None


class Meta(Told):
    """Who is at a conversation."""

    assignee: Person | None = None


class Talk(Told):
    """The conversation of a message."""

    id: str


class Inbox(Told):
    """The inbox of a message."""

    id: str


class Event(Told):
    """`message_created`, or a conversation at `conversation_status_changed`."""

    event: str
    id: str = ""
    # Of a message.
    content: str | None = None
    message_type: str = ""
    private: bool = False
    sender: Person | None = None
    conversation: Talk | None = None
    inbox: Inbox | None = None
    # Of a conversation.
    inbox_id: str = ""
    status: str = ""
    updated_at: str = ""
    meta: Meta = Field(default_factory=Meta)


class Chatwoot:
    """One account of Chatwoot, through its application API."""

    name = "chatwoot"

    def __init__(
        self, clock: Clock, calls: Calls, inbox: int, *, secret: str, path_secret: str
    ) -> None:
        self._clock = clock
        self._calls = calls
        self._inbox = inbox
        self._secret = secret
        self._path_secret = path_secret

    def open(self, opening: Opening, *, key: str, again: bool) -> Ref:
        """Open a conversation: a note with the story, then the visitor's last words.

        Only what the visitor says lets Chatwoot show agents that somebody waits.
        """
        contact = opening.contact or self._contact(opening)
        talk = self._opened(opening, contact) if again else None
        ref = Ref(str((talk or self._talk(opening, contact))["id"]), contact)
        note = f"{opening.summary}\n\n{opening.story}"
        self._write(ref, note, f"{key}-note", again=again)
        spoken = [line.text for line in opening.transcript if line.author == "visitor"]
        if spoken:
            self._write(ref, spoken[-1], f"{key}-last", again=again, note=False)
        return ref

    def add(self, ref: Ref, line: Said, *, key: str, again: bool) -> None:
        """Add a message: the visitor's, or a note."""
        theirs = line.author == "visitor"
        self._write(ref, comment(line), key, again=again, note=not theirs)

    def close(self, ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        """Resolve the conversation; resolved, it stays so."""
        self._write(ref, closing.note, key, again=again)
        path = f"/conversations/{ref.id}/toggle_status"
        self._calls.post(path, {"status": RESOLVED})

    def read(self, notice: Notice) -> tuple[Happened, ...]:
        """What agents said to the visitor, and that they resolved a conversation."""
        self._check(notice)
        told = read_told(Event, notice.body)
        inbox = told.inbox.id if told.inbox else told.inbox_id
        # The webhook of an account tells of all inboxes.
        return tuple(_happened(told)) if inbox == str(self._inbox) else ()

    def _contact(self, opening: Opening) -> str:
        """The contact's id; found where there is one already."""
        identifier = f"switchboard-{opening.conversation_id}"
        asked = {
            "inbox_id": self._inbox,
            "name": opening.visitor,
            "identifier": identifier,
            "source_id": opening.conversation_id,
        }
        try:
            made = self._calls.post("/contacts", asked)
        except Refused as error:
            if error.fault != TAKEN:
                raise
            found = self._calls.get("/contacts/search", q=identifier)["payload"]
            if not found:
                raise
            return str(found[0]["id"])
        return str(made["payload"]["contact"]["id"])

    def _opened(self, opening: Opening, contact: str) -> dict[str, Any] | None:
        """The conversation that an earlier try opened."""
        found = self._calls.get(f"/contacts/{contact}/conversations")["payload"]
        mine = (
            each
            for each in found
            if each["custom_attributes"].get(REQUEST) == opening.request_id
        )
        return next(mine, None)

    def _talk(self, opening: Opening, contact: str) -> dict[str, Any]:
        asked = {
            "source_id": opening.conversation_id,
            "inbox_id": self._inbox,
            "contact_id": int(contact),
            "status": "open",
            "custom_attributes": {
                REQUEST: opening.request_id,
                "reason": opening.reason,
                "priority": opening.priority,
                "language": opening.language,
                "channel": opening.channel,
            },
        }
        return dict(self._calls.post("/conversations", asked))

    def _write(
        self, ref: Ref, text: str, key: str, *, again: bool, note: bool = True
    ) -> None:
        if again and self._has(ref, key):
            return
        message = {
            "content": text,
            "message_type": "outgoing" if note else "incoming",
            "private": note,
            "source_id": key,
        }
        self._calls.post(f"/conversations/{ref.id}/messages", message)

    def _has(self, ref: Ref, key: str) -> bool:
        """Whether a message is there, looking from the newest back."""
        path = f"/conversations/{ref.id}/messages"
        before: dict[str, int] = {}
        for _ in range(MOST_PAGES):
            page = self._calls.get(path, **before)["payload"]
            if any(each.get("source_id") == key for each in page):
                return True
            if not page:
                return False
            before = {"before": min(each["id"] for each in page)}
        return False

    def _check(self, notice: Notice) -> None:
        if self._secret:
            self._check_signature(notice)
        else:
            require_signed(self._path_secret, self._path_secret, notice.token)

    def _check_signature(self, notice: Notice) -> None:
        moment = notice.headers.get("x-chatwoot-timestamp", "")
        signed = f"sha256={sign(self._secret, moment, notice.body)}"
        given = notice.headers.get("x-chatwoot-signature", "")
        require_signed(self._secret, signed, given)
        if not moment.isdecimal():
            raise NotSigned
        require_fresh(int(moment), self._clock.now())


def base_url(url: str, account: int) -> str:
    """What the addresses of an account's API start with."""
    return f"{url.rstrip('/')}/api/v1/accounts/{account}"


def headers(token: str) -> dict[str, str]:
    """What every request brings."""
    return {"api_access_token": token}


def _happened(told: Event) -> Iterator[Happened]:
    if told.event == "message_created" and told.conversation and _is_answer(told):
        name = (told.sender and told.sender.name) or ""
        talk, text = told.conversation.id, told.content or ""
        yield Happened(f"message-{told.id}", "said", talk, name, text)
    if told.event == "conversation_status_changed":
        # Chatwoot's own word for a conversation that is with a bot is "pending".
        ends: dict[str, Kind] = {RESOLVED: "resolved", PENDING: "returned"}
        if kind := ends.get(told.status):
            name = (told.meta.assignee and told.meta.assignee.name) or ""
            what = f"{told.status}-{told.id}-{told.updated_at}"
            yield Happened(what, kind, told.id, name)


def _is_answer(told: Event) -> bool:
    """Whether an agent wrote it for the visitor; machines greet and rate by it, too."""
    by_agent = told.sender is None or told.sender.type in (None, "user")
    return told.message_type == "outgoing" and not told.private and by_agent
