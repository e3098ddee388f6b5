"""Links from texts over HTTP: looking at one uses nothing up, its button does."""

from fastapi import APIRouter, Request
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    RedirectResponse,
    Response,
)

from bot.channels.cookies import set_cookie
from bot.channels.link_page import PAGES, LinkPage, Outcome
from bot.channels.page_languages import page_language
from bot.channels.private_pages import HEADERS
from bot.conversations.errors import ConversationUnknown
from bot.language import Language
from bot.services import Services
from bot.texting.errors import LinkExpired, LinkUnknown, LinkUsed, TextingError
from bot.texting.linking import PATH

CHAT = "/widget/frame"
REFUSALS: dict[type[TextingError], tuple[int, Outcome]] = {
    LinkUnknown: (404, "unknown"),
    LinkUsed: (410, "used"),
    LinkExpired: (410, "expired"),
}


class LinkPages:
    """What `/c/{code}` answers; the code is all that is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._page = LinkPage(services.brand)

    def show(self, code: str, request: Request) -> Response:
        """Say what the link does; phones look at links by themselves."""
        language = self._language(request)
        try:
            self._services.linking.look(code)
        except TextingError as error:
            return self._refuse(error, language)
        return HTMLResponse(self._page.question(language), headers=HEADERS)

    def follow(self, code: str, request: Request) -> Response:
        """Let this browser into the conversation, once."""
        language = self._language(request)
        try:
            conversation_id = self._services.linking.redeem(code)
            cookie = self._services.visits.enter(conversation_id)
        except TextingError as error:
            return self._refuse(error, language)
        except ConversationUnknown:
            return self._refuse(LinkUnknown(), language)
        response = RedirectResponse(CHAT, 303, headers=HEADERS)
        lifetime = self._services.settings.session_lifetime
        set_cookie(response, cookie, lifetime=lifetime)
        return response

    def _refuse(self, error: TextingError, language: Language) -> Response:
        status, outcome = REFUSALS[type(error)]
        page = self._page.outcome(outcome, language)
        return HTMLResponse(page, status, headers=HEADERS)

    def _language(self, request: Request) -> Language:
        return page_language(
            accepted=request.headers.get("accept-language"),
            default=self._services.settings.language,
        )


def link_router(services: Services) -> APIRouter:
    """`/c`; pages for people, of which OpenAPI does not tell."""
    pages, router = LinkPages(services), APIRouter(tags=["links"])

    @router.get(f"{PATH}link.css", include_in_schema=False)
    async def style() -> Response:
        return FileResponse(PAGES / "link.css")

    router.get(f"{PATH}{{code}}", include_in_schema=False)(pages.show)
    router.post(f"{PATH}{{code}}", include_in_schema=False)(pages.follow)
    return router
