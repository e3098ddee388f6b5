"""Learning intents from examples: scores, and how sure they are."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from bot.engine.nlu.certainty import Certainty, learn_certainty
from bot.engine.nlu.encoder import Encoder, Floats, Vectors, join
from bot.engine.nlu.fitting import Labels, fit_margins, fit_softmax, weigh_all
from bot.engine.nlu.grams import learn_grams
from bot.engine.nlu.intents import IntentModel
from bot.engine.nlu.noise import misspell
from bot.engine.nlu.scoring import Scorer, meaning_rows

MEANING_STRENGTH = 3.0
WORD_STRENGTH = 1.0
FOLDS = 3
SEED = 20
WORKERS = 2
OUT_OF_SCOPE = "out_of_scope"


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
    limits = threadpool_limits(limits=1, user_api="blas")
    with limits, ThreadPoolExecutor(WORKERS) as pool:
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
    rows = meaning_rows(taught.vectors, centre, scale)
    said = fit_margins(
        weigh_all(grams, taught.texts),
        taught.labels,
        count=count,
        strength=WORD_STRENGTH,
    )
    meant = fit_softmax(rows, taught.labels, count=count, strength=MEANING_STRENGTH)
    return Scorer(grams, centre, scale, meant, said.astype(np.float16))
