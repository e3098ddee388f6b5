"""Work that goes on beside the requests, for as long as the app runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

import structlog

from bot.connectors.assembly import Connectors
from bot.faults import describe
from bot.telephony.outbox import Outbox

EVERY = 2.0
logger = structlog.get_logger(__name__)


class Companion(Protocol):
    """Something that starts and ends with the app."""

    async def start(self) -> None:
        """Begin, and come back."""
        ...

    async def stop(self) -> None:
        """End, and come back when it has ended."""
        ...


class Bell:
    """Rung from any thread, heard in one event loop."""

    def __init__(self) -> None:
        self._rung: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self) -> None:
        """Wake whoever waits; nobody does in a process without the app."""
        if self._loop is not None and self._rung is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, timeout: float) -> None:
        """Wait for a ring, `timeout` seconds at the longest."""
        if self._rung is None:
            self._loop, self._rung = asyncio.get_running_loop(), asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), timeout)
        self._rung.clear()


class Courier:
    """Sends what the outbox holds: at once when told, else every two seconds.

    With more `hands` a gateway that is slow for one number holds up no other.
    """

    def __init__(self, outbox: Outbox, bell: Bell, *, hands: int = 1) -> None:
        self._outbox = outbox
        self._bell = bell
        self._hands = hands
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to send."""
        self._tasks = [asyncio.create_task(self._carry()) for _ in range(self._hands)]

    async def stop(self) -> None:
        """Stop; what is still queued is sent after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._outbox.drain)
            except Exception as error:
                # A database that is away for a moment must not end the sending.
                logger.error("sending_failed", **describe(error))
            await self._bell.wait(EVERY)


class Caller:
    """Does again and again what may be due, with so many `hands` at once."""

    def __init__(
        self, call: Callable[[], object], *, hands: int = 1, every: float = EVERY
    ) -> None:
        self._call_once = call
        self._hands = hands
        self._every = every
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to call."""
        self._tasks = [asyncio.create_task(self._call()) for _ in range(self._hands)]

    async def stop(self) -> None:
        """Stop; what is still due is done after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _call(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._call_once)
            except Exception as error:
                # A database that is away for a moment must not end the telling.
                logger.error("telling_failed", **describe(error))
            await asyncio.sleep(self._every)


def callers(connectors: Connectors) -> list[Caller]:
    """Each system has hands of its own: one that is slow holds up no other."""
    sending = connectors.sending
    outward = [Caller(partial(sending.drain, name), hands=3) for name in sending.names]
    return [*outward, Caller(connectors.inbound.settle)] if outward else []


class Housekeeper:
    """Deletes what has been kept long enough, every few minutes."""

    def __init__(self, *chores: Callable[[], object], every: float = 300) -> None:
        self._chores = chores
        self._every = every
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin at once."""
        self._task = asyncio.create_task(self._keep_house())

    async def stop(self) -> None:
        """Stop; the next start goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_house(self) -> None:
        while True:
            for chore in self._chores:
                try:
                    await asyncio.to_thread(chore)
                except Exception as error:
                    # One chore that fails must not keep the others from being done.
                    logger.error("chore_failed", **describe(error))
            await asyncio.sleep(self._every)
