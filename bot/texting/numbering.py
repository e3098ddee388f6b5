"""Options in a text: written as numbered lines, chosen by number or by their words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.conversations.lines import Option
from bot.documents import parse
from bot.texting.folding import fold_words

STRINGS = Path(__file__).with_name("strings.yml")
NUMBER = re.compile(r"\d{1,2}")


def numbered(options: Iterable[Option], first: int = 1) -> Iterator[str]:
    """A line for each option."""
    for number, option in enumerate(options, start=first):
        yield f"{number} {option.title}"


class Chooser:
    """Tells which of the offered options a text chooses, if it chooses one."""

    def __init__(self, path: Path = STRINGS) -> None:
        document: dict[str, Any] = parse(path.read_text(encoding="utf-8"))
        self._words: dict[str, int] = {
            word: number
            for number, words in document["numbers"].items()
            for word in words
        }
        self._around = frozenset(document["around_numbers"])

    def choose(self, text: str, options: Sequence[Option]) -> Option | None:
        """The option meant by "2", "two", "la segunda", or its own words."""
        words = fold_words(text).split()
        number = self._number(words)
        if number is not None:
            return options[number - 1] if 0 < number <= len(options) else None
        named = [each for each in options if fold_words(each.title).split() == words]
        return named[0] if named and words else None

    def _number(self, words: Sequence[str]) -> int | None:
        """The one number that a text is, but for words such as "option"."""
        left = [word for word in words if word not in self._around]
        if len(left) != 1:
            return None
        if NUMBER.fullmatch(left[0]):
            return int(left[0])
        return self._words.get(left[0])
