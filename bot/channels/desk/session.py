"""Signing in and out at the desk, and who one is there."""

from fastapi import APIRouter, Depends, Request, Response

from bot.channels.desk.gate import (
    Acting,
    Known,
    clear_cookie,
    letting_act,
    require_home,
    set_cookie,
    token_of,
)
from bot.channels.desk.shapes import Credentials, Me, NewStatus
from bot.channels.visitors import address_of
from bot.services import Services


class DeskSession:
    """An agent's own session."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def sign_in(self, given: Credentials, request: Request, response: Response) -> Me:
        """Sign in; the session's secret goes into the cookie only."""
        agents = self._services.agents
        opened = agents.sign_in.sign_in(
            given.email,
            given.password,
            given.code,
            address=address_of(request),
            earlier=token_of(request),
        )
        set_cookie(response, opened)
        return Me.of(agents.sessions.recognise(opened.token))

    def sign_out(self, who: Acting, response: Response) -> None:
        """Sign out of this browser."""
        self._services.agents.sessions.sign_out(who)
        clear_cookie(response)

    def me(self, who: Known) -> Me:
        """Who is signed in."""
        return Me.of(who)

    def set_status(self, given: NewStatus, who: Acting) -> None:
        """Take conversations from now on, or none."""
        self._services.team.colleagues.set_status(who, given.status)


def add_session(router: APIRouter, services: Services) -> None:
    """`/sign-in`, `/sign-out`, `/me` and `/status`."""
    session = DeskSession(services)
    router.post("/sign-in", dependencies=[Depends(require_home)])(session.sign_in)
    router.post("/sign-out", status_code=204)(session.sign_out)
    router.get("/me")(session.me)
    router.post("/status", status_code=204, dependencies=[letting_act("work")])(
        session.set_status
    )
