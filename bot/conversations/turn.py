"""One conversation's turns: ask the engine, answer, or say that it will take long."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.conversations.citations import Citations
from bot.conversations.lines import Waiting
from bot.conversations.replies import lines_of
from bot.conversations.service import Conversations
from bot.conversations.understanding import read_understanding
from bot.engine.client import (
    Answer,
    EngineClient,
    EngineDown,
    EngineError,
    EngineRefused,
    EngineSilent,
    EngineSlow,
)

UNAUTHORISED = 401
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How patient turn taking is; seconds, but for `strikes` and `at_once`.

    `patience`: how long the engine may be away before the person is told.
    `strikes`: how often one line may upset a working engine before it is given up.
    `at_once`: how many lines the engine is handed at a time.
    """

    waits: tuple[float, ...] = (0.5, 1, 2, 4, 8, 15)
    patience: float = 3
    strikes: int = 4
    at_once: int = 16
    lease: float = 15
    sweep: float = 2


class Gate:
    """What all turns share: room at the engine, and word that it answers again."""

    def __init__(self, at_once: int) -> None:
        self.room = asyncio.Semaphore(at_once)
        self._answered = asyncio.Event()

    def open(self) -> None:
        """The engine has answered: nobody needs to wait any longer."""
        self._answered.set()
        self._answered = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait, but no longer than until the engine answers somebody."""
        try:
            await asyncio.wait_for(self._answered.wait(), seconds)
        except TimeoutError:
            return


class Turn:
    """The bot's attempts at the lines of one conversation."""

    def __init__(
        self,
        conversation_id: str,
        *,
        conversations: Conversations,
        citations: Citations,
        engine: EngineClient,
        gate: Gate,
        pace: Pace,
        notify: Callable[[str], None],
    ) -> None:
        self._id = conversation_id
        self._conversations = conversations
        self._citations = citations
        self._engine = engine
        self._gate = gate
        self._pace = pace
        self._notify = notify
        self._seq = 0

    async def attempt(self, waiting: Waiting) -> None:
        """Try to answer a line; when that fails, wait a while.

        The caller asks again for as long as the line is unanswered.
        """
        if waiting.seq != self._seq:
            self._begin(waiting)
        self._tries += 1
        try:
            answer = await self._ask(waiting)
        except EngineSilent:
            await self._apologise(waiting)
        except EngineError as error:
            await self._bear(waiting, error)
        else:
            await self._answer(waiting, answer)

    def _begin(self, waiting: Waiting) -> None:
        self._seq, self._tries, self._strikes = waiting.seq, 0, 0
        self._since = asyncio.get_running_loop().time()

    async def _ask(self, waiting: Waiting) -> Answer:
        async with self._gate.room:
            answer = await self._engine.say(
                conversation_id=self._id,
                message_id=f"{self._id}:{waiting.seq}",
                text=waiting.text,
                payload=waiting.payload,
                seq=waiting.values_seq,
                language=waiting.language,
                channel=waiting.channel,
            )
        self._gate.open()
        return answer

    async def _answer(self, waiting: Waiting, answer: Answer) -> None:
        lines = [
            self._citations.link(line, waiting.language)
            for line in lines_of(answer.replies)
        ]
        understood = read_understanding(waiting, answer)
        await asyncio.to_thread(
            self._conversations.reply,
            self._id,
            self._seq,
            lines,
            understood=understood,
            asks=answer.asks,
        )
        self._notify(self._id)

    async def _apologise(self, waiting: Waiting) -> None:
        logger.error("no_answer", conversation=self._id, seq=waiting.seq)
        await asyncio.to_thread(self._conversations.apologise, self._id, waiting)
        self._notify(self._id)

    async def _bear(self, waiting: Waiting, error: EngineError) -> None:
        self._log(waiting, error)
        self._strikes += await self._is_strike(error)
        if self._strikes >= self._pace.strikes:
            await self._apologise(waiting)
            return
        if asyncio.get_running_loop().time() - self._since >= self._pace.patience:
            await self._announce()
        waits = self._pace.waits
        await self._gate.wait(waits[min(self._tries, len(waits)) - 1])

    async def _is_strike(self, error: EngineError) -> bool:
        """Whether the line itself may be what the engine cannot bear."""
        if isinstance(error, EngineSlow):
            return await self._engine.ready()
        if isinstance(error, EngineRefused):
            return error.status != UNAUTHORISED
        return isinstance(error, EngineDown) and error.began

    async def _announce(self) -> None:
        if await asyncio.to_thread(self._conversations.announce_outage, self._id):
            self._notify(self._id)

    def _log(self, waiting: Waiting, error: EngineError) -> None:
        logger.warning(
            "engine_failed",
            conversation=self._id,
            seq=waiting.seq,
            tries=self._tries,
            error=type(error).__name__,
            **vars(error),
        )
