"""Sentences as the assistant would understand them: cleaned, masked, parsed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from bot.conversations.cleaning import clean
from bot.conversations.errors import TextMissing
from bot.privacy.masking import mask

BATCH = 200
NOTHING: dict[str, Any] = {
    "intent": "nlu_fallback",
    "confidence": 0.0,
    "ranking": [],
    "entities": [],
}


class Parses(Protocol):
    """Understands texts."""

    def parse_many(self, texts: Iterable[str]) -> list[dict[str, Any]]:
        """Intent, confidence, ranking and entities of each text."""
        ...


def understand_lines(
    lines: Iterable[str], *, parser: Parses, region: str
) -> Iterator[dict[str, Any]]:
    """One answer for each line, in order; `text` is the line as the engine sees it."""
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        texts = [_masked(line, region) for line in batch]
        yield from _parse(texts, parser)


def load_parser(model: Path) -> Parses:
    """The trained model, in this process."""
    from bot.engine.parsing import Parser

    return Parser(model)


def _masked(line: str, region: str) -> str:
    try:
        return mask(clean(line, limit=len(line)), region=region).text
    except TextMissing:
        return ""


def _parse(texts: Sequence[str], parser: Parses) -> Iterator[dict[str, Any]]:
    parses = iter(parser.parse_many([text for text in texts if text]))
    for text in texts:
        yield {"text": text, **(next(parses) if text else NOTHING)}
