"""The widget's files: the script for any website, and the page in its frame."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.services import Services

PAGES = Path(__file__).parents[1] / "pages" / "widget"
# Pages of ours have headers of their own, so none is given out as a mere file.
GIVEN_OUT = (".js", ".css", ".svg")
ZIPPED = (Middleware(GZipMiddleware),)
NOSNIFF = {"X-Content-Type-Options": "nosniff"}
REVALIDATED = {**NOSNIFF, "Cache-Control": "no-cache"}
SCRIPT = {
    **NOSNIFF,
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {}"
)
FRAME = {
    **REVALIDATED,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class WidgetFiles(StaticFiles):
    """Files of one folder; revalidated at each use."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(GIVEN_OUT):
            raise HTTPException(404)
        return await self.file(path, scope, REVALIDATED)

    async def file(
        self, path: str, scope: Scope, headers: Mapping[str, str]
    ) -> Response:
        """A file with headers of its own."""
        response = await super().get_response(path, scope)
        response.headers.update(headers)
        return response


class WidgetPages:
    """What `/widget.js` and `/widget/...` answer."""

    def __init__(self, services: Services, *, folder: Path = PAGES) -> None:
        self.files = WidgetFiles(directory=folder, check_dir=False)
        ancestors = " ".join(("'self'", *services.settings.embed_origins))
        policy = {"Content-Security-Policy": POLICY.format(ancestors)}
        self._frame = {**FRAME, **policy}
        self._theme = services.brand.theme.style_sheet().encode()
        self._tag = f'"{hashlib.sha256(self._theme).hexdigest()[:32]}"'

    async def script(self, request: Request) -> Response:
        """The script that a website loads."""
        return await self.files.file("widget.js", request.scope, SCRIPT)

    async def frame(self, request: Request) -> Response:
        """The page inside the frame."""
        return await self.files.file("frame.html", request.scope, self._frame)

    async def theme(self, request: Request) -> Response:
        """The brand's colours and type."""
        headers = {**REVALIDATED, "ETag": self._tag}
        if self._tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self._theme, headers=headers, media_type="text/css")


def add_widget(app: FastAPI, services: Services, *, folder: Path = PAGES) -> None:
    """Serve the widget; its files, unlike the API's answers, are compressed."""
    pages = WidgetPages(services, folder=folder)
    app.router.routes += [
        Route("/widget.js", pages.script, middleware=ZIPPED),
        Route("/widget/frame", pages.frame, middleware=ZIPPED),
        Route("/widget/theme.css", pages.theme, middleware=ZIPPED),
        Mount("/widget", pages.files, middleware=ZIPPED),
    ]
