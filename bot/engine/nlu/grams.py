"""Tf-idf over words and letter groups, without accents, by plain look-up."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.engine.nlu.text import fold

TOKEN = re.compile(r"\[\w+\]|[^\W_]+(?:'[a-z]+)?")
LETTERS = range(2, 6)


@dataclass(frozen=True)
class Weights:
    """One text's features: their numbers and tf-idf values, each kind of length 1."""

    numbers: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


class Grams:
    """The features that training texts had, words first, and how rare each was."""

    def __init__(
        self, words: Sequence[str], letters: Sequence[str], rarity: Sequence[float]
    ) -> None:
        self.words, self.letters = list(words), list(letters)
        self.rarity = np.array(rarity, np.float32)
        self._word_numbers = {gram: at for at, gram in enumerate(self.words)}
        self._letter_numbers = {
            gram: at for at, gram in enumerate(self.letters, start=len(self.words))
        }

    def __len__(self) -> int:
        return len(self.words) + len(self.letters)

    def weigh(self, text: str) -> Weights:
        """The features of `text`; a text without known ones has none."""
        folded = fold(text)
        known = (
            self._weigh(word_grams(folded), self._word_numbers),
            self._weigh(letter_grams(folded), self._letter_numbers),
        )
        return Weights(
            np.concatenate([weights.numbers for weights in known]),
            np.concatenate([weights.values for weights in known]),
        )

    def _weigh(self, grams: Iterable[str], numbers: dict[str, int]) -> Weights:
        counts = Counter(numbers[gram] for gram in grams if gram in numbers)
        places = np.fromiter(counts, np.int64, len(counts))
        times = np.fromiter(counts.values(), np.float32, len(counts))
        values = (1 + np.log(times)) * self.rarity[places]
        return Weights(places, values / (np.linalg.norm(values) or 1))


def learn_grams(texts: Sequence[str]) -> Grams:
    """Words and pairs of words, and groups of 2-5 letters that come more than once."""
    folded = [fold(text) for text in texts]
    words = _count(folded, word_grams, least=1)
    letters = _count(folded, letter_grams, least=2)
    rarity = [
        math.log((1 + len(texts)) / (1 + count)) + 1
        for count in [*words.values(), *letters.values()]
    ]
    return Grams(list(words), list(letters), rarity)


def word_grams(text: str) -> Iterator[str]:
    """Words and pairs of neighbours."""
    words = TOKEN.findall(text)
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))


def letter_grams(text: str) -> Iterator[str]:
    """Groups of letters within each word and the blanks around it."""
    for word in text.split():
        padded = f" {word} "
        for size in LETTERS:
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]
            if size >= len(padded):
                break


def _count(
    texts: Sequence[str], grams: Callable[[str], Iterable[str]], *, least: int
) -> dict[str, int]:
    """In how many texts each feature is, in alphabetical order."""
    counts = Counter(gram for text in texts for gram in set(grams(text)))
    return {gram: counts[gram] for gram in sorted(counts) if counts[gram] >= least}
