"""Kinds of lines, languages and places that a text names, by look-up."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.engine.nlu.text import QUOTES, fold

LOOKUPS_FILE = Path(__file__).with_name("lookups.yml")

OTHER_LANGUAGE = {"en": "es", "es": "en"}
WORD = re.compile(r"\w[\w']*")


@dataclass(frozen=True)
class Found:
    """A value and where in the text it stands: characters start to end."""

    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Lookups:
    """The tables as patterns on folded text, each with the value it means."""

    line_types: tuple[tuple[str, re.Pattern[str]], ...]
    ways: tuple[tuple[str, re.Pattern[str]], ...]
    languages: tuple[tuple[str, re.Pattern[str]], ...]
    places: tuple[tuple[str, re.Pattern[str]], ...]
    single_places: dict[str, str]
    fillers: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]

    def find(self, text: str) -> list[Found]:
        """At most one each of line type, way, wanted language and place."""
        folded = fold(text.translate(QUOTES))
        found = (
            _first(folded, "line_type", self.line_types),
            _first(folded, "way", self.ways),
            self._find_language(folded),
            self._find_place(folded),
        )
        return [item for item in found if item is not None]

    def _find_language(self, text: str) -> Found | None:
        named = _mentions(text, "wanted_language", self.languages)
        wanted = [item for item in named if not self._is_turned_down(text, item)]
        if wanted:
            return wanted[-1]
        if not named:
            return None
        other = OTHER_LANGUAGE[named[-1].value]
        return Found("wanted_language", other, named[-1].start, named[-1].end)

    def _find_place(self, text: str) -> Found | None:
        named = _mentions(text, "which", self.places)
        wanted = [item for item in named if not self._is_turned_down(text, item)]
        if wanted or named:
            return (wanted or named)[-1]
        words = [m for m in WORD.finditer(text) if m.group() not in self.fillers]
        if len(words) != 1 or words[0].group() not in self.single_places:
            return None
        value = self.single_places[words[0].group()]
        return Found("which", value, words[0].start(), words[0].end())

    def _is_turned_down(self, text: str, found: Found) -> bool:
        before, after = text[: found.start], text[found.end :]
        return bool(self.before.search(before) or self.after.match(after))


def _first(
    text: str, entity: str, table: tuple[tuple[str, re.Pattern[str]], ...]
) -> Found | None:
    for value, pattern in table:
        if match := pattern.search(text):
            return Found(entity, value, match.start(), match.end())
    return None


def load_lookups(path: Path = LOOKUPS_FILE) -> Lookups:
    """Read the tables."""
    tables = yaml.safe_load(path.read_text(encoding="utf-8"))
    which, down = tables["which"], tables["turned_down"]
    return Lookups(
        line_types=_patterns(tables["line_type"]),
        ways=_patterns(tables["way"]),
        languages=_patterns(tables["wanted_language"]),
        places=tuple(
            (value, re.compile(rf"(?<!\w)(?:{'|'.join(place['named'])})(?!\w)"))
            for value, place in which["places"].items()
        ),
        single_places={
            word: value
            for value, place in which["places"].items()
            for word in place["alone"]
        },
        fillers=frozenset(which["fillers"]),
        before=re.compile(
            rf"(?<!\w){_any_of(down['before'])}(?:\s+{_any_of(down['between'])})*\s+$"
        ),
        after=re.compile(rf"\s+{_any_of(down['after'])}(?!\w)"),
    )


def _patterns(table: dict[str, Any]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (value, re.compile(rf"(?<!\w){_any_of(entries)}(?!\w)"))
        for value, entries in table.items()
    )


def _any_of(entries: list[str]) -> str:
    longest_first = sorted(entries, key=len, reverse=True)
    words = (re.escape(entry).replace(r"\ ", r"[\s-]+") for entry in longest_first)
    return f"(?:{'|'.join(words)})"


def _mentions(
    text: str, entity: str, patterns: tuple[tuple[str, re.Pattern[str]], ...]
) -> list[Found]:
    found = [
        Found(entity, value, match.start(), match.end())
        for value, pattern in patterns
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda item: item.end)
