"""What every answer tells a browser not to do with it, unless a page says otherwise."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Settings

A_YEAR = 365 * 24 * 3600
# OWASP HTTP Headers Cheat Sheet; answers of an API are never shown or framed.
DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# Swagger's page comes from a CDN with a script of its own; only the demo has it.
DOCS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self';"
    " script-src 'unsafe-inline' https://cdn.jsdelivr.net;"
    " style-src 'unsafe-inline' https://cdn.jsdelivr.net;"
    " img-src 'self' data: https://fastapi.tiangolo.com; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
}
HTTPS_ONLY = {"Strict-Transport-Security": f"max-age={A_YEAR}"}


class SecurityHeaders:
    """Adds the headers that an answer has not set itself."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        encrypted = settings.own_origin.startswith("https:")
        self._headers = DEFAULTS | (HTTPS_ONLY if encrypted else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        defaults = self._headers | (DOCS if scope["path"] == "/docs" else {})

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), defaults)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _add(headers: MutableHeaders, defaults: Mapping[str, str]) -> None:
    for name, value in defaults.items():
        headers.setdefault(name, value)
