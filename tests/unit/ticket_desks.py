"""The stand-ins of Zendesk and Zammad on real sockets, and a webhook that keeps."""

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
from bot.connectors.standin.help_desk import HelpDesk
from bot.connectors.standin.zammad import ZammadStandIn
from bot.connectors.standin.zendesk import ZendeskStandIn
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
