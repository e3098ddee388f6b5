"""The web channel: sessions, messages, and the events that carry the answers."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sse_starlette import EventSourceResponse

from bot.channels.events import respond
from bot.channels.refusals import identity_invalid, session_invalid, too_many_streams
from bot.channels.secrets import read_with_secrets
from bot.channels.shapes import (
    Accepted,
    ChosenOption,
    NewSession,
    SessionOpened,
    TextMessage,
    ThreadShape,
)
from bot.conversations.web_sessions import Visit
from bot.http import ProblemDetails
from bot.services import Services
from bot.verification.errors import IdentityTokenInvalid

STREAMS = 8
LAST = 2**31 - 1
EVENTS = {
    "description": "`message` events; the id is the sequence number, the data one"
    " line as in GET /messages",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}

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


Visitor = Annotated[Visit, Depends(recognise)]
After = Annotated[int, Query(ge=0, le=LAST)]


class WebChannel:
    """The widget's side of a conversation."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def open_session(self, new: NewSession, request: Request) -> SessionOpened:
        """Open a conversation and get the token for it."""
        conversation_id = await asyncio.to_thread(
            self._services.conversations.start, "web", language=new.language
        )
        if request.client is not None:
            await asyncio.to_thread(
                self._services.visitors.note, conversation_id, request.client.host
            )
        if new.identity_token is not None:
            await self._sign_in(conversation_id, new.identity_token)
        opened = await asyncio.to_thread(
            self._services.web_sessions.open, conversation_id
        )
        return SessionOpened(
            conversation=conversation_id,
            token=opened.token,
            expires_at=opened.expires_at,
        )

    async def send_message(
        self, message: TextMessage | ChosenOption, visit: Visitor
    ) -> Accepted:
        """Say something, or choose an option; the answer comes as an event."""
        heard = await asyncio.to_thread(
            self._services.conversations.hear,
            visit.conversation_id,
            via="web",
            **message.model_dump(),
        )
        if heard.new:
            self._services.notifier.notify(visit.conversation_id)
            self._services.turns.wake(visit.conversation_id)
        return Accepted(seq=heard.seq)

    async def read_messages(self, visit: Visitor, after: After = 0) -> ThreadShape:
        """The lines after a sequence number, oldest first, at most 500 at a time."""
        thread = await asyncio.to_thread(
            read_with_secrets, self._services, visit.conversation_id, after=after
        )
        return ThreadShape.of(thread)

    async def listen(
        self, visit: Visitor, last_event_id: Annotated[str | None, Header()] = None
    ) -> EventSourceResponse:
        """Lines as they come, after the one that `Last-Event-ID` names."""
        if self._services.notifier.count(visit.conversation_id) >= STREAMS:
            raise too_many_streams()
        return respond(self._services, visit, after=_number(last_event_id))

    async def _sign_in(self, conversation_id: str, identity_token: str) -> None:
        try:
            await asyncio.to_thread(
                self._services.identification.sign_in, conversation_id, identity_token
            )
        except IdentityTokenInvalid:
            await asyncio.to_thread(
                self._services.conversations.forget, conversation_id
            )
            raise identity_invalid() from None


def web_router(services: Services) -> APIRouter:
    """`/api/web`, described as it is."""
    channel, router = WebChannel(services), APIRouter(prefix="/api/web", tags=["web"])
    router.post("/sessions", status_code=201, responses=documented(400, 401, 413, 422))(
        channel.open_session
    )
    router.post(
        "/messages",
        status_code=202,
        responses=documented(400, 401, 409, 413, 422, 429),
    )(channel.send_message)
    router.get("/messages", responses=documented(401, 422))(channel.read_messages)
    router.get(
        "/events",
        response_class=EventSourceResponse,
        responses=documented(401, 429) | {200: EVENTS},
    )(channel.listen)
    return router


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI tells of refusals: each is a problem."""
    return {status: {"model": ProblemDetails} for status in statuses}


def _number(event_id: str | None) -> int:
    # A browser repeats what it got; anything else starts from the beginning.
    known = event_id is not None and event_id.isascii() and event_id.isdecimal()
    return min(int(event_id[:10]), LAST) if known and event_id else 0
