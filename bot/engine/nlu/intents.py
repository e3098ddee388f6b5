"""The intent of a text: learning from examples, and ranking for a new one."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.certainty import Certainty, learn_certainty
from bot.engine.nlu.encoder import Encoder, Floats
from bot.engine.nlu.linear import Labels, log_softmax
from bot.engine.nlu.noise import misspell
from bot.engine.nlu.scoring import Lesson, Scorer, fit_scorer
from bot.engine.nlu.threads import single_thread

FOLDS = 3
SEED = 20
WORKERS = 2
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
        with single_thread():
            vectors = encoder.encode([text])
            scores = self.scorer.score([text], vectors)
            nearness = (self.known @ vectors.meaning[0]).max(keepdims=True)
        confidence = float(self.certainty.confidence(scores, nearness)[0])
        return _share_out(self.names, log_softmax(scores[0]), confidence)[:length]


def learn_intents(
    texts: Sequence[str], intents: Sequence[str], encoder: Encoder
) -> IntentModel:
    """Learn from normalised texts and the intent of each.

    The final scorer also learns from misspelt copies; certainty comes from rehearsals
    without them, each text scored by what other texts teach.
    """
    names = tuple(sorted(set(intents)))
    labels = np.array([names.index(intent) for intent in intents])
    typed = [misspell(text, copy=0) for text in texts]
    with single_thread(), ThreadPoolExecutor(WORKERS) as pool:
        vectors, typed_vectors = pool.map(encoder.encode, (texts, typed))
        lesson = Lesson(texts, vectors, labels)
        slips = Lesson(typed, typed_vectors, labels)
        final = pool.submit(fit_scorer, lesson, count=len(names), slips=slips)
        certainty = _rehearse(lesson, names, pool)
        return IntentModel(names, final.result(), certainty, vectors.meaning)


def _rehearse(
    lesson: Lesson, names: Sequence[str], pool: ThreadPoolExecutor
) -> Certainty:
    """Certainty on in-scope texts that were unseen when they were scored."""

    def score(fold: tuple[Labels, Labels]) -> tuple[Labels, Floats, Floats]:
        seen, unseen = lesson.take(fold[0]), lesson.take(fold[1])
        scores = fit_scorer(seen, count=len(names)).score(unseen.texts, unseen.vectors)
        near = (unseen.vectors.meaning @ seen.vectors.meaning.T).max(axis=1)
        return unseen.labels, scores, near

    parts = zip(*pool.map(score, _folds(lesson.labels)), strict=True)
    labels, scores, nearness = (np.concatenate(part) for part in parts)
    in_scope = np.array([names[label] != OUT_OF_SCOPE for label in labels])
    return learn_certainty(scores[in_scope], nearness[in_scope])


def _folds(labels: Labels) -> Iterator[tuple[Labels, Labels]]:
    """Numbers of seen and unseen texts, each intent spread evenly."""
    order = np.random.default_rng(SEED).permutation(len(labels))
    by_label = order[np.argsort(labels[order], kind="stable")]
    for fold in range(FOLDS):
        unseen = np.sort(by_label[fold::FOLDS])
        yield np.setdiff1d(np.arange(len(labels)), unseen), unseen


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
