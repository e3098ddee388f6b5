"""What was not understood gets the articles that are nearest to it."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.engine.nlu.articles import NearestArticles
from bot.engine.nlu.nearness import INTENT_SHARE, LEAST, Passages
from bot.engine.nlu.normaliser import NORMALISED
from bot.engine.nlu.text import load_abbreviations, normalise
from bot.knowledge.articles import Article, load_articles

SHORT = load_abbreviations()
ARTICLE = """---
id: {id}
title: "{title}"
owner: support
reviewed: 2026-01-31
review_every: 90
intents: []
sources: [A1]
---
{text}
"""


def made(folder: Path) -> NearestArticles:
    """The component as Rasa makes it when a model is loaded."""
    config = NearestArticles.get_default_config()
    storage, context = LocalModelStorage(folder), ExecutionContext(GraphSchema({}))
    return NearestArticles.create(config, storage, Resource("it"), context)


@pytest.fixture(scope="module")
def component(tmp_path_factory: pytest.TempPathFactory) -> NearestArticles:
    return made(tmp_path_factory.mktemp("model"))


def message(
    text: str,
    *,
    intent: str = "nlu_fallback",
    language: str = "en",
    ranking: tuple[tuple[str, float], ...] = (),
) -> Message:
    spoken = {"entity": "language", "value": language, "start": 0, "end": 0}
    it = Message(data={"text": text, NORMALISED: normalise(text, SHORT)})
    it.set("intent", {"name": intent, "confidence": 0.5}, add_to_output=True)
    it.set("entities", [spoken], add_to_output=True)
    ranked = [{"name": name, "confidence": share} for name, share in ranking]
    it.set("intent_ranking", ranked, add_to_output=True)
    return it


def near(component: NearestArticles, it: Message) -> list[dict[str, Any]]:
    (processed,) = component.process([it])
    found: list[dict[str, Any]] = processed.get("articles")
    return found


@pytest.mark.parametrize(
    ("text", "language", "source"),
    [
        ("my kid broke my handset, what now", "en", "P2"),
        ("passkey or text, which is better", "en", "P1"),
        ("am I allowed to have two profiles", "en", "P4"),
        ("does a burner get the digits", "en", "P5"),
        ("how long until everything is wiped", "en", "P6"),
        ("a caller from support asks for my pin", "en", "P3"),
        ("se me cayó el celular al agua", "es", "P2"),
        ("qué es más seguro, app o mensaje", "es", "P1"),
        ("para qué usan mi teléfono", "es", "A1"),
        ("un señor me llamó pidiendo la clave", "es", "P3"),
        ("me arrepentí del cambio", "es", "P6"),
        ("dónde veo mis datos", "es", "A2"),
    ],
)
def test_the_nearest_articles_are_about_the_matter(
    component: NearestArticles, text: str, language: str, source: str
) -> None:
    found = near(component, message(text, language=language))
    assert source in [item["id"] for item in found]
    assert len(found) <= 3


def test_the_best_comes_first_and_its_score_says_so(
    component: NearestArticles,
) -> None:
    scores = [item["score"] for item in near(component, message("lost my handset"))]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["xylophone glacier", "order me a pizza", "[phone]"])
def test_what_no_article_is_near_to_gets_none(
    component: NearestArticles, text: str
) -> None:
    assert near(component, message(text)) == []


def test_what_is_out_of_scope_gets_articles_too(component: NearestArticles) -> None:
    assert near(component, message("lost my handset", intent="out_of_scope"))


@pytest.mark.parametrize("intent", ["lost_phone", "greet", None])
def test_what_is_understood_is_left_as_it_is(
    component: NearestArticles, intent: str
) -> None:
    (it,) = component.process([message("lost my handset", intent=intent)])
    assert it.get("articles") is None


@pytest.mark.parametrize("text", ["", "/greet"])
def test_a_message_without_words_to_read_is_left_as_it_is(
    component: NearestArticles, text: str
) -> None:
    it = Message(data={"text": text, "intent": {"name": "nlu_fallback"}})
    assert component.process([it])[0].get("articles") is None


def test_a_likely_intent_brings_its_articles_forward(
    component: NearestArticles,
) -> None:
    text = "does a burner get the digits"
    ranking = (("nlu_fallback", 0.5), ("lost_phone", 0.02), ("find_phone_number", 0.4))
    plain = [item["id"] for item in near(component, message(text))]
    led = [item["id"] for item in near(component, message(text, ranking=ranking))]
    assert plain[0] != "A2"
    assert led[0] == "A2"


def test_rasa_hands_the_articles_to_the_actions(component: NearestArticles) -> None:
    (it,) = component.process([message("my kid broke my handset, what now")])
    parsed = it.as_dict(only_output_properties=True)
    heard = UserUttered("...", parsed["intent"], parsed["entities"], parsed)
    tracker = DialogueStateTracker("someone", slots=[])
    stored = UserUttered.from_parameters(json.loads(json.dumps(heard.as_dict())))
    tracker.update(stored)
    latest = tracker.current_state()["latest_message"]
    assert latest["articles"] == it.get("articles")


def test_an_article_that_is_written_later_is_found_without_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "knowledge"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    text = ARTICLE.format(id="Z1", title="Carrier pigeons", text="They bring mail.")
    (folder / "Z1.en.md").write_text(text, "utf-8")
    found = near(made(tmp_path), message("do pigeons bring the mail?"))
    assert [item["id"] for item in found] == ["Z1"]


def test_passages_are_small_and_quickly_looked_through(
    component: NearestArticles,
) -> None:
    assert component._passages.meanings.nbytes < 1_000_000
    near(component, message("warming up"))
    took = []
    for _ in range(5):
        started = time.perf_counter()
        near(component, message("is it dangerous to read digits to a caller"))
        took.append(time.perf_counter() - started)
    assert min(took) < 0.05


def near_to(*articles: Article, likeness: tuple[float, ...]) -> list[Any]:
    """What is near to a text that is so alike to each of `articles`, in English."""
    meanings = np.array(likeness, np.float32)[:, None]
    passages = Passages(articles, meanings)
    return passages.near(np.ones(1, np.float32), "en", {}, most=3)


ENGLISH, SPANISH = (
    next(one for one in load_articles("") if one.language == language)
    for language in ("en", "es")
)


def test_articles_of_the_other_language_are_not_offered() -> None:
    score = round(0.5 / (1 + INTENT_SHARE), 3)
    assert near_to(ENGLISH, SPANISH, likeness=(0.5, 0.9)) == [(ENGLISH.id, score)]


def test_an_article_is_as_near_as_the_nearest_of_its_passages() -> None:
    score = round(0.75 / (1 + INTENT_SHARE), 3)
    found = near_to(ENGLISH, ENGLISH, ENGLISH, likeness=(0.5, 0.75, 0.3))
    assert found == [(ENGLISH.id, score)]


def test_what_is_hardly_alike_is_not_near() -> None:
    assert near_to(ENGLISH, likeness=(LEAST - 0.01,)) == []
    assert near_to(ENGLISH, likeness=(LEAST,)) != []
