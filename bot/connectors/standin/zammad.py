"""Zammad's stand-in: tickets and articles over HTTP, and its webhooks.

After docs.zammad.org ("REST API"), admin-docs.zammad.org ("Webhook") and Zammad's
own source where those are silent: what a search by `condition` finds, and that an
article keeps the `message_id` it is given.
"""

import hmac
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock, SystemClock
from bot.connectors.standin.help_desk import HelpDesk, Part
from bot.connectors.standin.hooks import Headers, Hooks
from bot.connectors.standin.zammad_state import Json, State, Ticket, User

TICKETS = "/api/v1/tickets"
ARTICLES = "/api/v1/ticket_articles"
SIGNATURE = '<div data-signature="true">Kind regards<br>The team</div>'
TITLE = "condition[ticket.title]"


class ZammadStandIn(HelpDesk):
    """Server, agents and trigger in one; the token's owner is no agent of theirs."""

    def __init__(
        self,
        *,
        token: str,
        secret: str,
        hook_url: str,
        groups: tuple[str, ...] = ("Users",),
        clock: Clock | None = None,
    ) -> None:
        self.state = State(clock or SystemClock())
        self._groups = groups
        hooks = Hooks(hook_url, _sign, secret)
        super().__init__(hooks, authorization=f"Token token={token}")

    async def answer(
        self,
        ticket_id: int,
        text: str,
        *,
        name: str,
        public: bool = True,
        ends: bool = False,
    ) -> list[int]:
        """Let an agent write an article, and set the ticket to open or closed."""
        ticket = self.state.tickets[ticket_id]
        # As the page of an agent writes it.
        body = f"<div>{escape(text)}</div>{SIGNATURE}".replace("\n", "<br>")
        asked = {"body": body, "content_type": "text/html", "internal": not public}
        article = self.state.add(ticket, asked, self._agent(name))
        ticket.state = "closed" if ends else "open"
        return await self.hooks.post(self.state.event(ticket, article))

    async def solve(self, ticket_id: int, *, name: str) -> list[int]:
        """Let an agent close a ticket."""
        ticket = self.state.tickets[ticket_id]
        self.state.move(ticket, "closed", self._agent(name))
        return await self.hooks.post(self.state.event(ticket, None))

    def _agent(self, name: str) -> User:
        first, _, last = name.partition(" ")
        return self.state.user(f"{name.replace(' ', '.')}@example.com", first, last)

    def api(self) -> Sequence[Part]:
        """Tickets and articles."""
        return (
            ("POST", TICKETS, self._create),
            ("GET", f"{TICKETS}/search", self._search),
            ("PUT", f"{TICKETS}/{{ticket:int}}", self._update),
            ("POST", ARTICLES, self._add),
            ("GET", f"{ARTICLES}/by_ticket/{{ticket:int}}", self._articles),
        )

    def tickets(self) -> list[Json]:
        """Every ticket with its articles."""
        return list(map(asdict, self.state.tickets.values()))

    async def _create(self, request: Request) -> Response:
        asked = await request.json()
        if asked["group"] not in self._groups:
            return _refused("No lookup value found for 'group'")
        ticket = self.state.open(asked)
        self._tell(ticket)
        return JSONResponse(ticket.shape(), 201)

    async def _search(self, request: Request) -> Response:
        query = request.query_params
        if query.get(f"{TITLE}[operator]") != "contains":
            return JSONResponse([])
        found = self.state.titled(query[f"{TITLE}[value]"])
        return JSONResponse([each.shape() for each in found])

    async def _update(self, request: Request) -> Response:
        ticket = self.state.tickets.get(request.path_params["ticket"])
        if ticket is None:
            return _unknown()
        asked, me = await request.json(), self.state.me
        self.state.move(ticket, asked.get("state", ticket.state), me)
        said = asked.get("article")
        article = self.state.add(ticket, said, me) if said else None
        self.hooks.post_later(self.state.event(ticket, article))
        return JSONResponse(ticket.shape())

    async def _add(self, request: Request) -> Response:
        asked = await request.json()
        ticket = self.state.tickets.get(asked["ticket_id"])
        if ticket is None:
            return _unknown()
        article = self.state.add(ticket, asked, self.state.me)
        self._tell(ticket)
        return JSONResponse(asdict(article), 201)

    async def _articles(self, request: Request) -> Response:
        ticket = self.state.tickets.get(request.path_params["ticket"])
        if ticket is None:
            return _unknown()
        return JSONResponse([asdict(each) for each in ticket.articles])

    def _tell(self, ticket: Ticket) -> None:
        # The trigger fires for what came over the API as for anything else.
        self.hooks.post_later(self.state.event(ticket, ticket.articles[-1]))


def _sign(body: bytes, secret: str) -> Headers:
    signature = hmac.new(secret.encode(), body, "sha1").hexdigest()
    return {
        "X-Hub-Signature": f"sha1={signature}",
        "X-Zammad-Delivery": str(uuid4()),
        "X-Zammad-Trigger": "Tell the assistant",
    }


def _refused(told: str) -> Response:
    return JSONResponse({"error": told, "error_human": told}, 422)


def _unknown() -> Response:
    return JSONResponse({"error": "Couldn't find Ticket"}, 404)
