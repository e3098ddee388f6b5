"""The articles that an action offers for what was not understood."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.nearest import nearest_articles
from bot.knowledge.articles import load_articles

ARTICLES = load_articles("https://help.example.com")


def tracker(**message: Any) -> Tracker:
    return Tracker("someone", {}, message, [], False, None, {}, None)


def test_articles_near_to_the_words_come_before_those_of_likely_intents() -> None:
    heard = tracker(
        articles=[{"id": "P3", "score": 0.6}, {"id": "A6", "score": 0.4}],
        intent_ranking=[{"name": "lost_phone", "confidence": 0.4}],
    )
    assert nearest_articles(heard, ARTICLES) == ["P3", "A6"]


@pytest.mark.parametrize("near", [{}, {"articles": []}, {"articles": None}])
def test_without_any_the_likely_intents_lead_to_some(near: dict[str, Any]) -> None:
    heard = tracker(intent_ranking=[{"name": "lost_phone", "confidence": 0.4}], **near)
    assert nearest_articles(heard, ARTICLES) == ["P2", "Q3"]


def test_a_message_that_says_nothing_gets_the_usual_articles() -> None:
    assert nearest_articles(tracker(), ARTICLES) == ["A5", "Q3"]
