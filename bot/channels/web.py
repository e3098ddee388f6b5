"""The web channel: sessions, messages, and the events that carry the answers."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse

from bot.channels.events import respond
from bot.channels.refusals import identity_invalid, too_many_streams
from bot.channels.secrets import read_with_secrets
from bot.channels.shapes import (
    Accepted,
    ChosenOption,
    LanguageChosen,
    NewSession,
    RatingGiven,
    SessionOpened,
    TextMessage,
    ThreadShape,
)
from bot.channels.visitors import COUNTED, COUNTED_OPENING, Visitor, address_of
from bot.http import documented
from bot.services import Services
from bot.verification.errors import IdentityTokenInvalid

STREAMS = 8
LAST = 2**31 - 1
EVENTS = {
    "description": "`message` events; the id is the sequence number, the data one"
    " line as in GET /messages. `owner` events, without an id, at the start and at each"
    " change; the data says who speaks: {owner, name}. `typing` events, without an id,"
    " say that an agent writes: {owner, name}",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}

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
        self,
        visit: Visitor,
        request: Request,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        """Lines as they come, after the one that `Last-Event-ID` names."""
        services, address = self._services, address_of(request)
        if services.notifier.count(visit.conversation_id) >= STREAMS:
            raise too_many_streams()
        if not services.limits.streams.is_free(address):
            raise too_many_streams()
        return respond(services, visit, address, after=event_number(last_event_id))

    async def set_language(self, chosen: LanguageChosen, visit: Visitor) -> None:
        """Go on in this language, whatever the next words are in."""
        await asyncio.to_thread(
            self._services.conversations.set_language,
            visit.conversation_id,
            chosen.language,
        )

    async def type(self, visit: Visitor) -> None:
        """Show that something is being written; it is forgotten after 6 seconds."""
        self._services.typing.note(visit.conversation_id, "visitor")

    async def rate(self, given: RatingGiven, visit: Visitor) -> None:
        """Say how the conversation was; a second time replaces the first."""
        await asyncio.to_thread(
            self._services.ratings.rate,
            visit.conversation_id,
            given.score,
            comment=given.comment,
        )

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
    refused = documented(400, 401, 403, 413, 422, 429)
    router.post(
        "/sessions", status_code=201, dependencies=COUNTED_OPENING, responses=refused
    )(channel.open_session)
    router.post(
        "/messages",
        status_code=202,
        dependencies=COUNTED,
        responses=refused | documented(409),
    )(channel.send_message)
    router.get("/messages", responses=documented(401, 403, 422))(channel.read_messages)
    router.get(
        "/events",
        response_class=EventSourceResponse,
        responses=documented(401, 403, 429) | {200: EVENTS},
    )(channel.listen)
    for path, answer in (
        ("/language", channel.set_language),
        ("/rating", channel.rate),
    ):
        router.post(path, status_code=204, dependencies=COUNTED, responses=refused)(
            answer
        )
    router.post(
        "/typing",
        status_code=204,
        dependencies=COUNTED,
        responses=documented(401, 403, 429),
    )(channel.type)
    return router


def event_number(event_id: str | None) -> int:
    """The number of the line that a browser has got last; 0 where it has none."""
    # A browser repeats what it got; anything else starts from the beginning.
    known = event_id is not None and event_id.isascii() and event_id.isdecimal()
    return min(int(event_id[:10]), LAST) if known and event_id else 0
