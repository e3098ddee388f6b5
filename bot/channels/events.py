"""Server-sent events: a conversation's lines, and who speaks, as they come."""

import asyncio
from collections.abc import AsyncIterator

import anyio
import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from bot.channels.secrets import read_with_secrets
from bot.channels.shapes import MessageShape, OwnerShape
from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Thread
from bot.conversations.notifier import News
from bot.conversations.typing import Typing
from bot.conversations.web_sessions import Visit
from bot.limits import Places
from bot.services import Services

# Another process may have appended a line; news comes from this one only.
POLL = 2.0
# However many listen, together they ask no more often than so many times a second.
ASKED = 100
HEARTBEAT = 15
FAREWELL = 1.0
# No more is read than the next few lines: a slow reader's rest stays in the database.
PAGE = 20
PATIENCE = 30.0

logger = structlog.get_logger(__name__)


class EventStream(EventSourceResponse):
    """A stream that has a place while it lasts; who stops reading loses it."""

    def __init__(
        self,
        events: AsyncIterator[ServerSentEvent],
        closing: anyio.Event,
        places: Places,
        address: str,
    ) -> None:
        super().__init__(
            events,
            ping=HEARTBEAT,
            send_timeout=PATIENCE,
            shutdown_event=closing,
            shutdown_grace_period=FAREWELL,
        )
        self._places = places
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._places.take(self._address):
            try:
                await super().__call__(scope, receive, send)
            except SendTimeoutError:
                logger.info("reader_dropped", after=PATIENCE)


def respond(
    services: Services, visit: Visit, address: str, *, after: int
) -> EventStream:
    """A stream that ends with the session, the conversation, or the server."""
    closing = anyio.Event()
    events = stream(services, visit, closing, after=after)
    return EventStream(events, closing, services.limits.streams, address)


async def stream(
    services: Services, visit: Visit, closing: anyio.Event, *, after: int
) -> AsyncIterator[ServerSentEvent]:
    """Who speaks and the lines after `after`, then whatever is new."""
    told: OwnerShape | None = None
    typed: Typing | None = None
    with services.notifier.listen(visit.conversation_id) as news:
        watcher = asyncio.create_task(ring_at(closing, news))
        try:
            while not closing.is_set():
                news.clear()
                thread = await asyncio.to_thread(_read, services, visit, after)
                if thread is None:
                    return
                if (owner := OwnerShape.of(thread)) != told:
                    yield ServerSentEvent(owner.model_dump_json(), event="owner")
                    told = owner
                for message in thread.messages:
                    after = message.seq
                    yield _event(MessageShape.of(message))
                sign = services.typing.latest(visit.conversation_id, "agent")
                if sign and sign != typed and sign.name == thread.owner_name:
                    yield ServerSentEvent(_typing(sign), event="typing")
                typed = sign
                if not thread.messages:
                    await news.wait(pause(services.limits.streams.taken))
        finally:
            watcher.cancel()


def pause(streams: int) -> float:
    """How long each of so many streams waits for news of another process."""
    return max(POLL, streams / ASKED)


def _event(message: MessageShape) -> ServerSentEvent:
    return ServerSentEvent(
        message.model_dump_json(), id=str(message.seq), event="message"
    )


def _typing(sign: Typing) -> str:
    return OwnerShape(owner="agent", name=sign.name).model_dump_json()


async def ring_at(closing: anyio.Event, news: News) -> None:
    """Ring once the server is about to stop."""
    await closing.wait()
    news.ring()


def _read(services: Services, visit: Visit, after: int) -> Thread | None:
    """What is new; None when the session or the conversation is over."""
    if not services.web_sessions.is_live(visit):
        return None
    try:
        return read_with_secrets(
            services, visit.conversation_id, after=after, limit=PAGE
        )
    except ConversationUnknown:
        return None
