"""A turn: one message in, the replies out, never twice for the same message."""

import asyncio
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME

from bot.engine.errors import IntentUnknown, NotReady, TurnFailed
from bot.engine.locks import ConversationLocks
from bot.engine.messages import Message
from bot.engine.patches import ActionFailed
from bot.engine.replies import Collector
from bot.engine.tracker_store import TailTrackerStore
from bot.engine.understanding import answer_of, understood

Answer = dict[str, Any]
KNOWN_SENTENCE = "hello"
# In every domain, and not for a button: they wipe or rewind the conversation.
BUILT_IN = frozenset({"restart", "back", "session_start", "nlu_fallback"})


class Turns:
    """Answers messages; one that is being answered, or was, is not answered anew."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._order = ConversationLocks()

    async def answer(self, agent: Agent, message: Message) -> Answer:
        """The answer to `message`: replies, how it was understood, by which model.

        `asks` says whether a form waits for a word of the person now.

        A caller that goes away does not end the turn.

        Raises:
            NotReady, IntentUnknown: the message was not taken.
            ActionFailed: a custom action failed; nothing of the turn is stored.
        """
        key = (message.conversation, message.message_id)
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._answer_once(agent, message))
            self._running[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: tuple[str, str], task: asyncio.Task[Answer]) -> None:
        del self._running[key]
        if not task.cancelled():
            # Read here, or asyncio complains when every caller has gone away.
            task.exception()

    async def _answer_once(self, agent: Agent, message: Message) -> Answer:
        store = require_ready(agent)
        _require_declared(agent, message)
        async with self._order.hold(message.conversation):
            earlier = await store.find_turn(message.conversation, message.message_id)
            answer = earlier or await _take_turn(agent, message)
            return answer | {"asks": await store.asks(message.conversation)}


def require_ready(agent: Agent) -> TailTrackerStore:
    """The agent's tracker store, when all parts of the agent are there.

    Raises:
        NotReady: a part is missing. Rasa starts all the same when its model or its
            endpoints file cannot be read, and answers every message with nothing.
    """
    if agent is None or not agent.is_ready():
        raise NotReady("no model is loaded")
    if agent.action_endpoint is None:
        raise NotReady("no action endpoint is configured")
    if not isinstance(agent.tracker_store, TailTrackerStore):
        raise NotReady("the tracker store could not be loaded")
    return agent.tracker_store


async def parse(agent: Agent, text: str) -> dict[str, Any]:
    """How the model understands `text`, outside a conversation."""
    return understood(await agent.processor.parse_message(UserMessage(text)))


async def require_understanding(agent: Agent) -> None:
    """Parse a sentence that every model knows.

    Raises:
        NotReady: it is not understood; a classifier that could not be loaded does
            not keep Rasa from starting.
    """
    require_ready(agent)
    intent = (await parse(agent, KNOWN_SENTENCE))["intent"]
    if intent in ("", DEFAULT_NLU_FALLBACK_INTENT_NAME):
        raise NotReady("a known sentence is not understood")


def _require_declared(agent: Agent, message: Message) -> None:
    intent = message.intent
    if intent and (intent in BUILT_IN or intent not in agent.domain.intents):
        raise IntentUnknown


def with_language(parsed: dict[str, Any], language: str | None) -> dict[str, Any]:
    """Let a button's press say the language too; Rasa keeps its own entities only."""
    entities = list(parsed.get("entities") or [])
    if language is None or any(item["entity"] == "language" for item in entities):
        return parsed
    spoken = {"entity": "language", "value": language, "start": 0, "end": 0}
    return {**parsed, "entities": [*entities, spoken]}


def _language(agent: Agent, message: Message) -> str | None:
    """The app's word on the language, where the assistant knows of languages."""
    known = "language" in agent.domain.entities
    return message.metadata.language if known else None


async def _take_turn(agent: Agent, message: Message) -> Answer:
    collector = Collector(message.metadata.channel)
    heard = UserMessage(
        message.payload or message.text,
        collector,
        message.conversation,
        input_channel=message.metadata.channel,
        message_id=message.message_id,
        metadata=message.metadata.model_dump(exclude_none=True),
    )
    parsed = await agent.processor.parse_message(heard)
    heard.parse_data = with_language(parsed, _language(agent, message))
    try:
        await agent.handle_message(heard)
    except ActionFailed as error:
        raise TurnFailed(error.action) from None
    return answer_of(collector.replies, heard.parse_data, agent.model_id)
