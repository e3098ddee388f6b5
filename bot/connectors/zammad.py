"""Zammad: a ticket for each handoff, articles both ways.

Zammad knows no idempotency keys. A ticket's title ends in a part of the request's id,
by which it is found before it is opened again; a search by `condition` asks Zammad's
database, while one by `query` asks an index that lags behind. Articles keep the
`message_id` that they are given: ours holds the key, and is looked for among the
ticket's articles before one is sent again.

Whoever makes a ticket is this service: what that user does is no news to it.
"""

import hmac
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from bot.connectors.calls import Calls
from bot.connectors.notices import Told, read_told, require_signed
from bot.connectors.port import Closing, Happened, Notice, Opening, Ref, Said
from bot.connectors.ticket_texts import comment, first_comment, plain

TICKETS = "/api/v1/tickets"
ARTICLES = "/api/v1/ticket_articles"
TAG = "switchboard"
MOST = 1_000_000
# Enough of an id that no two tickets end alike.
MARK = 12
CLOSED = "closed"
# Names of Zammad's own.
AGENT, CUSTOMER = "Agent", "Customer"


class Person(Told):
    """Who wrote an article."""

    firstname: str | None = None
    lastname: str | None = None

    @property
    def name(self) -> str:
        """First and last name, as far as there are any."""
        return " ".join(filter(None, (self.firstname, self.lastname)))


class Article(Told):
    """An article; without one, its `id` is empty."""

    id: str = ""
    body: str = ""
    content_type: str | None = None
    internal: bool = True
    sender: str = ""
    created_by_id: str = ""
    created_by: Person = Field(default_factory=Person)


class Ticket(Told):
    """The ticket that it is about."""

    id: str
    state: str
    created_by_id: str
    updated_by_id: str
    updated_at: str


class Event(Told):
    """The default payload of a webhook."""

    ticket: Ticket
    article: Article | None = None


class Zammad:
    """One Zammad, through its REST API."""

    name = "zammad"

    def __init__(self, calls: Calls, secret: str, group: str) -> None:
        self._calls = calls
        self._secret = secret
        self._group = group

    def open(self, opening: Opening, *, key: str, again: bool) -> Ref:
        """Open a ticket; summary and transcript are its first, internal article."""
        title = f"{opening.title} [{opening.request_id[:MARK]}]"
        found = self._opened(opening) if again else None
        ticket = found or self._open(opening, title, key)
        return Ref(str(ticket["id"]), str(ticket["customer_id"]))

    def add(self, ref: Ref, line: Said, *, key: str, again: bool) -> None:
        """Add an article: the customer's, or an internal one."""
        if again and self._has(ref, key):
            return
        article = {"ticket_id": int(ref.id)} | _article(comment(line), key)
        if line.author == "visitor":
            article |= {
                "type": "web",
                "sender": CUSTOMER,
                "internal": False,
                "origin_by_id": int(ref.contact),
            }
        self._calls.post(ARTICLES, article)

    def close(self, ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        """Close the ticket; closed, it stays so."""
        changed: dict[str, Any] = {"state": CLOSED}
        if not (again and self._has(ref, key)):
            changed["article"] = _article(closing.note, key)
        self._calls.send("PUT", f"{TICKETS}/{ref.id}", json=changed)

    def read(self, notice: Notice) -> tuple[Happened, ...]:
        """What agents said to the customer, and that they closed a ticket."""
        self._check(notice)
        told = read_told(Event, notice.body)
        return tuple(_happened(told.ticket, told.article))

    def _opened(self, opening: Opening) -> dict[str, Any] | None:
        where = {
            "condition[ticket.title][operator]": "contains",
            "condition[ticket.title][value]": f"[{opening.request_id[:MARK]}]",
        }
        found = self._calls.get(f"{TICKETS}/search", expand="true", **where)
        return found[0] if found else None

    def _open(self, opening: Opening, title: str, key: str) -> dict[str, Any]:
        # Found by its login, or made; without an address Zammad writes to nobody.
        login = f"{TAG}-{opening.conversation_id}"
        tags = (TAG, opening.reason, opening.language, opening.channel)
        ticket = {
            "title": title,
            "group": self._group,
            "customer": {"login": login, "firstname": opening.visitor},
            "tags": ",".join(tags),
            "article": _article(first_comment(opening, MOST), key),
        }
        return dict(self._calls.post(TICKETS, ticket))

    def _has(self, ref: Ref, key: str) -> bool:
        articles = self._calls.get(f"{ARTICLES}/by_ticket/{ref.id}")
        return any(each.get("message_id") == _message_id(key) for each in articles)

    def _check(self, notice: Notice) -> None:
        signed = hmac.new(self._secret.encode(), notice.body, "sha1").hexdigest()
        given = notice.headers.get("x-hub-signature", "")
        require_signed(self._secret, f"sha1={signed}", given)


def headers(token: str) -> dict[str, str]:
    """What every request brings."""
    return {"Authorization": f"Token token={token}"}


def _article(body: str, key: str) -> dict[str, Any]:
    """An article for the team."""
    return {
        "body": body,
        "content_type": "text/plain",
        "type": "note",
        "sender": AGENT,
        "internal": True,
        "message_id": _message_id(key),
    }


def _message_id(key: str) -> str:
    return f"<{key}@{TAG}>"


def _happened(ticket: Ticket, article: Article | None) -> Iterator[Happened]:
    ours, what = ticket.created_by_id, f"{ticket.id}-{ticket.updated_at}"
    if article and _is_answer(article) and article.created_by_id != ours:
        is_html = "html" in (article.content_type or "")
        text = plain(article.body) if is_html else article.body
        what = f"article-{article.id}"
        yield Happened(what, "said", ticket.id, article.created_by.name, text)
    if ticket.state == CLOSED and ticket.updated_by_id != ours:
        yield Happened(f"closed-{what}", "resolved", ticket.id)


def _is_answer(article: Article) -> bool:
    return article.sender == AGENT and not article.internal
