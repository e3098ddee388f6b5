"""Articles for what was not understood, as a component of Rasa's graph."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.brand import load_brand
from bot.engine.nlu.encoder import load_encoder
from bot.engine.nlu.nearness import Passages, read_passages
from bot.engine.nlu.normaliser import NORMALISED
from bot.engine.nlu.threads import single_thread
from bot.knowledge.articles import Articles, load_articles

ARTICLES = "articles"
NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})
DEFAULT_LANGUAGE = "en"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class NearestArticles(GraphComponent):
    """Adds `articles` to a message that was not understood, for the actions to offer.

    It stands last: it reads the intent after the fallback rule, and the language that
    the entity extractor found. Articles are read when the model is loaded, not learnt,
    and encoded when the first message needs them: that takes half a second.
    """

    def __init__(self, config: dict[str, Any], articles: Articles) -> None:
        self._config = config
        self._articles = articles

    @cached_property
    def _passages(self) -> Passages:
        return read_passages(self._articles, load_encoder())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`most`: how many articles a message gets."""
        return {"most": 3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NearestArticles:
        """Made by Rasa, for serving.

        Raises:
            ArticleMalformed: a file of `data/knowledge` is no article.
        """
        return cls(config, load_articles(load_brand().help_url))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the nearest articles where nothing else was understood."""
        for message in messages:
            intent = (message.get(INTENT) or {}).get("name")
            if intent in NOT_UNDERSTOOD and message.get(NORMALISED):
                message.set(ARTICLES, self._near(message), add_to_output=True)
        return messages

    def _near(self, message: Message) -> list[dict[str, Any]]:
        with single_thread():
            meaning = load_encoder().encode([message.get(NORMALISED)]).meaning[0]
        near = self._passages.near(
            meaning, _language(message), _shares(message), most=self._config["most"]
        )
        return [{"id": source, "score": score} for source, score in near]


def _language(message: Message) -> str:
    found = message.get(ENTITIES) or []
    told = [item["value"] for item in found if item["entity"] == "language"]
    return str(told[0]) if told else DEFAULT_LANGUAGE


def _shares(message: Message) -> dict[str, float]:
    """How much of the ranking is each intent's; the fallback is none."""
    ranking = message.get(INTENT_RANKING_KEY) or []
    shares = {
        item["name"]: item["confidence"]
        for item in ranking
        if item["name"] not in NOT_UNDERSTOOD
    }
    total = sum(shares.values()) or 1.0
    return {name: share / total for name, share in shares.items()}
