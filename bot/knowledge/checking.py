"""What is wrong with the articles, and with the answers that cite them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.documents import parse
from bot.knowledge.articles import Article

LANGUAGES = ("en", "es")
ANSWERS = Path("data")

Answers = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Fault:
    """Something to put right: which article or answer, and what is wrong with it."""

    subject: str
    trouble: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.trouble}"


def check(articles: Iterable[Article], answers: Answers, clock: Clock) -> list[Fault]:
    """Every fault, in the order of what it is about."""
    known = list(articles)
    faults = [
        *_untranslated(known),
        *_overdue(known, clock.now().date()),
        *_uncited(known, answers),
        *_cited_in_vain(known, answers),
        *_unused(known, answers),
    ]
    return sorted(set(faults), key=str)


def load_answers(folder: Path = ANSWERS) -> dict[str, list[dict[str, Any]]]:
    """Every response of the dialogue, with its variations."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*/responses.yml")):
        found |= parse(path.read_text("utf-8"))["responses"]
    return found


def _untranslated(articles: Sequence[Article]) -> Iterator[Fault]:
    written = {(article.id, article.language) for article in articles}
    for source, _ in written:
        for language in LANGUAGES:
            if (source, language) not in written:
                yield Fault(source, f"has no translation: {language}")


def _overdue(articles: Iterable[Article], today: date) -> Iterator[Fault]:
    for article in articles:
        if today > article.review_due:
            due = f"review was due on {article.review_due}"
            yield Fault(f"{article.id}.{article.language}", f"{due}; {article.owner}")


def _uncited(articles: Iterable[Article], answers: Answers) -> Iterator[Fault]:
    """An answer to an intent that articles are about has to cite one."""
    for intent in {intent for article in articles for intent in article.intents}:
        variations = answers.get(f"utter_{intent}", ())
        if not all(_sources(variation) for variation in variations):
            yield Fault(f"utter_{intent}", "cites no article")


def _cited_in_vain(articles: Iterable[Article], answers: Answers) -> Iterator[Fault]:
    written = {article.id for article in articles}
    for name, source in _citations(answers):
        if source not in written:
            yield Fault(name, f"cites {source}, which there is no article for")


def _unused(articles: Iterable[Article], answers: Answers) -> Iterator[Fault]:
    cited = {source for _, source in _citations(answers)}
    for article in articles:
        if article.id not in cited and not article.intents:
            yield Fault(article.id, "no answer cites it and no intent leads to it")


def _citations(answers: Answers) -> Iterator[tuple[str, str]]:
    """Each answer's name with each source that it cites."""
    for name, variations in answers.items():
        for variation in variations:
            for source in _sources(variation):
                yield name, source


def _sources(variation: Mapping[str, Any]) -> list[str]:
    sources: list[str] = (variation.get("custom") or {}).get("sources") or []
    return sources
