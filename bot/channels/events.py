"""Server-sent events: the lines of a conversation as they are appended."""

import asyncio
from collections.abc import AsyncIterator

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.channels.secrets import read_with_secrets
from bot.channels.shapes import MessageShape
from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Thread
from bot.conversations.notifier import News
from bot.conversations.web_sessions import Visit
from bot.services import Services

# Another process may have appended a line; news comes from this one only.
POLL = 2.0
HEARTBEAT = 15
FAREWELL = 1.0


def respond(services: Services, visit: Visit, *, after: int) -> EventSourceResponse:
    """A stream that ends with the session, the conversation, or the server."""
    closing = anyio.Event()
    return EventSourceResponse(
        stream(services, visit, closing, after=after),
        ping=HEARTBEAT,
        shutdown_event=closing,
        shutdown_grace_period=FAREWELL,
    )


async def stream(
    services: Services, visit: Visit, closing: anyio.Event, *, after: int
) -> AsyncIterator[ServerSentEvent]:
    """The lines after `after`, then each new one."""
    with services.notifier.listen(visit.conversation_id) as news:
        watcher = asyncio.create_task(_ring_at(closing, news))
        try:
            while services.clock.now() < visit.expires_at and not closing.is_set():
                news.clear()
                thread = await _read(services, visit, after)
                if thread is None:
                    return
                for message in thread.messages:
                    after = message.seq
                    yield _event(MessageShape.of(message))
                if not thread.messages:
                    await news.wait(POLL)
        finally:
            watcher.cancel()


def _event(message: MessageShape) -> ServerSentEvent:
    return ServerSentEvent(
        message.model_dump_json(), id=str(message.seq), event="message"
    )


async def _ring_at(closing: anyio.Event, news: News) -> None:
    await closing.wait()
    news.ring()


async def _read(services: Services, visit: Visit, after: int) -> Thread | None:
    try:
        return await asyncio.to_thread(
            read_with_secrets, services, visit.conversation_id, after=after
        )
    except ConversationUnknown:
        return None
