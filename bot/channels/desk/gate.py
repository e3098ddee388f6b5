"""The desk's gate: the cookie of who is signed in, and signs that it is their page."""

import hmac
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from bot.agents.errors import NotSignedIn
from bot.agents.roles import Permission
from bot.agents.sessions import LIFETIME
from bot.agents.sign_in import Opened
from bot.agents.signed_in import SignedIn
from bot.channels.origins import Origins, origin_refused
from bot.http import Problem
from bot.services import Services

# Browsers take secure cookies over plain http from this machine, too.
COOKIE = "__Host-desk"
ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Strict"
MOST_CHARACTERS = 100
CSRF = "X-CSRF-Token"


def token_of(request: Request) -> str | None:
    """The session's token in a request's cookie."""
    token = request.cookies.get(COOKIE, "")
    return token if 0 < len(token) <= MOST_CHARACTERS else None


def set_cookie(response: Response, opened: Opened) -> None:
    """Let the browser keep a session."""
    _write(response, opened.token, int(LIFETIME.total_seconds()))


def clear_cookie(response: Response) -> None:
    """Let the browser forget it."""
    _write(response, "", 0)


def recognise(request: Request) -> SignedIn:
    """The agent whose cookie came with a request.

    Raises:
        NotSignedIn: nobody's.
    """
    return _recognise(request, acted=True)


def recognise_page(request: Request) -> SignedIn:
    """The agent whose open page asks by itself, which is no sign of them.

    Raises:
        NotSignedIn: nobody's.
    """
    return _recognise(request, acted=False)


def require_home(request: Request) -> None:
    """Let only what the desk's own pages send pass.

    Raises:
        Problem: it comes from elsewhere.
    """
    if not Origins(request.app.state.services.settings).is_at_home(request.headers):
        raise origin_refused("Only the desk's own pages may ask for this.")


def check_csrf(who: SignedIn, given: str | None) -> None:
    """See that a page of this session has sent it.

    Raises:
        Problem: it does not have the session's secret.
    """
    if not hmac.compare_digest(who.csrf.encode(), (given or "").encode()):
        raise Problem(
            403,
            "csrf-token-invalid",
            "CSRF token invalid",
            f"Send the token of GET /desk/api/me as `{CSRF}`.",
        )


Known = Annotated[SignedIn, Depends(recognise)]
Watching = Annotated[SignedIn, Depends(recognise_page)]


def recognise_act(
    request: Request,
    who: Known,
    csrf: Annotated[str | None, Header(alias=CSRF)] = None,
) -> SignedIn:
    """The agent who sends something from one of the desk's own pages.

    Raises:
        NotSignedIn, Problem: it was nobody, or no page of theirs.
    """
    require_home(request)
    check_csrf(who, csrf)
    return who


Acting = Annotated[SignedIn, Depends(recognise_act)]


def allowing(permission: Permission) -> Any:
    """A dependency that lets only roles with a permission look."""

    def check(who: Known) -> None:
        who.require(permission)

    return Depends(check)


def letting_act(permission: Permission) -> Any:
    """A dependency that lets only roles with a permission act, from their own page."""

    def check(who: Acting) -> None:
        who.require(permission)

    return Depends(check)


def _recognise(request: Request, *, acted: bool) -> SignedIn:
    services: Services = request.app.state.services
    token = token_of(request)
    if token is None:
        raise NotSignedIn
    return services.agents.sessions.recognise(token, acted=acted)


def _write(response: Response, value: str, seconds: int) -> None:
    written = f"{COOKIE}={value}; Max-Age={seconds}; {ATTRIBUTES}"
    response.headers.append("Set-Cookie", written)
