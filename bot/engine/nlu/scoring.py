"""Scores for every intent, from the meaning of a text and from its very words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.encoder import Floats, Vectors
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
    word_weights: Floats

    def score(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """Scores of shape (texts, intents): logarithms, but for a constant."""
        rows = _rows(vectors, self.centre, self.scale)
        meant = log_softmax(rows @ self.meaning_weights[:-1] + self.meaning_weights[-1])
        said = np.stack([self._score_words(text) for text in texts])
        scores: Floats = meant + np.float32(WORD_SHARE) * said
        return scores

    def _score_words(self, text: str) -> Floats:
        found = self.grams.weigh(text)
        said: Floats = found.values @ self.word_weights[found.numbers]
        return said + self.word_weights[-1]


def fit_scorer(lesson: Lesson, *, count: int) -> Scorer:
    """Learn from texts whose labels are intents numbered below `count`."""
    grams = learn_grams(lesson.texts)
    pooled = lesson.vectors.pooled
    centre = pooled.mean(axis=0)
    scale = float(1 / np.sqrt(np.square(pooled - centre).sum(axis=1).mean()))
    said = fit_margins(
        grams.matrix(lesson.texts), lesson.labels, count=count, strength=WORD_STRENGTH
    )
    meant = fit_softmax(
        _rows(lesson.vectors, centre, scale),
        lesson.labels,
        count=count,
        strength=MEANING_STRENGTH,
    )
    return Scorer(grams, centre, scale, meaning_weights=meant, word_weights=said)


def _rows(vectors: Vectors, centre: Floats, scale: float) -> Floats:
    """What the head for meaning reads, shape (texts, 1793)."""
    pooled: Floats = (vectors.pooled - centre) * np.float32(scale)
    return np.hstack([vectors.meaning, pooled])
