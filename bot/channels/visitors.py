"""Who asks: the session behind a request's token, and the address it came from."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.channels.refusals import messages_too_fast, openings_too_fast, session_invalid
from bot.conversations.web_sessions import Visit
from bot.http import Problem
from bot.limits import Frequency, LimitReached, Limits, subscriber
from bot.services import Services

# Seconds. Who sends without end waits for each refusal: else refusing them is what
# makes everybody else wait.
HELD = 1.0

bearer = HTTPBearer(auto_error=False, description="the session's token")


async def recognise(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Visit:
    """The session whose token came with a request."""
    services: Services = request.app.state.services
    if credentials is None:
        raise session_invalid()
    return await asyncio.to_thread(
        services.web_sessions.recognise, credentials.credentials
    )


def address_of(request: Request) -> str:
    """Whom a request counts as."""
    return subscriber(request.client.host if request.client else "")


async def count_message(request: Request) -> None:
    """Count something that a visitor sends.

    Raises:
        Problem: it is one too many.
    """
    await _count(request, _limits(request).messages, messages_too_fast)


async def count_opening(request: Request) -> None:
    """Count a conversation that a tool opens.

    Raises:
        Problem: it is one too many.
    """
    await _count(request, _limits(request).openings, openings_too_fast)


def _limits(request: Request) -> Limits:
    services: Services = request.app.state.services
    return services.limits


async def _count(
    request: Request, frequency: Frequency, refuse: Callable[[LimitReached], Problem]
) -> None:
    try:
        frequency.count(address_of(request))
    except LimitReached as error:
        await asyncio.sleep(HELD)
        raise refuse(error) from None


Visitor = Annotated[Visit, Depends(recognise)]
COUNTED = [Depends(count_message)]
COUNTED_OPENING = [Depends(count_opening)]
