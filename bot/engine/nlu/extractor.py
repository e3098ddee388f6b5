"""The pipeline's entity extractor, as a component of Rasa's graph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.nlu.choices import Found
from bot.engine.nlu.lookups import Lookups, load_lookups
from bot.language import detect

LANGUAGES = ("en", "es")
DEFAULT_LANGUAGE = "en"
# What is not chosen where it is asked about, or is wanted itself; by intent.
NAMED_ONLY = {
    "explain_two_factor": ("method", "factor"),
    "enable_two_factor": ("method",),
    "disable_two_factor": ("method",),
}
PLACEHOLDER = re.compile(r"\[(phone|email|code|recovery_code|case|card|ssn|number)\]")


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class LookupEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds the language, placeholders of masked values, and words of the tables.

    A placeholder's value is the number of the message that holds it: a reference to
    the masked value, which the engine never sees.
    """

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LookupEntityExtractor:
        """Made by Rasa, for training and for serving."""
        return cls(load_lookups())

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of every message."""
        for message in messages:
            metadata = message.get(METADATA)
            told = metadata if isinstance(metadata, dict) else {}
            text = message.get(TEXT) or ""
            named_only = NAMED_ONLY.get(_intent(message), ())
            entities = [
                asdict(item)
                for item in self._find(text, told)
                if item.entity not in named_only or self._lookups.is_all(item, text)
            ]
            entities = self.add_extractor_name(entities)
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + entities, add_to_output=True)
        return messages

    def _find(self, text: str, metadata: dict[str, Any]) -> Iterator[Found]:
        yield Found("language", _language(text, metadata), 0, len(text))
        reference = str(metadata.get("seq") or "0")
        for match in PLACEHOLDER.finditer(text):
            yield Found(match[1], reference, match.start(), match.end())
        yield from self._lookups.find(text)


def _intent(message: Message) -> str:
    intent = message.get(INTENT)
    return str(intent.get("name")) if isinstance(intent, dict) else ""


def _language(text: str, metadata: dict[str, Any]) -> str:
    told = metadata.get("language")
    return told if told in LANGUAGES else detect(text) or DEFAULT_LANGUAGE
