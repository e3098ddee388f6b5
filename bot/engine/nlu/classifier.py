"""The pipeline's intent classifier, as a component of Rasa's graph."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.nlu.choices import Found
from bot.engine.nlu.encoder import load_encoder
from bot.engine.nlu.intents import IntentModel, Reading
from bot.engine.nlu.normaliser import NORMALISED, TextNormaliser
from bot.engine.nlu.sources import fingerprint
from bot.engine.nlu.storage import load, save

NO_INTENT = {"name": None, "confidence": 0.0}


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Ranks intents by sentence meaning and words; see `intents`."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`ranking_length`: how many intents a message's ranking names."""
        return {"ranking_length": 5}

    @classmethod
    def required_components(cls) -> list[type]:
        """What has to stand before it in the pipeline."""
        return [TextNormaliser]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache looks at the class alone; the learning code counts too."""
        return fingerprint()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        """Made by Rasa for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        """Made by Rasa for serving; the encoder is loaded now, not at a message.

        Raises:
            ValueError: the stored model has no such component.
        """
        load_encoder()
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that name an intent, and store what was learnt."""
        # Not at the top: serving does without scikit-learn, 90 MB.
        from bot.engine.nlu.learning import learn_intents

        examples = {
            (example.get(NORMALISED), example.get(INTENT)): None
            for example in training_data.intent_examples
            if example.get(NORMALISED)
        }
        texts, intents = zip(*examples, strict=True)
        self._model = learn_intents(texts, intents, load_encoder())
        with self._model_storage.write_to(self._resource) as folder:
            save(self._model, folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and entity `also` of every message."""
        for message in messages:
            reading = self._read(message.get(NORMALISED))
            ranking = [
                {"name": name, "confidence": share} for name, share in reading.ranking
            ]
            first = ranking[0] if ranking else NO_INTENT
            message.set(INTENT, dict(first), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            if reading.also:
                self._add_request(message, reading.also)
        return messages

    def _read(self, text: str | None) -> Reading:
        if not text or self._model is None:
            return Reading([])
        length = self._config["ranking_length"]
        return self._model.read(text, load_encoder(), length=length)

    def _add_request(self, message: Message, intent: str) -> None:
        """Entity `also`, whose place is the whole text: the intent asked for beside."""
        found = asdict(Found("also", intent, 0, len(message.get(TEXT))))
        entities = [
            *message.get(ENTITIES, []),
            {**found, "extractor": type(self).__name__},
        ]
        message.set(ENTITIES, entities, add_to_output=True)
