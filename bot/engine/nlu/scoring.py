"""Scores for every intent, from the meaning of a text and from its very words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.engine.nlu.encoder import Floats, Vectors
from bot.engine.nlu.grams import Grams, learn_grams
from bot.engine.nlu.linear import Labels, fit_margins, fit_softmax, log_softmax

MEANING_STRENGTH = 5.0
WORD_STRENGTH = 1.0
# How much a margin of the words counts beside a logarithm of the meaning.
WORD_SHARE = 1.5


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
        rows = self._rows(vectors)
        meant = log_softmax(rows @ self.meaning_weights[:-1] + self.meaning_weights[-1])
        said = np.stack([self._score_words(text) for text in texts])
        scores: Floats = meant + np.float32(WORD_SHARE) * said
        return scores

    def _rows(self, vectors: Vectors) -> Floats:
        pooled = (vectors.pooled - self.centre) * np.float32(self.scale)
        return np.hstack([vectors.meaning, pooled])

    def _score_words(self, text: str) -> Floats:
        found = self.grams.weigh(text)
        said: Floats = found.values @ self.word_weights[found.numbers]
        return said + self.word_weights[-1]


def fit_scorer(
    texts: Sequence[str], vectors: Vectors, labels: Labels, *, count: int
) -> Scorer:
    """Learn from `texts`, of which `labels` are intents numbered below `count`."""
    grams = learn_grams(texts)
    centre = vectors.pooled.mean(axis=0)
    spread = np.square(vectors.pooled - centre).sum(axis=1).mean()
    scorer = Scorer(
        grams=grams,
        centre=centre,
        scale=float(1 / np.sqrt(spread)),
        meaning_weights=np.empty(0, np.float32),
        word_weights=fit_margins(
            grams.matrix(texts), labels, count=count, strength=WORD_STRENGTH
        ),
    )
    weights = fit_softmax(
        scorer._rows(vectors), labels, count=count, strength=MEANING_STRENGTH
    )
    return replace(scorer, meaning_weights=weights)
