"""The engine's memory: conversations in a database, of which only the end is read."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionReverted,
    Event,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot import database
from bot.engine.compaction import summarise
from bot.engine.errors import ConversationRefused
from bot.engine.event_log import Checkpoint, Entry, EventLog, Tail
from bot.engine.messages import ID
from bot.engine.replies import make_reply
from bot.engine.understanding import answer_of

Given = ParamSpec("Given")
Result = TypeVar("Result")
STARTS = SessionStarted.type_name
REVERTS = frozenset({UserUtteranceReverted.type_name, ActionReverted.type_name})


class TailTrackerStore(TrackerStore):
    """Reads the end of the latest session and what its beginning left behind.

    Errors of the database are raised to the caller. `host` is an SQLAlchemy URL;
    Rasa passes `url` of endpoints.yml under that name.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **options: Any,
    ) -> None:
        super().__init__(domain, event_broker, **options)
        self.log = EventLog(database.connect(host or ""))
        # Whether a form waits, by conversation, of what was saved and not asked for.
        self._asking: dict[str, bool] = {}

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self._read(self.log.senders)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the latest session, None for a new conversation.

        Raises:
            ConversationRefused: no such id can be stored.
            SQLAlchemyError: the database cannot be read.
        """
        _require_storable(sender_id)
        tail = await self._read(self.log.tail, sender_id)
        entries, checkpoint = _latest_session(tail)
        tracker = self._restore(sender_id, entries, checkpoint)
        if checkpoint and _reaches_back(tracker, entries, checkpoint):
            entries = await self._read(self.log.everything, sender_id)
            tracker = self._restore(sender_id, _session(entries), None)
        return tracker if tracker.events else None

    async def retrieve_full_tracker(
        self, conversation_id: str
    ) -> DialogueStateTracker | None:
        """The tracker of all sessions, with every event."""
        _require_storable(conversation_id)
        entries = await self._read(self.log.everything, conversation_id)
        return self._restore(conversation_id, entries, None) if entries else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that the tracker got since it was retrieved.

        Raises:
            ConversationRefused: no such id can be stored.
            SQLAlchemyError: nothing was stored.
        """
        _require_storable(tracker.sender_id)
        events = list(tracker.events)[_stored(tracker) :]
        await asyncio.to_thread(
            self.log.append,
            tracker.sender_id,
            [event.as_dict() for event in events],
            message_id=_message_id(events),
            checkpoint=self._checkpoint(tracker, events),
        )
        tracker.stored_events = len(tracker.events)
        self._asking[tracker.sender_id] = _asks(tracker)
        if self.event_broker:
            await self._stream_new_events(self.event_broker, events, tracker.sender_id)

    async def find_turn(
        self, conversation_id: str, message_id: str
    ) -> dict[str, Any] | None:
        """What was answered to a message, and how it was understood; None if new."""
        found = await self._read(self.log.turn, conversation_id, message_id)
        heard = [entry for entry in found if entry["event"] == UserUttered.type_name]
        if not heard:
            return None
        said = [
            make_reply({"text": entry.get("text"), **(entry.get("data") or {})})
            for entry in found
            if entry["event"] == "bot"
        ]
        return answer_of(
            [reply for reply in said if reply],
            heard[0].get("parse_data") or {},
            (heard[0].get("metadata") or {}).get("model_id"),
        )

    async def asks(self, conversation_id: str) -> bool:
        """Whether a form waits for the person's answer.

        After a turn that is known from saving it; nothing is read for it.
        """
        saved = self._asking.pop(conversation_id, None)
        if saved is not None:
            return saved
        tracker = await self.retrieve(conversation_id)
        return tracker is not None and _asks(tracker)

    async def forget(self, conversation_id: str) -> None:
        """Delete everything about one conversation.

        Raises:
            ConversationRefused: no such id can be stored.
        """
        _require_storable(conversation_id)
        self._asking.pop(conversation_id, None)
        await asyncio.to_thread(self.log.forget, conversation_id)

    async def _read(
        self,
        method: Callable[Given, Result],
        *args: Given.args,
        **options: Given.kwargs,
    ) -> Result:
        """Read the log; off the event loop where it may be far away.

        A look into a file beside the engine takes less time than handing it to a
        thread. Writing may wait for the disk, and always goes to one.
        """
        if self.log.is_local:
            return method(*args, **options)
        return await asyncio.to_thread(method, *args, **options)

    def _restore(
        self,
        sender_id: str,
        entries: Sequence[Entry],
        checkpoint: Checkpoint | None,
    ) -> DialogueStateTracker:
        older = [*checkpoint.state, *checkpoint.turns] if checkpoint else []
        events = deserialise_events([*older, *entries])
        slots = self.domain.slots
        tracker = DialogueStateTracker.from_events(sender_id, events, slots)
        tracker.summary_events = len(older)
        tracker.stored_events = len(events)
        return tracker

    def _checkpoint(
        self, tracker: DialogueStateTracker, events: Sequence[Event]
    ) -> Checkpoint | None:
        for back, event in enumerate(reversed(events), start=1):
            if isinstance(event, SessionStarted):
                # Of earlier sessions nothing is read again.
                return Checkpoint(back)
        summary = getattr(tracker, "summary_events", 0)
        return summarise(tracker, self.domain.slots, after=summary)


def _asks(tracker: DialogueStateTracker) -> bool:
    return bool(tracker.get_slot(REQUESTED_SLOT))


def _require_storable(sender_id: str) -> None:
    if not re.fullmatch(ID, sender_id):
        raise ConversationRefused


def _stored(tracker: DialogueStateTracker) -> int:
    return int(getattr(tracker, "stored_events", 0))


def _message_id(events: Sequence[Event]) -> str | None:
    heard = [event.message_id for event in events if isinstance(event, UserUttered)]
    return heard[0] if heard else None


def _session(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries from the last start of a session on."""
    starts = [i for i, entry in enumerate(entries) if entry["event"] == STARTS]
    return entries[starts[-1] :] if starts else entries


def _latest_session(tail: Tail) -> tuple[Sequence[Entry], Checkpoint | None]:
    entries = _session(tail.events)
    started = bool(entries) and entries[0]["event"] == STARTS
    return entries, None if started else tail.checkpoint


def _reaches_back(
    tracker: DialogueStateTracker, entries: Sequence[Entry], checkpoint: Checkpoint
) -> bool:
    """Whether turns were taken back from before the checkpoint."""
    if not any(entry["event"] in REVERTS for entry in entries):
        return False
    applied = {id(event) for event in tracker.applied_events()}
    state = list(tracker.events)[: len(checkpoint.state)]
    return any(id(event) not in applied for event in state)
