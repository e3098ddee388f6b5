"""What Zammad's stand-in keeps, and the shapes in which it tells of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from bot.clock import Clock

AGENT, CUSTOMER = "Agent", "Customer"

Json = dict[str, Any]


@dataclass
class User:
    """Somebody, by login."""

    id: int
    login: str
    firstname: str
    lastname: str = ""

    @property
    def fullname(self) -> str:
        """First and last name."""
        return f"{self.firstname} {self.lastname}".strip()


@dataclass
class Article:
    """What was said in a ticket; `internal` is for the team."""

    id: int
    ticket_id: int
    body: str
    content_type: str
    internal: bool
    sender: str
    type: str
    message_id: str | None
    created_by_id: int
    origin_by_id: int | None


@dataclass
class Ticket:
    """A ticket, and everything said in it."""

    id: int
    title: str
    group: str
    customer_id: int
    created_by_id: int
    updated_by_id: int
    updated_at: str
    state: str = "new"
    tags: list[str] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)

    def shape(self) -> Json:
        """The ticket as the API shows it, with the names of what it refers to."""
        shown = asdict(self) | {
            "number": f"{10000 + self.id}",
            "article_ids": [each.id for each in self.articles],
        }
        return {name: shown[name] for name in shown if name not in ("articles", "tags")}


class State:
    """Tickets and people; `me` is who the access token belongs to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._ids = count(1)
        self.users: dict[int, User] = {}
        self.tickets: dict[int, Ticket] = {}
        self.me = self.user("assistant", "The assistant")

    def next_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def user(self, login: str, firstname: str, lastname: str = "") -> User:
        """Whoever has that login; made when nobody has."""
        known = (each for each in self.users.values() if each.login == login.lower())
        if found := next(known, None):
            return found
        user = User(self.next_id(), login.lower(), firstname, lastname)
        return self.users.setdefault(user.id, user)

    def open(self, asked: Json) -> Ticket:
        """Make a ticket with its first article."""
        customer = self.user(**asked["customer"])
        tags = [each for each in asked.get("tags", "").split(",") if each]
        ticket = Ticket(
            self.next_id(),
            asked["title"],
            asked["group"],
            customer.id,
            created_by_id=self.me.id,
            updated_by_id=self.me.id,
            updated_at=self._now(),
            tags=tags,
        )
        self.tickets[ticket.id] = ticket
        self.add(ticket, asked["article"], self.me)
        return ticket

    def add(self, ticket: Ticket, asked: Json, author: User) -> Article:
        """Put an article into a ticket."""
        article = Article(
            self.next_id(),
            ticket.id,
            asked["body"],
            asked.get("content_type", "text/plain"),
            asked.get("internal", False),
            asked.get("sender", AGENT),
            asked.get("type", "note"),
            asked.get("message_id"),
            author.id,
            asked.get("origin_by_id"),
        )
        ticket.articles.append(article)
        self._touch(ticket, author)
        return article

    def move(self, ticket: Ticket, state: str, actor: User) -> None:
        """Let a ticket get into another state."""
        ticket.state = state
        self._touch(ticket, actor)

    def _touch(self, ticket: Ticket, actor: User) -> None:
        ticket.updated_by_id, ticket.updated_at = actor.id, self._now()

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds")

    def titled(self, part: str) -> Iterable[Ticket]:
        """Tickets whose title contains something."""
        return [each for each in self.tickets.values() if part in each.title]

    def event(self, ticket: Ticket, article: Article | None) -> Json:
        """The default payload of a trigger's webhook."""
        return {
            "ticket": ticket.shape(),
            "article": self._told(article) if article else {},
        }

    def _told(self, article: Article) -> Json:
        author = self.users[article.created_by_id]
        return asdict(article) | {
            "from": author.fullname,
            "created_by": asdict(author),
        }
