"""The intent of a text: learning from examples, and ranking for a new one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from bot.engine.nlu.certainty import Certainty, learn_certainty
from bot.engine.nlu.encoder import Encoder, Floats, Vectors
from bot.engine.nlu.linear import Labels, log_softmax
from bot.engine.nlu.scoring import Scorer, fit_scorer

FOLDS = 4
SEED = 20
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class IntentModel:
    """All that was learnt; `known` are the training sentences' meanings, a row each."""

    names: tuple[str, ...]
    scorer: Scorer
    certainty: Certainty
    known: Floats

    def rank(
        self, text: str, encoder: Encoder, *, length: int
    ) -> list[tuple[str, float]]:
        """The likeliest intents of a normalised text with confidences, best first."""
        vectors = encoder.encode([text])
        scores = self.scorer.score([text], vectors)
        nearness = (self.known @ vectors.meaning[0]).max(keepdims=True)
        confidence = float(self.certainty.confidence(scores, nearness)[0])
        return _share_out(self.names, log_softmax(scores[0]), confidence)[:length]


def learn_intents(
    texts: Sequence[str], intents: Sequence[str], encoder: Encoder
) -> IntentModel:
    """Learn from normalised texts and the intent of each."""
    names = tuple(sorted(set(intents)))
    labels = np.array([names.index(intent) for intent in intents])
    vectors = encoder.encode(texts)
    return IntentModel(
        names=names,
        scorer=fit_scorer(texts, vectors, labels, count=len(names)),
        certainty=_rehearse(texts, vectors, labels, names),
        known=vectors.meaning,
    )


def _rehearse(
    texts: Sequence[str], vectors: Vectors, labels: Labels, names: Sequence[str]
) -> Certainty:
    """Certainty on in-scope sentences, each scored by what the others teach."""
    scores = np.zeros((len(texts), len(names)), np.float32)
    nearness = np.zeros(len(texts), np.float32)
    for seen, unseen in _folds(labels):
        scorer = fit_scorer(
            [texts[at] for at in seen],
            _take(vectors, seen),
            labels[seen],
            count=len(names),
        )
        held_out = _take(vectors, unseen)
        scores[unseen] = scorer.score([texts[at] for at in unseen], held_out)
        nearness[unseen] = (held_out.meaning @ vectors.meaning[seen].T).max(axis=1)
    in_scope = np.array([names[label] != OUT_OF_SCOPE for label in labels])
    return learn_certainty(scores[in_scope], nearness[in_scope])


def _folds(labels: Labels) -> Iterator[tuple[Labels, Labels]]:
    """Numbers of seen and unseen texts, each intent spread evenly."""
    order = np.array(Random(SEED).sample(range(len(labels)), len(labels)))
    by_label = order[np.argsort(labels[order], kind="stable")]
    for fold in range(FOLDS):
        unseen = np.sort(by_label[fold::FOLDS])
        yield np.setdiff1d(np.arange(len(labels)), unseen), unseen


def _take(vectors: Vectors, rows: Labels) -> Vectors:
    return Vectors(vectors.pooled[rows], vectors.meaning[rows])


def _share_out(
    names: Sequence[str], logs: Floats, confidence: float
) -> list[tuple[str, float]]:
    """The first intent gets `confidence`, the others of the rest what is theirs."""
    shares = np.exp(logs)
    order = np.argsort(-shares, kind="stable")
    first = float(shares[order[0]])
    others = max(1 - first, 1e-9)
    ranking = [(names[order[0]], confidence)]
    for at in order[1:]:
        share = float(shares[at])
        rest = min((1 - confidence) * share / others, confidence * share / first)
        ranking.append((names[at], rest))
    return ranking
