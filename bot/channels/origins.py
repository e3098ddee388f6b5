"""Which websites may call the web channel: our own pages, and those that embed it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.addresses import LOOPBACK, origin_of
from bot.http import Problem
from bot.settings import Settings

GUARDED = "/api/web"


class Origins:
    """Knows our own origins and those that the operator has named."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.own_origin
        self._embedding = frozenset(settings.embed_origins)
        self._demo = settings.demo

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        """Whether a request may call at all; tools, which name no origin, may."""
        origin = headers.get("origin")
        return origin is None or origin in self._embedding or self._is_own(headers)

    def is_at_home(self, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from one of our own pages."""
        if "origin" in headers:
            return self._is_own(headers)
        return headers.get("sec-fetch-site") == "same-origin"

    def _is_own(self, headers: Mapping[str, str]) -> bool:
        origin = headers.get("origin", "")
        if origin and origin == self._own:
            return True
        return self._demo and origin in _loopbacks(headers.get("host", ""))


def _loopbacks(host: str) -> set[str]:
    """Every name of this machine, with the port that the browser has called."""
    called = origin_of(f"http://{host}")
    if not called or urlsplit(called).hostname not in LOOPBACK:
        return set()
    port = urlsplit(called).port or 80
    names = (f"[{name}]" if ":" in name else name for name in LOOPBACK)
    return {origin_of(f"http://{name}:{port}") for name in names}


def origin_refused(detail: str) -> Problem:
    """Another website's page has sent it."""
    return Problem(403, "origin-refused", "Origin refused", detail)


def require_home(request: Request) -> None:
    """Let only our own pages pass.

    Raises:
        Problem: the request comes from elsewhere.
    """
    if not Origins(request.app.state.services.settings).is_at_home(request.headers):
        raise origin_refused(
            "Only the chat's own pages may ask for this; tools use"
            " POST /api/web/sessions."
        )


class OriginGuard:
    """Refuses calls of websites that nobody has named, before they are read."""

    def __init__(self, app: ASGIApp, *, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and scope["path"].startswith(GUARDED)
        if guarded and not self._origins.is_allowed(Headers(scope=scope)):
            refused = origin_refused("Add the website's origin to BOT_EMBED_ORIGINS.")
            await refused.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)
