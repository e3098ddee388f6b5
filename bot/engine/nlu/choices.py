"""One of a few values that a text chooses, minding what it turns down."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

WORD = re.compile(r"\w[\w']*")


@dataclass(frozen=True)
class Found:
    """A value and where in the text it stands: characters start to end."""

    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Refusals:
    """What turns a mention down, by standing right before or right after it."""

    before: re.Pattern[str]
    after: re.Pattern[str]

    def meet(self, text: str, found: Found) -> bool:
        """Whether `text` turns down what was found in it."""
        before, after = text[: found.start], text[found.end :]
        return bool(self.before.search(before) or self.after.match(after))


@dataclass(frozen=True)
class Choice:
    """The values of one entity; `alone` are words that count when little else is said.

    The last mention that is not turned down is chosen.
    """

    entity: str
    named: tuple[tuple[str, re.Pattern[str]], ...]
    refusals: Refusals
    alone: dict[str, str]
    fillers: frozenset[str]
    # Whether a choice that is turned down, and no other named, is chosen all the same.
    stubborn: bool = False

    def find(self, text: str) -> Found | None:
        """The choice of a folded text."""
        mentions = self.mentions(text)
        wanted = [item for item in mentions if not self.refusals.meet(text, item)]
        if wanted or (mentions and self.stubborn):
            return (wanted or mentions)[-1]
        return None if mentions else self._find_alone(text)

    def mentions(self, text: str) -> list[Found]:
        """Every value that is named, in the order of the text, the longer first."""
        found = [
            Found(self.entity, value, match.start(), match.end())
            for value, pattern in self.named
            for match in pattern.finditer(text)
        ]
        return sorted(found, key=lambda item: item.end)

    def _find_alone(self, text: str) -> Found | None:
        words = [m for m in WORD.finditer(text) if m.group() not in self.fillers]
        if len(words) != 1 or words[0].group() not in self.alone:
            return None
        word = words[0]
        return Found(self.entity, self.alone[word.group()], word.start(), word.end())


def read_refusals(table: dict[str, Any]) -> Refusals:
    """The refusals that a table lists: before, between and after the mention."""
    between = rf"(?:\s+{any_of(table['between'])})*"
    return Refusals(
        before=re.compile(rf"(?<!\w){any_of(table['before'])}{between}\s+$"),
        after=re.compile(rf"\s+{any_of(table['after'])}(?!\w)"),
    )


def read_phrases(table: dict[str, Any]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each value of a table with the pattern of its phrases."""
    return tuple(
        (value, re.compile(rf"(?<!\w){any_of(entries)}(?!\w)"))
        for value, entries in table.items()
    )


def any_of(entries: list[Any]) -> str:
    """A pattern of any of these phrases; lists among them are theirs too."""
    longest_first = sorted(flat(entries), key=len, reverse=True)
    words = (re.escape(entry).replace(r"\ ", r"[\s-]+") for entry in longest_first)
    return f"(?:{'|'.join(words)})"


def flat(entries: Iterable[Any]) -> Iterator[str]:
    """The phrases of a list, and of the lists in it."""
    for entry in entries:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry
