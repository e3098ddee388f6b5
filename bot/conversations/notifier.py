"""Wakes whoever waits for a conversation to change, within this process."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class News:
    """One reader's bell; it may be rung from any thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """Let the reader look again."""
        with suppress(RuntimeError):  # the reader's loop has ended
            self._loop.call_soon_threadsafe(self._event.set)

    def clear(self) -> None:
        """Forget rings up to now; to be called before reading."""
        self._event.clear()

    async def wait(self, timeout: float) -> None:
        """Wait for a ring, `timeout` seconds at the longest."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout)


class Notifier:
    """Hands news of conversations to those who listen."""

    def __init__(self) -> None:
        self._watchers: set[News] = set()
        self._listeners: defaultdict[str, set[News]] = defaultdict(set)
        self._guard = threading.Lock()

    def notify(self, conversation_id: str) -> None:
        """Tell that the conversation has changed."""
        with self._guard:
            listeners = tuple(self._listeners.get(conversation_id, ()))
            watchers = tuple(self._watchers)
        for news in (*listeners, *watchers):
            news.ring()

    def count(self, conversation_id: str) -> int:
        """How many listen to a conversation."""
        with self._guard:
            return len(self._listeners.get(conversation_id, ()))

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[News]:
        """Get news of a conversation until the block is left."""
        news = News()
        with self._guard:
            self._listeners[conversation_id].add(news)
        try:
            yield news
        finally:
            with self._guard:
                self._listeners[conversation_id].discard(news)
                if not self._listeners[conversation_id]:
                    del self._listeners[conversation_id]

    @contextmanager
    def watch(self) -> Iterator[News]:
        """Get news of every conversation until the block is left."""
        news = News()
        with self._guard:
            self._watchers.add(news)
        try:
            yield news
        finally:
            with self._guard:
                self._watchers.discard(news)
