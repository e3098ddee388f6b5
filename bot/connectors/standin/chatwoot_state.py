"""What Chatwoot's stand-in keeps, and the shapes in which it tells of it."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.clock import Clock

PAGE = 20

Json = dict[str, Any]


@dataclass
class Contact:
    """Somebody who writes; known to an inbox by `source_id`."""

    id: int
    name: str
    identifier: str
    source_id: str

    def shape(self) -> Json:
        """The contact as the API shows it."""
        return {"id": self.id, "name": self.name, "identifier": self.identifier}


@dataclass
class Talk:
    """A conversation; its id is the number that agents see."""

    id: int
    inbox_id: int
    contact_id: int
    custom_attributes: Json
    status: str = "open"
    updated_at: float = 0
    assignee: str | None = None
    messages: list[Json] = field(default_factory=list)

    def shape(self) -> Json:
        """The conversation as the API and its webhooks show it."""
        assignee = {"name": self.assignee, "type": "user"} if self.assignee else None
        return {
            "id": self.id,
            "inbox_id": self.inbox_id,
            "status": self.status,
            "custom_attributes": self.custom_attributes,
            "updated_at": self.updated_at,
            "meta": {"assignee": assignee},
        }


class State:
    """Contacts and conversations, in memory."""

    def __init__(self, clock: Clock, inbox: int) -> None:
        self._clock = clock
        self._inbox = inbox
        self._ids = count(1)
        self.contacts: list[Contact] = []
        self.talks: dict[int, Talk] = {}

    def contact(self, contact_id: int) -> Contact | None:
        """Whoever has that id."""
        return next((each for each in self.contacts if each.id == contact_id), None)

    def meet(self, asked: Json) -> Contact | None:
        """Somebody new; None where the identifier is taken."""
        if self.search(asked["identifier"]):
            return None
        made = Contact(
            next(self._ids), asked["name"], asked["identifier"], asked["source_id"]
        )
        self.contacts.append(made)
        return made

    def search(self, wanted: str) -> list[Contact]:
        """Those whose identifier has it in it."""
        return [each for each in self.contacts if wanted in each.identifier]

    def open(self, asked: Json) -> Talk:
        """A new conversation."""
        made = Talk(
            id=next(self._ids),
            inbox_id=self._inbox,
            contact_id=asked["contact_id"],
            custom_attributes=asked["custom_attributes"],
        )
        self.talks[made.id] = made
        self._touch(made)
        return made

    def of(self, contact_id: int) -> list[Talk]:
        """The conversations of a contact."""
        return [each for each in self.talks.values() if each.contact_id == contact_id]

    def write(self, talk: Talk, asked: Json, sender: Json | None) -> Json:
        """Add a message; one of the contact opens what was resolved."""
        message = {
            "id": next(self._ids),
            "content": asked["content"],
            "message_type": asked["message_type"],
            "private": asked.get("private", False),
            "source_id": asked.get("source_id"),
            "sender": sender,
        }
        talk.messages.append(message)
        if message["message_type"] == "incoming" and talk.status == "resolved":
            talk.status = "open"
        self._touch(talk)
        return message

    def page(self, talk: Talk, before: int | None) -> list[Json]:
        """The newest messages, or the newest before one; oldest first."""
        known = [each for each in talk.messages if not before or each["id"] < before]
        return known[-PAGE:]

    def change(self, talk: Talk, status: str) -> bool:
        """Give a conversation another status; False where it has it."""
        if talk.status == status:
            return False
        talk.status = status
        self._touch(talk)
        return True

    def _touch(self, talk: Talk) -> None:
        # Later than before, also in tests whose clock stands still.
        now = self._clock.now().timestamp()
        talk.updated_at = max(now, talk.updated_at + 0.001)
