"""Zendesk's stand-in: users, tickets and comments over HTTP, and its webhooks.

After the Ticketing API's reference and "Verifying webhook authenticity" at
developer.zendesk.com, as far as the connector needs them.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock, SystemClock
from bot.connectors.standin.help_desk import HelpDesk, Part
from bot.connectors.standin.hooks import Headers, Hooks
from bot.connectors.standin.zendesk_state import Json, State, Ticket, User

PAGE = 100
TICKETS = "/api/v2/tickets"


class ZendeskStandIn(HelpDesk):
    """Subdomain, agents and webhook in one; the token's owner is no agent of theirs."""

    def __init__(
        self,
        *,
        email: str,
        token: str,
        secret: str,
        hook_url: str,
        clock: Clock | None = None,
    ) -> None:
        self.state = State(clock or SystemClock())
        basic = b64encode(f"{email}/token:{token}".encode()).decode()
        hooks = Hooks(hook_url, self._sign, secret)
        super().__init__(hooks, authorization=f"Basic {basic}")

    async def answer(
        self,
        ticket_id: int,
        text: str,
        *,
        name: str,
        public: bool = True,
        ends: bool = False,
    ) -> list[int]:
        """Let an agent comment, and set the ticket to pending or solved."""
        agent, status = self.state.agent(name), "solved" if ends else "pending"
        asked = {"comment": {"body": text, "public": public}, "status": status}
        return await self.hooks.post(*self._events(ticket_id, asked, agent))

    async def solve(self, ticket_id: int, *, name: str) -> list[int]:
        """Let an agent solve a ticket."""
        agent = self.state.agent(name)
        return await self.hooks.post(
            *self._events(ticket_id, {"status": "solved"}, agent)
        )

    def _events(self, ticket_id: int, asked: Json, actor: User) -> list[Json]:
        ticket = self.state.tickets[ticket_id]
        audit = self.state.change(ticket, asked, actor)
        return [self.state.event(ticket, audit, each) for each in audit["events"]]

    def api(self) -> Sequence[Part]:
        """Users, tickets and audits."""
        return (
            ("POST", "/api/v2/users/create_or_update", self._upsert_user),
            ("POST", TICKETS, self._create),
            ("GET", TICKETS, self._list),
            ("GET", f"{TICKETS}/{{ticket:int}}", self._one),
            ("PUT", f"{TICKETS}/{{ticket:int}}", self._update),
            ("GET", f"{TICKETS}/{{ticket:int}}/audits", self._audits),
        )

    def tickets(self) -> list[Json]:
        """Every ticket with its comments."""
        tickets = self.state.tickets.values()
        return [each.shape() | {"comments": each.comments} for each in tickets]

    async def _upsert_user(self, request: Request) -> Response:
        asked = (await request.json())["user"]
        known = self.state.by_external_id(asked["external_id"])
        user = known or self.state.add_user(
            asked["name"], external_id=asked["external_id"]
        )
        user.name = asked["name"]
        return JSONResponse({"user": asdict(user)}, 200 if known else 201)

    async def _create(self, request: Request) -> Response:
        body, key = await request.body(), request.headers.get("idempotency-key", "")
        if remembered := self.state.remembered(key):
            return _again(body, *remembered)
        asked = (await request.json())["ticket"]
        if asked.get("requester_id") not in self.state.users:
            return _invalid("requester", "Requester: is not known")
        ticket = Ticket(
            self.state.next_id(),
            asked["subject"],
            asked.get("external_id"),
            asked["requester_id"],
            self.state.me.id,
            list(asked.get("tags", [])),
        )
        self.state.tickets[ticket.id] = ticket
        answer = self._changed(ticket, asked)
        if key:
            self.state.remember(key, body, answer)
        return JSONResponse(answer, 201, {"x-idempotency-lookup": "miss"})

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params.get("external_id")
        tickets = [
            each.shape()
            for each in self.state.tickets.values()
            if wanted in (None, each.external_id)
        ]
        return JSONResponse({"tickets": tickets, "count": len(tickets)})

    async def _one(self, request: Request) -> Response:
        ticket = self.state.tickets.get(request.path_params["ticket"])
        return JSONResponse({"ticket": ticket.shape()}) if ticket else _unknown()

    async def _update(self, request: Request) -> Response:
        ticket = self.state.tickets.get(request.path_params["ticket"])
        if ticket is None:
            return _unknown()
        if ticket.status == "closed":
            return _invalid("status", "Status: closed prevents ticket update")
        return JSONResponse(
            self._changed(ticket, (await request.json())["ticket"]), 200
        )

    async def _audits(self, request: Request) -> Response:
        ticket = self.state.tickets.get(request.path_params["ticket"])
        if ticket is None:
            return _unknown()
        start = int(request.query_params.get("page[after]", "0"))
        end = start + int(request.query_params.get("page[size]", PAGE))
        more = end < len(ticket.audits)
        follow = request.url.include_query_params(**{"page[after]": end})
        return JSONResponse(
            {
                "audits": ticket.audits[start:end],
                "meta": {"has_more": more, "after_cursor": str(end) if more else None},
                "links": {"next": str(follow) if more else None},
            }
        )

    def _changed(self, ticket: Ticket, asked: Json) -> Json:
        audit = self.state.change(ticket, asked, self.state.me)
        # The webhooks tell of what came over the API as of anything else.
        self.hooks.post_later(
            *(self.state.event(ticket, audit, each) for each in audit["events"])
        )
        return {"ticket": ticket.shape(), "audit": audit}

    def _sign(self, body: bytes, secret: str) -> Headers:
        at = self.state.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = hmac.digest(secret.encode(), at.encode() + body, "sha256")
        return {
            "X-Zendesk-Webhook-Signature": b64encode(signed).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
        }


def _again(body: bytes, earlier: bytes, answer: Json) -> Response:
    if body != earlier:
        told = "Parameters do not match the previous request with this key"
        refused = {"error": "IdempotencyRequestError", "description": told}
        return JSONResponse(refused, 400)
    return JSONResponse(answer, 201, {"x-idempotency-lookup": "hit"})


def _invalid(name: str, told: str) -> Response:
    details = {name: [{"description": told}]}
    refused = {"error": "RecordInvalid", "description": "Record validation errors"}
    return JSONResponse(refused | {"details": details}, 422)


def _unknown() -> Response:
    return JSONResponse({"error": "RecordNotFound", "description": "Not found"}, 404)
