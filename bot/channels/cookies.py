"""The cookie that brings a browser back into its conversation."""

from fastapi import Request, Response

from bot.conversations.session_rows import Opened

# Browsers take secure cookies over plain http from this machine, too.
NAME = "__Host-switchboard"
ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
MOST_CHARACTERS = 100


def secret_of(request: Request) -> str | None:
    """The secret in a request's cookie."""
    secret = request.cookies.get(NAME, "")
    return secret if 0 < len(secret) <= MOST_CHARACTERS else None


def set_cookie(response: Response, cookie: Opened | None, *, lifetime: int) -> None:
    """Let the browser keep a secret; None leaves the one that it has."""
    if cookie is not None:
        _write(response, cookie.token, lifetime)


def clear_cookie(response: Response) -> None:
    """Let the browser forget the secret."""
    _write(response, "", 0)


def _write(response: Response, value: str, seconds: int) -> None:
    # Starlette writes `Partitioned` on Python 3.14 only.
    written = f"{NAME}={value}; Max-Age={seconds}; {ATTRIBUTES}"
    response.headers.append("Set-Cookie", written)
