"""One turn at a time in each conversation, in the order in which messages came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore


@dataclass
class Queue:
    """A conversation's lock and how many hold it or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class ConversationLocks:
    """A fair lock for each conversation, kept only while somebody needs it."""

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}

    def __len__(self) -> int:
        return len(self._queues)

    @asynccontextmanager
    async def hold(
        self, conversation: str, *, within: float | None = None
    ) -> AsyncIterator[None]:
        """Wait for the lock, in the order of asking.

        Raises:
            TimeoutError: it was not free `within` so many seconds.
        """
        queue = self._queues.setdefault(conversation, Queue())
        queue.users += 1
        try:
            async with asyncio.timeout(within):
                await queue.lock.acquire()
            try:
                yield
            finally:
                queue.lock.release()
        finally:
            queue.users -= 1
            if queue.users == 0:
                del self._queues[conversation]


class FifoLockStore(LockStore):
    """Rasa's lock store for one process.

    Rasa's own asks once a second whether it is its turn, so that the second message
    of a burst waits a second. Several engines share conversations out by id.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        super().__init__()
        self._locks = ConversationLocks()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncIterator[TicketLock]:
        """Hold the conversation.

        Raises:
            LockError: it was not free within `lock_lifetime` seconds.
        """
        held = self._locks.hold(conversation_id, within=lock_lifetime)
        try:
            await held.__aenter__()
        except TimeoutError:
            raise LockError("the conversation is still busy") from None
        try:
            yield TicketLock(conversation_id)
        finally:
            await held.__aexit__(None, None, None)
