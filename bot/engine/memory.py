"""The engine's memory as the app sees it: beside the engine, and without its help."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.clock import Clock
from bot.database import connect
from bot.engine.event_log import Entry, EventLog


class EngineMemory:
    """Forgets what is old, and conversations that the app does not have any more.

    It works on the engine's database while the engine does. `known` gives the ids of
    the conversations that there are.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        known: Callable[[], Iterable[str]],
        *,
        lifetime: int,
    ) -> None:
        self._url = url
        self._clock = clock
        self._known = known
        self._lifetime = timedelta(seconds=lifetime)

    def purge(self) -> dict[str, int]:
        """Delete what is due, and count it."""
        before = (self._clock.now() - self._lifetime).timestamp()
        with self._log() as log:
            # Read first: whom the engine has heard of has been known here since.
            heard = log.senders()
            strangers = set(heard) - set(self._known())
            for each in strangers:
                log.forget(each)
            return {
                "engine_conversation": len(strangers),
                "engine_event": log.forget_before(before),
            }

    def of(self, conversation_id: str) -> list[Entry]:
        """Everything that the engine keeps of a conversation."""
        with self._log() as log:
            return log.everything(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Delete everything that the engine keeps of a conversation."""
        with self._log() as log:
            log.forget(conversation_id)

    @contextmanager
    def _log(self) -> Iterator[EventLog]:
        log = EventLog(connect(self._url))
        try:
            yield log
        finally:
            log.close()
