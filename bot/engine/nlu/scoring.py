"""Scores for every intent, from the meaning of a text and from its very words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.encoder import Floats, Halves, Vectors
from bot.engine.nlu.grams import Grams

# How much a margin of the words counts beside a logarithm of the meaning.
WORD_SHARE = 2.0


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
        rows = meaning_rows(vectors, self.centre, self.scale)
        meant = log_softmax(rows @ self.meaning_weights[:-1] + self.meaning_weights[-1])
        said = np.stack([self._score_words(text) for text in texts])
        scores: Floats = meant + np.float32(WORD_SHARE) * said
        return scores

    def _score_words(self, text: str) -> Floats:
        found = self.grams.weigh(text)
        weights = self.word_weights[found.numbers].astype(np.float32)
        said: Floats = found.values @ weights + self.word_weights[-1]
        return said


def meaning_rows(vectors: Vectors, centre: Floats, scale: float) -> Floats:
    """What the head for meaning reads, shape (texts, 1793)."""
    pooled: Floats = (vectors.pooled - centre) * np.float32(scale)
    return np.hstack([vectors.meaning, pooled])


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the probabilities that `scores` mean, along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs
