"""What the desk's pages show when something is refused."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bot.agents.errors import NotAllowed, NotSignedIn
from bot.channels.desk.gate import recognise
from bot.channels.desk.pages import Pages, moved
from bot.conversations.errors import ConversationUnknown
from bot.http import Problem

SIGN_IN = "/desk/sign-in"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def page_route(pages: Pages) -> type[APIRoute]:
    """Routes whose refusals are pages."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_or_show(request: Request) -> Response:
                try:
                    return await handle(request)
                except NotSignedIn:
                    return moved(sign_in_again(request))
                except NotAllowed:
                    return _problem(pages, request, "not_allowed", 403)
                except ConversationUnknown:
                    return _problem(pages, request, "not_found", 404)
                except Problem as problem:
                    if problem.status != 403:
                        raise
                    return _problem(pages, request, "stale", 403)

            return handle_or_show

    return PageRoute


def sign_in_again(request: Request) -> str:
    """Where to sign in, and come back from to what was looked at."""
    if request.method != "GET" or request.url.path == "/desk":
        return SIGN_IN
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{SIGN_IN}?next={quote(request.url.path + query, safe='')}"


def _problem(pages: Pages, request: Request, name: str, status: int) -> Response:
    try:
        who = recognise(request)
    except NotSignedIn:
        return moved(SIGN_IN)
    return pages.show(request, who, "problem", status=status, problem=name)
