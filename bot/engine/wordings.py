"""Whether the assistant would still word a response as it did."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

NAME = re.compile(r"\\\{(\w+)\\\}")

Variation = Mapping[str, Any]
Wording = tuple[list[str], list[str]]


class Wordings:
    """The responses of a domain, compared with what was said once."""

    def __init__(self, responses: Mapping[str, list[dict[str, Any]]]) -> None:
        self._responses = dict(responses)
        self._filter = ResponseVariationFilter(self._responses)

    def compare(
        self, said: BotUttered, tracker: DialogueStateTracker
    ) -> Wording | None:
        """What was said and what would be; None where it may be the same.

        Values that were filled in may be anything: a response has them from an action
        that is not run. A response that is gone would be nothing.
        """
        name = (said.metadata or {}).get("utter_action")
        if not name:
            return None
        now = self._variations(str(name), tracker)
        if any(_may_be(said, variation) for variation in now):
            return None
        return [_shown(said.text or "", _titles(said))], [
            _shown(str(each.get("text") or ""), _titles_of(each)) for each in now
        ]

    def _variations(
        self, name: str, tracker: DialogueStateTracker
    ) -> Sequence[Variation]:
        if name not in self._responses:
            return []
        channel = tracker.get_latest_input_channel() or ""
        slots = tracker.current_slot_values()
        found: Sequence[Variation] = self._filter.responses_for_utter_action(
            name, channel, slots
        )
        return found


def _may_be(said: BotUttered, variation: Variation) -> bool:
    if not _fits(str(variation.get("text") or ""), said.text or ""):
        return False
    wanted, titles = _titles_of(variation), _titles(said)
    # Buttons that the response does not have are an action's own.
    return not wanted or (
        len(wanted) <= len(titles) and all(map(_fits, wanted, titles))
    )


def _fits(pattern: str, text: str) -> bool:
    """Whether a text may come from a pattern with names such as `{number}`."""
    readable = NAME.sub("(?s:.*?)", re.escape(pattern))
    return re.fullmatch(readable, text) is not None


def _titles(said: BotUttered) -> list[str]:
    return _titles_of(said.data or {})


def _titles_of(variation: Variation) -> list[str]:
    return [str(button["title"]) for button in variation.get("buttons") or ()]


def _shown(text: str, titles: Sequence[str]) -> str:
    return " | ".join([text, *titles])
