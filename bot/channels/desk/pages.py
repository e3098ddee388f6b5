"""The desk's pages, as an agent's browser asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.agents.signed_in import SignedIn
from bot.channels.desk.templates import Templates
from bot.channels.desk.wording import Words
from bot.channels.page_languages import page_language
from bot.language import Language
from bot.services import Services

LANGUAGE = "desk-language"
A_YEAR = 365 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self';"
    " style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
    " trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Without an origin, what a form sends could not be told from another site's.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
SHORTCUTS = (
    {
        "name": "everywhere",
        "bindings": (
            ("?", "help"),
            ("g q", "queue"),
            ("g m", "mine"),
            ("g a", "all"),
            ("g r", "review"),
            ("/", "search"),
            ("Esc", "leave"),
        ),
    },
    {
        "name": "lists",
        "bindings": (
            ("j", "next"),
            ("k", "previous"),
            ("Enter", "open"),
        ),
    },
    {
        "name": "chat",
        "bindings": (
            ("t", "take"),
            ("r", "reply"),
            ("c", "canned"),
            ("n", "note"),
            ("p", "priority"),
            ("x", "transfer"),
            ("b", "return"),
            ("e", "resolve"),
        ),
    },
)


@dataclass(frozen=True)
class Link:
    """A page that the rail leads to."""

    name: str
    href: str
    key: str
    count: int = 0


class Pages:
    """Writes pages for whoever asks."""

    def __init__(self, services: Services, templates: Templates) -> None:
        self._services = services
        self._templates = templates

    def language(self, request: Request) -> Language:
        """What the agent has chosen, now or before; else what their browser likes."""
        return page_language(
            request.query_params.get("language"),
            request.cookies.get(LANGUAGE),
            accepted=request.headers.get("accept-language"),
            default=self._services.settings.language,
        )

    def words(self, request: Request) -> Words:
        """The words for whoever asks."""
        return self._templates.words(self.language(request))

    def plain(
        self, request: Request, name: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page for somebody who is not signed in."""
        brand = self._services.brand.name
        given = {"who": None, "brand": brand, **values}
        return self._answer(request, name, given, status)

    def show(
        self,
        request: Request,
        who: SignedIn,
        name: str,
        *,
        here: str = "",
        status: int = 200,
        told: str = "",
        **values: Any,
    ) -> Response:
        """A page for an agent."""
        given = {
            "who": who,
            "may": who.may,
            "here": here,
            "pages": self._links(who),
            "path": request.url.path,
            "shortcuts": SHORTCUTS,
            "open_id": None,
            "told": told or self._told(request),
            **values,
        }
        return self._answer(request, name, given, status)

    def new_id(self) -> str:
        """What a page calls the next line that it sends."""
        return uuid4().hex

    def _answer(
        self, request: Request, name: str, values: Mapping[str, Any], status: int
    ) -> Response:
        language = self.language(request)
        page = self._templates.write(f"{name}.html", language, values)
        response = HTMLResponse(page, status, headers=HEADERS)
        if request.query_params.get("language") == language:
            response.set_cookie(
                LANGUAGE, language, A_YEAR, path="/desk", samesite="strict"
            )
        return response

    def _told(self, request: Request) -> str:
        """What was done just now, where the address says so."""
        return self.words(request).told(request.query_params.get("told", ""))

    def _links(self, who: SignedIn) -> list[Link]:
        lists = self._services.team.lists
        links = [
            Link("queue", "/desk", "g q", len(lists.queue(who))),
            Link("all", "/desk/all", "g a"),
            Link("search", "/desk/search", "/"),
        ]
        if who.may("work"):
            mine = sum(card.unread > 0 for card in lists.mine(who))
            links.insert(1, Link("mine", "/desk/mine", "g m", mine))
        links.append(Link("review", "/desk/review", "g r"))
        if who.may("oversee"):
            links += [
                Link("cases", "/desk/cases", "g c"),
                Link("team", "/desk/team", "g t"),
            ]
        if who.may("measure"):
            links.append(Link("insights", "/desk/insights", "g i"))
        if who.may("audit"):
            links.append(Link("audit", "/desk/audit", "g l"))
        return links


def moved(path: str) -> Response:
    """See another page instead (RFC 9110, 15.4.4)."""
    return RedirectResponse(path, 303, headers=HEADERS)
