"""What a text names or chooses: lines, ways, languages, places, methods, by look-up."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.documents import parse
from bot.engine.nlu.choices import (
    WORD,
    Choice,
    Found,
    Refusals,
    flat,
    read_phrases,
    read_refusals,
)
from bot.engine.nlu.text import QUOTES, fold

LOOKUPS_FILE = Path(__file__).with_name("lookups.yml")

OTHER_LANGUAGE = {"en": "es", "es": "en"}
# A value that was masked is no word: `[email]` names no method.
MASKED = re.compile(r"\[\w+\]")
# Entities of which a message chooses one, as `lookups.yml` lists them.
CHOSEN = ("method", "holder", "factor")
# A factor that is lost is still the one to turn off, or to be made anew.
STUBBORN = ("factor",)


@dataclass(frozen=True)
class Lookups:
    """The tables as patterns on folded text, each with the value it means."""

    line_types: tuple[tuple[str, re.Pattern[str]], ...]
    ways: tuple[tuple[str, re.Pattern[str]], ...]
    languages: Choice
    choices: tuple[Choice, ...]
    fillers: frozenset[str]

    def find(self, text: str) -> list[Found]:
        """At most one of each entity."""
        folded = _folded(text)
        found = (
            _first(folded, "line_type", self.line_types),
            _first(folded, "way", self.ways),
            self._find_language(folded),
            *(choice.find(folded) for choice in self.choices),
        )
        return [item for item in found if item is not None]

    def is_all(self, found: Found, text: str) -> bool:
        """Whether a text says little else than what was found in it."""
        folded = _folded(text)
        rest = f"{folded[: found.start]} {folded[found.end :]}"
        return self.fillers.issuperset(WORD.findall(rest))

    def _find_language(self, text: str) -> Found | None:
        if wanted := self.languages.find(text):
            return wanted
        named = self.languages.mentions(text)
        return (
            replace(named[-1], value=OTHER_LANGUAGE[named[-1].value]) if named else None
        )


def _folded(text: str) -> str:
    told = MASKED.sub(lambda masked: "x" * len(masked[0]), text)
    return fold(told.translate(QUOTES))


def _first(
    text: str, entity: str, table: tuple[tuple[str, re.Pattern[str]], ...]
) -> Found | None:
    for value, pattern in table:
        if match := pattern.search(text):
            return Found(entity, value, match.start(), match.end())
    return None


def load_lookups(path: Path = LOOKUPS_FILE) -> Lookups:
    """Read the tables."""
    tables = parse(path.read_text(encoding="utf-8"))
    down = read_refusals(tables["turned_down"])
    lacking = read_refusals(tables["lacking"])
    languages = read_phrases(tables["wanted_language"])
    return Lookups(
        line_types=read_phrases(tables["line_type"]),
        ways=read_phrases(tables["way"]),
        languages=Choice("wanted_language", languages, down, {}, frozenset()),
        choices=(
            _read_places(tables["which"], down),
            *(_read_choice(name, tables, lacking) for name in CHOSEN),
        ),
        fillers=frozenset(tables["fillers"]),
    )


def _read_places(which: dict[str, Any], refusals: Refusals) -> Choice:
    """Places are named by regular expressions, not by plain phrases."""
    named = tuple(
        (value, re.compile(rf"(?<!\w)(?:{'|'.join(place['named'])})(?!\w)"))
        for value, place in which["places"].items()
    )
    alone, fillers = _alone(which["places"]), frozenset(which["fillers"])
    return Choice("which", named, refusals, alone, fillers, stubborn=True)


def _read_choice(entity: str, tables: dict[str, Any], refusals: Refusals) -> Choice:
    values = tables[entity]
    named = read_phrases({value: entry["named"] for value, entry in values.items()})
    return Choice(
        entity,
        named,
        refusals,
        _alone(values),
        frozenset(tables["fillers"]),
        stubborn=entity in STUBBORN,
    )


def _alone(values: dict[str, Any]) -> dict[str, str]:
    return {
        word: value
        for value, entry in values.items()
        for word in flat(entry.get("alone") or ())
    }
