"""Turn taking: every line is answered once, in order, away from any request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from bot.conversations.open_turns import OpenTurns
from bot.conversations.turn import Pace, Turn
from bot.faults import describe

NewTurn = Callable[[str], Turn]
logger = structlog.get_logger(__name__)


class Turns:
    """One worker for each conversation in which the bot owes an answer."""

    def __init__(
        self, open_turns: OpenTurns, new_turn: NewTurn, *, holder: str, pace: Pace
    ) -> None:
        self._open = open_turns
        self._new_turn = new_turn
        self._holder = holder
        self._pace = pace
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what was left unanswered, and look again from time to time."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Stop at once; what is unanswered stays so and is taken up again."""
        sweeper = [] if self._sweeper is None else [self._sweeper]
        for tasks in (sweeper, list(self._workers.values())):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, conversation_id: str) -> None:
        """Work on a conversation now, or once more after the present round."""
        if conversation_id in self._workers:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._work(conversation_id))
        self._workers[conversation_id] = task
        task.add_done_callback(lambda done: self._finish(conversation_id, done))

    async def settle(self) -> None:
        """Wait until nothing is being worked on."""
        while self._workers:
            await asyncio.wait(tuple(self._workers.values()))
            await asyncio.sleep(0)

    def _finish(self, conversation_id: str, done: asyncio.Task[None]) -> None:
        del self._workers[conversation_id]
        called_again = conversation_id in self._again
        self._again.discard(conversation_id)
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            # The sweep takes the conversation up again.
            logger.error("turn_failed", conversation=conversation_id, **describe(error))
        elif called_again:
            self.wake(conversation_id)

    async def _sweep(self) -> None:
        while True:
            for conversation_id in await self._left_over():
                if conversation_id not in self._workers:
                    self.wake(conversation_id)
            await asyncio.sleep(self._pace.sweep)

    async def _left_over(self) -> tuple[str, ...]:
        # With those that this process could not let go of, the database being away.
        try:
            return await asyncio.to_thread(self._open.waiting, self._holder)
        except Exception as error:
            # A database that is away for a moment must not end the sweep.
            logger.error("sweep_failed", **describe(error))
            return ()

    async def _work(self, conversation_id: str) -> None:
        async with self._lease(conversation_id) as leased:
            if not leased:
                return
            turn = self._new_turn(conversation_id)
            while waiting := await asyncio.to_thread(self._open.next, conversation_id):
                await turn.attempt(waiting)

    @asynccontextmanager
    async def _lease(self, conversation_id: str) -> AsyncIterator[bool]:
        lease = (conversation_id, self._holder, self._pace.lease)
        keeper = asyncio.create_task(self._keep(lease))
        try:
            yield await asyncio.to_thread(self._open.lease, *lease)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await asyncio.to_thread(self._open.release, conversation_id, self._holder)

    async def _keep(self, lease: tuple[str, str, float]) -> None:
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            await asyncio.to_thread(self._open.lease, *lease)
