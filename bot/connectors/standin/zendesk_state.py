"""What Zendesk's stand-in keeps, and the shapes in which it tells of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from bot.clock import Clock

# How long Zendesk remembers an idempotency key.
REMEMBERED = timedelta(hours=2)

Json = dict[str, Any]


@dataclass
class User:
    """Somebody; the team's are `staff`."""

    id: int
    name: str
    external_id: str | None = None
    staff: bool = False


@dataclass
class Ticket:
    """A ticket; `audits` are its changes as Zendesk shows them, oldest first."""

    id: int
    subject: str
    external_id: str | None
    requester_id: int
    submitter_id: int
    tags: list[str]
    status: str = "new"
    audits: list[Json] = field(default_factory=list)

    @property
    def comments(self) -> list[Json]:
        """Every comment, oldest first."""
        events = (each for audit in self.audits for each in audit["events"])
        return [each for each in events if each["type"] == "Comment"]

    def shape(self) -> Json:
        """The ticket as the API shows it."""
        shown = ("id", "subject", "external_id", "requester_id", "submitter_id")
        kept = {name: getattr(self, name) for name in shown}
        return kept | {"tags": self.tags, "status": self.status}


class State:
    """Tickets and people; `me` is who the API token belongs to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._ids = count(1)
        self.users: dict[int, User] = {}
        self.tickets: dict[int, Ticket] = {}
        self.answers: dict[str, tuple[Any, bytes, Json]] = {}
        self.me = self.add_user("The assistant", staff=True)

    def next_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def add_user(
        self, name: str, *, external_id: str | None = None, staff: bool = False
    ) -> User:
        """Somebody new."""
        user = User(self.next_id(), name, external_id, staff)
        return self.users.setdefault(user.id, user)

    def agent(self, name: str) -> User:
        """The agent of that name; hired when there is none."""
        staff = (each for each in self.users.values() if each.staff)
        found = next((each for each in staff if each.name == name), None)
        return found or self.add_user(name, staff=True)

    def by_external_id(self, external_id: str) -> User | None:
        """The user that another system knows by this id."""
        users = self.users.values()
        return next((each for each in users if each.external_id == external_id), None)

    def remember(self, key: str, body: bytes, answer: Json) -> None:
        """Keep the answer to a request that had an idempotency key."""
        self.answers[key] = (self.clock.now(), body, answer)

    def remembered(self, key: str) -> tuple[bytes, Json] | None:
        """The request and the answer that had that key lately."""
        at, body, answer = self.answers.get(key, (None, b"", {}))
        if at is None or self.clock.now() - at >= REMEMBERED:
            return None
        return body, answer

    def change(self, ticket: Ticket, asked: Json, actor: User) -> Json:
        """Do what a ticket's body asks for; gives the audit of it."""
        events = []
        if comment := asked.get("comment"):
            events.append(self._comment(comment, actor))
        if (status := asked.get("status")) and status != ticket.status:
            events.append(_change(self.next_id(), ticket.status, status))
            ticket.status = status
        audit = {
            "id": self.next_id(),
            "ticket_id": ticket.id,
            "author_id": actor.id,
            "metadata": {"system": {}, "custom": asked.get("metadata", {})},
            "events": events,
        }
        ticket.audits.append(audit)
        return audit

    def event(self, ticket: Ticket, audit: Json, change: Json) -> Json:
        """A change as a webhook that subscribed to ticket events tells of it."""
        is_comment = change["type"] == "Comment"
        kind = "comment_added" if is_comment else "status_changed"
        return {
            "type": f"zen:event-type:ticket.{kind}",
            "account_id": 22129848,
            "id": f"event-{change['id']}",
            "time": self.clock.now().isoformat(),
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{ticket.id}",
            "detail": {
                "id": str(ticket.id),
                "actor_id": str(audit["author_id"]),
                "external_id": ticket.external_id,
                "requester_id": str(ticket.requester_id),
                "submitter_id": str(ticket.submitter_id),
                "status": ticket.status.upper(),
                "tags": ticket.tags,
            },
            "event": self._told(change) if is_comment else _moved(change),
        }

    def _comment(self, asked: Json, actor: User) -> Json:
        return {
            "id": self.next_id(),
            "type": "Comment",
            "author_id": asked.get("author_id", actor.id),
            "body": asked["body"],
            "public": asked.get("public", True),
        }

    def _told(self, comment: Json) -> Json:
        author = self.users[comment["author_id"]]
        return {
            "comment": {
                "id": str(comment["id"]),
                "body": comment["body"],
                "is_public": comment["public"],
                "author": {
                    "id": str(author.id),
                    "is_staff": author.staff,
                    "name": author.name,
                },
            }
        }


def _change(id_: int, previous: str, value: str) -> Json:
    return {
        "id": id_,
        "type": "Change",
        "field_name": "status",
        "previous_value": previous,
        "value": value,
    }


def _moved(change: Json) -> Json:
    return {
        "previous": change["previous_value"].upper(),
        "current": change["value"].upper(),
    }
