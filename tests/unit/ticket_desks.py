"""The stand-ins of help desks on real sockets, and a webhook that keeps."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.connectors.calls import Calls
from bot.connectors.chatwoot import Chatwoot, base_url
from bot.connectors.chatwoot import headers as chatwoot_headers
from bot.connectors.port import Connector
from bot.connectors.standin.chatwoot import ACCOUNT, INBOX, ChatwootStandIn
from bot.connectors.standin.help_desk import HelpDesk
from bot.connectors.standin.zammad import ZammadStandIn
from bot.connectors.standin.zendesk import ZendeskStandIn
from bot.connectors.zammad import Zammad
from bot.connectors.zammad import headers as zammad_headers
from bot.connectors.zendesk import Zendesk
from bot.connectors.zendesk import headers as zendesk_headers
from tests.unit.serving import served

EMAIL, TOKEN, SECRET = "bot@example.com", "a token", "a secret of the webhook"

Build = Callable[[str, Clock], HelpDesk]


@dataclass
class Listener:
    """Keeps what is posted to it."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=204)


@dataclass
class Desk:
    """A served stand-in, how it is asked, and what it told."""

    stand_in: Any
    http: httpx.AsyncClient
    listener: Listener

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.http.request(method, path, **options)


def zendesk(hook_url: str, clock: Clock) -> HelpDesk:
    return ZendeskStandIn(
        email=EMAIL, token=TOKEN, secret=SECRET, hook_url=hook_url, clock=clock
    )


def zammad(hook_url: str, clock: Clock) -> HelpDesk:
    return ZammadStandIn(token=TOKEN, secret=SECRET, hook_url=hook_url, clock=clock)


def chatwoot(hook_url: str, clock: Clock) -> HelpDesk:
    return ChatwootStandIn(token=TOKEN, secret=SECRET, hook_url=hook_url, clock=clock)


# How each is stood in for, by name.
STAND_INS: dict[str, Build] = {
    "chatwoot": chatwoot,
    "zendesk": zendesk,
    "zammad": zammad,
}


def connector(
    name: str, clock: Clock, url: str, *, token: str = TOKEN, timeout: float = 10
) -> Connector:
    """The connector that talks to a stand-in."""
    if name == "zendesk":
        headers = zendesk_headers(EMAIL, token)
        return Zendesk(clock, Calls(clock, url, headers, timeout=timeout), SECRET)
    if name == "chatwoot":
        calls = Calls(
            clock, base_url(url, ACCOUNT), chatwoot_headers(token), timeout=timeout
        )
        return Chatwoot(clock, calls, INBOX, secret=SECRET, path_secret="")
    headers = zammad_headers(token)
    return Zammad(Calls(clock, url, headers, timeout=timeout), SECRET, "Users")


@asynccontextmanager
async def desk(build: Build, clock: Clock, **client: Any) -> AsyncIterator[Desk]:
    """Serve a stand-in that tells a listener."""
    listener = Listener()
    hooks = Starlette(routes=[Route("/hook", listener.take, methods=["POST"])])
    async with served(hooks) as hook_url:
        stand_in = build(f"{hook_url}/hook", clock)
        async with (
            served(stand_in.app) as url,
            httpx.AsyncClient(base_url=url, timeout=5, **client) as http,
        ):
            yield Desk(stand_in, http, listener)
