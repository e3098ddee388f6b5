"""Server-sent events of the desk: the lists, and the conversation that is open.

`queue` tells that a list has changed, with how much there is in each; `line`, `owner`
and `typing` are of the open conversation; `ended` says that the session is over.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query
from pydantic import TypeAdapter
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.agents.errors import NotSignedIn
from bot.agents.signed_in import SignedIn
from bot.channels.desk import gate
from bot.channels.events import EventStream, pause, ring_at
from bot.channels.refusals import too_many_streams
from bot.channels.shapes import MessageShape, OwnerShape
from bot.channels.web import event_number
from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Thread
from bot.desk.cards import Card
from bot.desk.lists import Counts
from bot.limits import Places
from bot.services import Services

STREAMS_PER_AGENT, STREAMS = 8, 500
# Many lines at once are one look.
BREATH = 0.1
COUNTS = TypeAdapter(Counts)


@dataclass(frozen=True)
class Seen:
    """The lists as they are, what is new in the open conversation, and who types."""

    lists: tuple[tuple[Card, ...], tuple[Card, ...]]
    counts: Counts
    thread: Thread | None
    typed_at: datetime | None


class Watching:
    """What one stream has told, and what it tells next."""

    def __init__(
        self, services: Services, who: SignedIn, chat: str | None, after: int
    ) -> None:
        self._services = services
        self._who = who
        self._chat = chat
        self._after = after
        self._lists: object = None
        self._owner: OwnerShape | None = None
        self._typed_at: datetime | None = None

    def look(self) -> Seen:
        """What there is now.

        Raises:
            NotSignedIn: the session is over.
            ConversationUnknown: the conversation is.
        """
        who = self._services.agents.sessions.watch(self._who)
        team, chat = self._services.team, self._chat
        lists = (team.lists.queue(who), team.lists.mine(who))
        counts = team.lists.count(*lists)
        if chat is None:
            return Seen(lists, counts, None, None)
        thread = team.files.lines(who, chat, after=self._after)
        sign = self._services.typing.latest(chat, "visitor")
        return Seen(lists, counts, thread, sign.at if sign else None)

    def events(self, seen: Seen) -> list[ServerSentEvent]:
        """What of it is news."""
        news = []
        if seen.lists != self._lists:
            self._lists = seen.lists
            news.append(_event("queue", COUNTS.dump_json(seen.counts).decode()))
        if seen.thread is not None:
            news += self._of_conversation(seen.thread)
        if seen.typed_at is not None and seen.typed_at != self._typed_at:
            news.append(_event("typing", '{"author":"visitor"}'))
        self._typed_at = seen.typed_at
        return news

    def _of_conversation(self, thread: Thread) -> list[ServerSentEvent]:
        news = []
        if (owner := OwnerShape.of(thread)) != self._owner:
            self._owner = owner
            news.append(_event("owner", owner.model_dump_json()))
        for message in thread.messages:
            self._after = message.seq
            line = MessageShape.of(message).model_dump_json()
            news.append(ServerSentEvent(line, id=str(message.seq), event="line"))
        return news


class DeskEvents:
    """Streams for agents; each has a few."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._places = Places(per_address=STREAMS_PER_AGENT, altogether=STREAMS)

    async def listen(
        self,
        who: gate.Watching,
        conversation: Annotated[str | None, Query(max_length=64)] = None,
        after: Annotated[int, Query(ge=0)] = 0,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        """News of the lists and of one conversation, after the line last read."""
        who.require("look")
        if conversation is not None:
            files = self._services.team.files
            await asyncio.to_thread(files.require, who, conversation)
        if not self._places.is_free(who.agent_id):
            raise too_many_streams()
        start = event_number(last_event_id) or after
        watching = Watching(self._services, who, conversation, start)
        closing = anyio.Event()
        events = stream(self._services, watching, self._places, closing)
        return EventStream(events, closing, self._places, who.agent_id)


async def stream(
    services: Services, watching: Watching, places: Places, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """What there is, then whatever is new, until the session ends."""
    with services.notifier.watch() as news:
        watcher = asyncio.create_task(ring_at(closing, news))
        try:
            while not closing.is_set():
                news.clear()
                try:
                    seen = await asyncio.to_thread(watching.look)
                except (NotSignedIn, ConversationUnknown):
                    yield _event("ended", "{}")
                    return
                told = watching.events(seen)
                for event in told:
                    yield event
                await news.wait(BREATH if told else pause(places.taken))
                await asyncio.sleep(BREATH)
        finally:
            watcher.cancel()


def add_events(router: APIRouter, services: Services) -> None:
    """`/events`."""
    events = DeskEvents(services)
    router.get("/events", response_class=EventSourceResponse)(events.listen)


def _event(kind: str, data: str) -> ServerSentEvent:
    return ServerSentEvent(data, event=kind)
