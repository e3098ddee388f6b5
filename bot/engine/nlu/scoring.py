"""Scores for every intent, from the meaning of a text and from its very words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.encoder import Floats, Halves, Vectors, join
from bot.engine.nlu.grams import Grams, learn_grams
from bot.engine.nlu.linear import Labels, fit_margins, fit_softmax, log_softmax

MEANING_STRENGTH = 3.0
WORD_STRENGTH = 1.0
# How much a margin of the words counts beside a logarithm of the meaning.
WORD_SHARE = 2.0


@dataclass(frozen=True)
class Lesson:
    """Texts with their vectors and the numbers of their intents."""

    texts: Sequence[str]
    vectors: Vectors
    labels: Labels

    def join(self, other: "Lesson") -> "Lesson":
        """The texts of both."""
        return Lesson(
            [*self.texts, *other.texts],
            join(self.vectors, other.vectors),
            np.concatenate([self.labels, other.labels]),
        )

    def take(self, rows: Labels) -> "Lesson":
        """The texts of these numbers."""
        texts = [self.texts[row] for row in rows]
        return Lesson(texts, self.vectors.take(rows), self.labels[rows])


@dataclass(frozen=True)
class Scorer:
    """Both heads and what they need to read a text."""

    grams: Grams
    centre: Floats
    scale: float
    meaning_weights: Floats
    word_weights: Halves

    def score(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """Scores of shape (texts, intents): logarithms, but for a constant."""
        rows = _rows(vectors, self.centre, self.scale)
        meant = log_softmax(rows @ self.meaning_weights[:-1] + self.meaning_weights[-1])
        said = np.stack([self._score_words(text) for text in texts])
        scores: Floats = meant + np.float32(WORD_SHARE) * said
        return scores

    def _score_words(self, text: str) -> Floats:
        found = self.grams.weigh(text)
        said: Floats = found.values @ self.word_weights[found.numbers].astype("f4")
        return said + self.word_weights[-1]


def fit_scorer(lesson: Lesson, *, count: int, slips: Lesson | None = None) -> Scorer:
    """Learn from texts whose labels are intents numbered below `count`.

    Misspelt texts (`slips`) train both heads; which words there are comes from
    `lesson` alone. Word weights are kept in half precision.
    """
    grams = learn_grams(lesson.texts)
    taught = lesson.join(slips) if slips else lesson
    pooled = taught.vectors.pooled
    centre = pooled.mean(axis=0)
    scale = float(1 / np.sqrt(np.square(pooled - centre).sum(axis=1).mean()))
    rows = _rows(taught.vectors, centre, scale)
    said = fit_margins(
        grams.matrix(taught.texts), taught.labels, count=count, strength=WORD_STRENGTH
    )
    meant = fit_softmax(rows, taught.labels, count=count, strength=MEANING_STRENGTH)
    return Scorer(grams, centre, scale, meant, said.astype(np.float16))


def _rows(vectors: Vectors, centre: Floats, scale: float) -> Floats:
    """What the head for meaning reads, shape (texts, 1793)."""
    pooled: Floats = (vectors.pooled - centre) * np.float32(scale)
    return np.hstack([vectors.meaning, pooled])
