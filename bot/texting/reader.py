"""The reader: texts of the inbox are read beside the requests that brought them."""

import asyncio
from collections.abc import Callable

import structlog

from bot.background import Bell
from bot.faults import describe
from bot.texting.inbox import Inbox
from bot.texting.reading import TextReading

EVERY = 2.0
Tell = Callable[[str], None]

logger = structlog.get_logger(__name__)


class TextReader:
    """Reads one text after the other, at once when told, and wakes whom it concerns."""

    def __init__(
        self, inbox: Inbox, reading: TextReading, bell: Bell, *, tell: tuple[Tell, ...]
    ) -> None:
        self._inbox = inbox
        self._reading = reading
        self._bell = bell
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what was left unread."""
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Stop; what is unread is read after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            try:
                while await self._read_one():
                    pass
            except Exception as error:
                # The same text is tried again, after a while and a few times only.
                logger.error("reading_failed", **describe(error))
            await self._bell.wait(EVERY)

    async def _read_one(self) -> bool:
        received = await asyncio.to_thread(self._inbox.next)
        if received is None:
            return False
        outcome, conversation = await asyncio.to_thread(self._reading.read, received)
        await asyncio.to_thread(self._inbox.finish, received, outcome)
        logger.info("text_read", outcome=outcome, conversation=conversation)
        if conversation is not None:
            for tell in self._tell:
                tell(conversation)
        return True
