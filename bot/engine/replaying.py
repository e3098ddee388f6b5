"""Replay: what the present model and rules would make of recorded conversations.

Each message is parsed anew, and the next action predicted after each recorded one; no
action is run and nothing is sent. What an action did then is taken as recorded, so
that a turn is compared up to where it goes another way, and the next one begins as it
did begin.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, Literal

from rasa.core.actions.action import ActionExtractSlots
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.event_log import Entry
from bot.engine.parsing import load_agent
from bot.engine.turns import with_language
from bot.engine.wordings import Wordings

Kind = Literal["understood", "did", "said"]
# These a prediction brings along; they are logged before the action that it names.
FORETOLD = (LoopInterrupted, DefinePrevUserUtteredFeaturization)
STEPS = (ActionExecuted, ActionExecutionRejected)


@dataclass(frozen=True)
class Difference:
    """One thing that would be otherwise: how a line is understood, what is done, said.

    `message` is the id of the visitor's line, `text` the line, masked.
    """

    message: str
    text: str
    kind: Kind
    was: tuple[str, ...]
    now: tuple[str, ...]


class Replay:
    """The present model, rules and responses, without actions and without a store."""

    def __init__(self, model: Path | str) -> None:
        """Load a model's archive.

        Raises:
            rasa.exceptions.ModelNotFound: there is none.
        """
        self._agent: Agent = load_agent(model)
        self._wordings = Wordings(self._agent.domain.responses)

    async def compare(
        self, sender_id: str, entries: Sequence[Entry], *, since: float
    ) -> tuple[int, list[Difference]]:
        """How many messages were heard since a moment, and what would be otherwise."""
        tracker = DialogueStateTracker(sender_id, self._agent.domain.slots)
        heard, found = 0, list[Difference]()
        for turn in _turns(deserialise_events(list(entries))):
            message = turn[0]
            if not isinstance(message, UserUttered) or message.timestamp < since:
                tracker.update_with_events(turn, self._agent.domain)
                continue
            heard += 1
            found += [
                Difference(message.message_id or "", message.text or "", *each)
                for each in await self._differences(tracker, message, turn[1:])
            ]
        return heard, found

    async def _differences(
        self, tracker: DialogueStateTracker, message: UserUttered, rest: Sequence[Event]
    ) -> list[tuple[Kind, tuple[str, ...], tuple[str, ...]]]:
        """What would be otherwise in a turn; the tracker has it as recorded then."""
        now = await self._understand(message)
        before = _meaning(message.intent, message.entities)
        after = _meaning(now["intent"], now["entities"])
        found: list[tuple[Kind, tuple[str, ...], tuple[str, ...]]] = []
        if before == after:
            tracker.update(message)
            return found + list(self._follow(tracker, rest))
        found.append(("understood", before, after))
        found += self._follow(await self._other(tracker, message, now), _acts(rest))
        tracker.update_with_events([message, *rest], self._agent.domain)
        return found

    async def _understand(self, message: UserUttered) -> dict[str, Any]:
        metadata = dict(message.metadata or {})
        parsed = await self._agent.processor.parse_message(
            UserMessage(message.text, metadata=metadata)
        )
        knows = "language" in self._agent.domain.entities
        return with_language(parsed, metadata.get("language") if knows else None)

    async def _other(
        self, tracker: DialogueStateTracker, message: UserUttered, now: dict[str, Any]
    ) -> DialogueStateTracker:
        """The tracker with a message as it is understood now, and what that fills."""
        other = tracker.copy()
        domain, processor = self._agent.domain, self._agent.processor
        other.update(
            UserUttered(
                message.text,
                now["intent"],
                now["entities"],
                now,
                input_channel=message.input_channel,
                message_id=message.message_id,
                metadata=message.metadata,
            ),
            domain,
        )
        filled = await ActionExtractSlots(None).run(
            CollectingOutputChannel(), processor.nlg, other, domain
        )
        other.update_with_events(filled, domain)
        return other

    def _follow(
        self, tracker: DialogueStateTracker, rest: Sequence[Event]
    ) -> Iterator[tuple[Kind, tuple[str, ...], tuple[str, ...]]]:
        """Predict each recorded step, up to the first that would be another."""
        as_before, foretold = True, list[Event]()
        for place, event in enumerate(rest):
            if as_before and isinstance(event, FORETOLD):
                foretold.append(event)
                continue
            if as_before and isinstance(event, STEPS):
                predicted = self._predict(tracker)
                if predicted != event.action_name:
                    yield "did", _names(rest[place:]), (predicted,)
                as_before = predicted == event.action_name != ACTION_LISTEN_NAME
            said = event if as_before and isinstance(event, BotUttered) else None
            if said and (wording := self._wordings.compare(said, tracker)):
                yield "said", tuple(wording[0]), tuple(wording[1])
            tracker.update_with_events([*foretold, event], self._agent.domain)
            foretold.clear()

    def _predict(self, tracker: DialogueStateTracker) -> str:
        prediction = self._agent.processor._predict_next_with_tracker(tracker)
        names = self._agent.domain.action_names_or_texts
        return str(names[prediction.max_confidence_index])


def _turns(events: Sequence[Event]) -> Iterator[list[Event]]:
    """What was before the first message, and each message with what followed it."""
    number = 0

    def turn_of(event: Event) -> int:
        nonlocal number
        number += isinstance(event, UserUttered)
        return number

    for _, turn in groupby(events, turn_of):
        yield list(turn)


def _meaning(
    intent: dict[str, Any], entities: Iterable[dict[str, Any]]
) -> tuple[str, ...]:
    """An intent and what was named beside it, without confidences and places."""
    named = {f"{each['entity']}={each['value']}" for each in entities}
    return str(intent.get("name")), *sorted(named)


def _acts(rest: Sequence[Event]) -> Sequence[Event]:
    """From the first step on: what was filled before goes with what was understood."""
    first = next((i for i, each in enumerate(rest) if isinstance(each, STEPS)), 0)
    before = rest[:first]
    return [*(each for each in before if isinstance(each, FORETOLD)), *rest[first:]]


def _names(steps: Iterable[Event]) -> tuple[str, ...]:
    """What was done until the assistant listened again."""
    taken = (each.action_name for each in steps if isinstance(each, ActionExecuted))
    names = tuple(takewhile(lambda name: name != ACTION_LISTEN_NAME, taken))
    return names or (ACTION_LISTEN_NAME,)
