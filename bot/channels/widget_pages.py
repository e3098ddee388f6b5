"""The widget's files: the script for any website, and the page in its frame."""

from html import escape
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.scripts import Scripts, Served
from bot.services import Services

PAGES = Path(__file__).parents[1] / "pages" / "widget"
BUNDLES = ("widget.js", "frame.js")
# The frame's page has headers of its own, so it is not given out as a mere file.
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


class WidgetPages:
    """What `/widget.js` and `/widget/...` answer."""

    def __init__(self, services: Services, *, folder: Path = PAGES) -> None:
        self._files = Scripts(folder, bundles=BUNDLES)
        ancestors = " ".join(("'self'", *services.settings.embed_origins))
        policy = {"Content-Security-Policy": POLICY.format(ancestors)}
        self._headers = {**FRAME, **policy}
        page = Template(self._files["frame.html"].content.decode())
        embedding = escape(" ".join(services.settings.embed_origins))
        filled = page.safe_substitute(
            brand=escape(services.brand.name), embed_origins=embedding
        )
        self._frame = Served.of(filled, "text/html")
        self._theme = Served.of(services.brand.theme.style_sheet(), "text/css")

    async def script(self, request: Request) -> Response:
        """The script that a website loads."""
        return self._files["widget.js"].answer(request, SCRIPT)

    async def frame(self, request: Request) -> Response:
        """The page inside the frame."""
        return self._frame.answer(request, self._headers)

    async def theme(self, request: Request) -> Response:
        """The brand's colours and type."""
        return self._theme.answer(request, REVALIDATED)

    async def file(self, request: Request) -> Response:
        """A script, a style sheet or a picture of the frame."""
        name: str = request.path_params["name"]
        if not name.endswith(GIVEN_OUT):
            raise HTTPException(404)
        return self._files[name].answer(request, REVALIDATED)


def add_widget(app: FastAPI, services: Services, *, folder: Path = PAGES) -> None:
    """Serve the widget; its files, unlike the API's answers, are compressed."""
    pages = WidgetPages(services, folder=folder)
    app.router.routes += [
        Route("/widget.js", pages.script, middleware=ZIPPED),
        Route("/widget/frame", pages.frame, middleware=ZIPPED),
        Route("/widget/theme.css", pages.theme, middleware=ZIPPED),
        Route("/widget/{name}", pages.file, middleware=ZIPPED),
    ]
