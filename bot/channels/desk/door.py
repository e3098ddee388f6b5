"""The desk's door: signing in and out with a form."""

from fastapi import Depends, Request, Response

from bot.agents.errors import NotSignedIn, SignInRefused, SignInTooOften
from bot.channels.desk.deeds import inside
from bot.channels.desk.forms import Form, Sending
from bot.channels.desk.gate import (
    clear_cookie,
    recognise,
    require_home,
    set_cookie,
    token_of,
)
from bot.channels.desk.pages import Pages, moved
from bot.channels.visitors import address_of
from bot.services import Services

MINUTE = 60


class Door:
    """Lets agents in and out."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._agents = services.agents
        self._pages = pages

    def show(self, request: Request) -> Response:
        """The form; who is in already goes on."""
        try:
            recognise(request)
        except NotSignedIn:
            return self._form(request)
        return moved(inside(request.query_params.get("next", "")))

    def enter(self, request: Request, form: Form) -> Response:
        """Let somebody in, or say that something of the three does not fit."""
        email = form.get("email", "")[:320]
        try:
            opened = self._agents.sign_in.sign_in(
                email,
                form.get("password", ""),
                form.get("code", ""),
                address=address_of(request),
                earlier=token_of(request),
            )
        except SignInRefused:
            return self._form(request, 401, "refused", email)
        except SignInTooOften as error:
            minutes = -(-error.again_in // MINUTE)
            return self._form(request, 429, "too_often", email, minutes=minutes)
        response = moved(inside(form.get("next", "")))
        set_cookie(response, opened)
        return response

    def leave(self, who: Sending) -> Response:
        """Sign out of this browser."""
        self._agents.sessions.sign_out(who)
        response = moved("/desk/sign-in")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        clear_cookie(response)
        return response

    def _form(
        self,
        request: Request,
        status: int = 200,
        why: str = "",
        email: str = "",
        **values: int,
    ) -> Response:
        problem = self._pages.words(request).say(why, **values) if why else ""
        to = inside(request.query_params.get("next", ""))
        return self._pages.plain(
            request, "sign_in", status=status, problem=problem, email=email, next=to
        )


HOME = [Depends(require_home)]
