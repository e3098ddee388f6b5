"""Undo links over HTTP: looking at one changes nothing, a press of the button does."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from bot.accounts.errors import (
    UndoError,
    UndoExpired,
    UndoImpossible,
    UndoUnknown,
    UndoUsed,
)
from bot.channels.page_languages import page_language
from bot.channels.private_pages import HEADERS
from bot.channels.undo_page import PAGES, Outcome, UndoPage
from bot.http import MEDIA_TYPE
from bot.language import Language
from bot.services import Services

REFUSALS: dict[type[UndoError], tuple[int, Outcome]] = {
    UndoUnknown: (404, "unknown"),
    UndoUsed: (200, "used"),
    UndoExpired: (410, "expired"),
    UndoImpossible: (409, "impossible"),
}
DESCRIPTIONS = {
    404: "No such link",
    409: "The account cannot be as it was",
    410: "The link's time is over",
}
PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
TOO_LARGE: dict[int | str, dict[str, Any]] = {
    413: {"description": "Body too large", "content": {MEDIA_TYPE: PROBLEM}}
}

Chosen = Annotated[str | None, Query(description="`en` or `es`", alias="language")]
Accepted = Annotated[str | None, Header(alias="Accept-Language")]


class UndoPages:
    """What `/undo/{token}` answers; the token is all that is asked for."""

    def __init__(self, services: Services) -> None:
        self._undoing = services.undoing
        self._page = UndoPage(services.brand)
        self._default: Language = services.settings.language

    def show(
        self, token: str, chosen: Chosen = None, accepted: Accepted = None
    ) -> Response:
        """Say what the link would take back; mail scanners may look, too."""
        language = self._language(chosen, accepted)
        try:
            view = self._undoing.look(token)
        except UndoUnknown as error:
            return self._refuse(error, language)
        if view.state == "open":
            page = self._page.question(view.kind, language, until=view.expires_at)
            return HTMLResponse(page, headers=HEADERS)
        ended = UndoUsed() if view.state == "used" else UndoExpired()
        return self._refuse(ended, language)

    def take(
        self, token: str, chosen: Chosen = None, accepted: Accepted = None
    ) -> Response:
        """Take the change back."""
        language = self._language(chosen, accepted)
        try:
            kind = self._undoing.take(token)
        except UndoError as error:
            return self._refuse(error, language)
        return HTMLResponse(self._page.done(kind, language), headers=HEADERS)

    def _refuse(self, error: UndoError, language: Language) -> Response:
        status, outcome = REFUSALS[type(error)]
        page = self._page.outcome(outcome, language)
        return HTMLResponse(page, status, headers=HEADERS)

    def _language(self, chosen: str | None, accepted: str | None) -> Language:
        return page_language(chosen, accepted=accepted, default=self._default)


def undo_router(services: Services) -> APIRouter:
    """`/undo`."""
    pages, router = UndoPages(services), APIRouter(tags=["undo"])

    @router.get("/undo/undo.css", include_in_schema=False)
    async def style() -> Response:
        return FileResponse(PAGES / "undo.css")

    shown = _pages(404, 410)
    taken = _pages(404, 409, 410) | TOO_LARGE
    router.get("/undo/{token}", response_class=HTMLResponse, responses=shown)(
        pages.show
    )
    router.post("/undo/{token}", response_class=HTMLResponse, responses=taken)(
        pages.take
    )
    return router


def _pages(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"text/html": {"schema": {"type": "string"}}}
    return {
        status: {"description": DESCRIPTIONS[status], "content": content}
        for status in statuses
    }
