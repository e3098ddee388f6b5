"""What the web channel says when a conversation refuses something."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response

from bot.conversations.errors import (
    ConversationError,
    ConversationUnknown,
    MessagesTooFast,
    OptionNotOffered,
    SessionInvalid,
    TextMissing,
    TextTooLong,
    VisitAgain,
)
from bot.http import Problem
from bot.limits import LimitReached

CHALLENGE = {"WWW-Authenticate": "Bearer"}


def session_invalid(_error: object = None) -> Problem:
    """The token is missing, unknown, or has expired."""
    return Problem(
        401,
        "session-invalid",
        "Session invalid",
        "Open a session with POST /api/web/sessions and send its token as"
        " `Authorization: Bearer`.",
        CHALLENGE,
    )


def identity_invalid() -> Problem:
    """The host website's token was not accepted."""
    return Problem(
        401,
        "identity-token-invalid",
        "Identity token invalid",
        "Get a new identity token from the website, or open the session without.",
        CHALLENGE,
    )


def too_many_streams() -> Problem:
    """The session, its address or all together have as many streams as they may."""
    return Problem(
        429,
        "too-many-streams",
        "Too many event streams",
        "Close an event stream, or try again in 5 seconds.",
        {"Retry-After": "5"},
    )


def openings_too_fast(error: LimitReached) -> Problem:
    """Too many conversations were opened in a minute."""
    return Problem(
        429,
        "openings-too-fast",
        "Too many conversations",
        f"Open a conversation again in {error.again_in} seconds.",
        {"Retry-After": str(error.again_in)},
    )


def article_unknown() -> Problem:
    """There is no such article in this language."""
    return Problem(
        404,
        "article-unknown",
        "Article unknown",
        "Ask for an id that the `articles` of a message name.",
    )


def _visit_again(_error: VisitAgain) -> Problem:
    return Problem(
        503,
        "visit-again",
        "Visit again",
        "Another tab has got a new cookie just now; try again in 1 second.",
        {"Retry-After": "1"},
    )


def _text_missing(_error: TextMissing) -> Problem:
    return Problem(
        422, "text-missing", "Text missing", "text: send at least one readable letter."
    )


def _text_too_long(error: TextTooLong) -> Problem:
    detail = f"text: send at most {error.limit} characters in one message."
    return Problem(422, "text-too-long", "Text too long", detail)


def _option_not_offered(_error: OptionNotOffered) -> Problem:
    return Problem(
        409,
        "option-not-offered",
        "Option not offered",
        "payload: send one that the latest options of this conversation hold, or"
        " send text.",
    )


def messages_too_fast(error: MessagesTooFast | LimitReached) -> Problem:
    """Too many messages in a minute, of a conversation, an address, or all together."""
    return Problem(
        429,
        "messages-too-fast",
        "Too many messages",
        f"Send the message again in {error.again_in} seconds.",
        {"Retry-After": str(error.again_in)},
    )


REFUSALS: Mapping[type[ConversationError], Callable[[Any], Problem]] = {
    ConversationUnknown: session_invalid,
    SessionInvalid: session_invalid,
    TextMissing: _text_missing,
    TextTooLong: _text_too_long,
    OptionNotOffered: _option_not_offered,
    MessagesTooFast: messages_too_fast,
    VisitAgain: _visit_again,
}


def speak_refusals(app: FastAPI) -> None:
    """Answer each refusal of a conversation with its problem."""

    async def on_refusal(_request: Request, error: Any) -> Response:
        return REFUSALS[type(error)](error).response()

    for kind in REFUSALS:
        app.add_exception_handler(kind, on_refusal)
