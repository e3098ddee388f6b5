"""Articles are checked: translated, reviewed, cited and used."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.knowledge.articles import Article
from bot.knowledge.checking import check, load_answers

ENGLISH = Article(
    id="A2",
    language="en",
    title="Find it",
    owner="support",
    reviewed=date(2026, 1, 1),
    review_every=90,
    intents=("find_phone_number",),
    sources=("article A2",),
    text="Look here.",
)
SPANISH = replace(ENGLISH, language="es", title="Encontrarlo")
DUE = datetime(2026, 4, 1, tzinfo=UTC)
CITING: dict[str, Any] = {"text": "Here.", "custom": {"sources": ["A2"]}}
SILENT: dict[str, Any] = {"text": "Here."}


def faults(
    *articles: Article, clock: ManualClock | None = None, **answers: list[Any]
) -> list[str]:
    return [str(fault) for fault in check(articles, answers, clock or ManualClock(DUE))]


def test_articles_in_order_have_no_faults() -> None:
    answers = [CITING, CITING]
    assert faults(ENGLISH, SPANISH, utter_find_phone_number=answers) == []


@pytest.mark.parametrize(("there", "missing"), [(ENGLISH, "es"), (SPANISH, "en")])
def test_a_missing_translation_is_named(there: Article, missing: str) -> None:
    assert faults(there) == [f"A2: has no translation: {missing}"]


def test_a_review_is_overdue_on_the_day_after_it_was_due() -> None:
    clock = ManualClock(DUE)
    assert faults(ENGLISH, SPANISH, clock=clock) == []
    clock.move(24 * 3600 - 1)
    assert faults(ENGLISH, SPANISH, clock=clock) == []
    clock.move(1)
    assert faults(ENGLISH, SPANISH, clock=clock) == [
        "A2.en: review was due on 2026-04-01; support",
        "A2.es: review was due on 2026-04-01; support",
    ]


def test_an_answer_that_cites_in_one_language_only_is_named() -> None:
    answers = [CITING, SILENT]
    assert faults(ENGLISH, SPANISH, utter_find_phone_number=answers) == [
        "utter_find_phone_number: cites no article"
    ]


def test_an_answer_that_no_article_is_about_need_not_cite() -> None:
    assert faults(ENGLISH, SPANISH, utter_greet=[SILENT]) == []


def test_a_citation_without_an_article_is_named() -> None:
    lost = {"text": "Here.", "custom": {"sources": ["A9"]}}
    assert faults(ENGLISH, SPANISH, utter_greet=[lost, lost]) == [
        "utter_greet: cites A9, which there is no article for"
    ]


def test_an_article_that_nothing_uses_is_named() -> None:
    idle = [replace(article, intents=()) for article in (ENGLISH, SPANISH)]
    assert faults(*idle) == ["A2: no answer cites it and no intent leads to it"]


def test_an_article_that_only_an_answer_cites_is_used() -> None:
    idle = [replace(article, intents=()) for article in (ENGLISH, SPANISH)]
    assert faults(*idle, utter_greet=[CITING]) == []


def test_answers_are_read_from_every_topic(tmp_path: Path) -> None:
    for topic in ("code", "phone"):
        (tmp_path / topic).mkdir()
        text = f"responses:\n  utter_{topic}:\n    - text: Here.\n"
        (tmp_path / topic / "responses.yml").write_text(text, "utf-8")
    assert set(load_answers(tmp_path)) == {"utter_code", "utter_phone"}
