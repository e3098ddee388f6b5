"""Two requests in one sentence: parts that each have the words of another one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from bot.documents import parse
from bot.engine.nlu.text import fold

REQUESTS_FILE = Path(__file__).with_name("requests.yml")

JOINT = re.compile(
    r"(?<=[.!?;])\s+"
    r"|\s*[,;]\s*"
    r"|\s-+\s"
    r"|\s(?:and|also|plus|then|but|so|as well as|y|e|tambien|ademas|luego|despues|pero)"
    r"(?=\s)"
)
LEAD = re.compile(
    r"^(?:(?:and|also|then|plus|so|y|e|tambien|ademas|luego|despues|pero|but)\s+)+"
)
EDGES = " .,;:!?¿¡"
MOST = 8
# A part below this confidence is no request, whatever its words.
LEAST = 0.7


@dataclass(frozen=True)
class Part:
    """A part of a sentence, and the requests whose words it has."""

    text: str
    intents: frozenset[str]


@dataclass(frozen=True)
class Requests:
    """The words of each request, the most urgent first, and pairs that are one."""

    words: dict[str, re.Pattern[str]]
    together: frozenset[frozenset[str]]

    def parts(self, text: str) -> list[Part]:
        """Parts of a normalised text that could be two requests; else none.

        Cheap, and silent on almost every text: only words are looked at.
        """
        found = [part for part in self._parts(text) if part.intents]
        named = frozenset().union(*(part.intents for part in found))
        return found[:MOST] if len(found) > 1 and self._apart(named) else []

    def choose(
        self, parts: Sequence[Part], understood: Sequence[tuple[str, float]]
    ) -> tuple[str, str] | None:
        """The two requests, the more urgent first; None when they are not two.

        `understood` is each part's likeliest intent and how sure that is.
        """
        sure = {
            intent
            for part, (intent, confidence) in zip(parts, understood, strict=True)
            if intent in part.intents and confidence >= LEAST
        }
        return next(iter(self._apart(sure)), None)

    def _apart(self, intents: frozenset[str] | set[str]) -> list[tuple[str, str]]:
        """Pairs of these that are not one story, the most urgent first."""
        urgent = [intent for intent in self.words if intent in intents]
        pairs = combinations(urgent, 2)
        return [pair for pair in pairs if frozenset(pair) not in self.together]

    def _parts(self, text: str) -> Iterator[Part]:
        start = 0
        folded = fold(text)
        for end, after in _joints(folded):
            part = folded[start:end].strip(EDGES)
            lead = LEAD.match(part)
            begin = folded.index(part, start) + (lead.end() if lead else 0)
            words = text[begin:end].strip(EDGES)
            yield Part(words, self._intents(fold(words)))
            start = after

    def _intents(self, text: str) -> frozenset[str]:
        return frozenset(
            intent for intent, words in self.words.items() if words.search(text)
        )


def _joints(text: str) -> Iterator[tuple[int, int]]:
    """Where a part ends and the next begins; the last ends with the text."""
    for joint in JOINT.finditer(text):
        yield joint.start(), joint.end()
    yield len(text), len(text)


@cache
def load_requests() -> Requests:
    """Read the tables, once."""
    tables = parse(REQUESTS_FILE.read_text(encoding="utf-8"))
    return Requests(
        words={
            intent: re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")
            for intent, patterns in tables["words"].items()
        },
        together=frozenset(frozenset(pair) for pair in tables["together"]),
    )
