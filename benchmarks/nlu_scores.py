"""What a set of predictions is worth: shares with intervals, F1, confusions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest
from sklearn.metrics import f1_score, precision_recall_fscore_support

from benchmarks.nlu_answers import OUT_OF_SCOPE, Answer, Prediction
from benchmarks.nlu_sets import Sentence


@dataclass(frozen=True)
class Share:
    """So many of so many, with the 95 % Wilson score interval."""

    count: int
    n: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, hits: Iterable[bool]) -> "Share | None":
        """The share of what is true; None of nothing."""
        found = list(hits)
        if not found:
            return None
        test = binomtest(sum(found), len(found))
        interval = test.proportion_ci(confidence_level=0.95, method="wilson")
        value = sum(found) / len(found)
        return cls(
            sum(found), len(found), value, float(interval.low), float(interval.high)
        )


@dataclass(frozen=True)
class IntentScore:
    """One intent's precision, recall and F1 over `n` sentences that are its own."""

    intent: str
    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True)
class Confusion:
    """Sentences of `right` that were taken for `taken_for`."""

    right: str
    taken_for: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Miss:
    """A sentence that was not understood as any of what is right."""

    text: str
    label: str
    right: tuple[str, ...]
    intent: str
    confidence: float
    first: str


@dataclass(frozen=True)
class Scores:
    """The figures of one set.

    `one_right` is the accuracy over sentences with a single right intent;
    `out_of_scope_recall` and `false_refusals` leave out sentences for which being
    turned away is one of several right outcomes.
    """

    n: int
    accuracy: Share | None
    without_fallback: Share | None
    one_right: Share | None
    macro_f1: float
    out_of_scope_recall: Share | None
    false_refusals: Share | None
    intents: tuple[IntentScore, ...]
    labels: dict[str, Share | None]
    confusions: tuple[Confusion, ...]
    misses: tuple[Miss, ...]


def score(sentences: Sequence[Sentence], predictions: Sequence[Prediction]) -> Scores:
    """Judge one prediction for each sentence, in the same order."""
    pairs = zip(sentences, predictions, strict=True)
    answers = [Answer(sentence, prediction) for sentence, prediction in pairs]
    return Scores(
        n=len(answers),
        accuracy=Share.of(one.is_right for one in answers),
        without_fallback=Share.of(
            one.prediction.first in one.sentence.right for one in answers
        ),
        one_right=Share.of(
            one.is_right for one in answers if len(one.sentence.right) == 1
        ),
        macro_f1=_macro_f1(answers),
        out_of_scope_recall=Share.of(
            one.turned_away for one in answers if one.sentence.right == (OUT_OF_SCOPE,)
        ),
        false_refusals=Share.of(
            one.turned_away for one in answers if OUT_OF_SCOPE not in one.sentence.right
        ),
        intents=_by_intent(answers),
        labels=_by_label(answers),
        confusions=_confusions(answers),
        misses=tuple(_miss(one) for one in answers if not one.is_right),
    )


def _truths(answers: Sequence[Answer]) -> list[str]:
    return [one.truth for one in answers]


def _outcomes(answers: Sequence[Answer]) -> list[str]:
    return [one.outcome for one in answers]


def _macro_f1(answers: Sequence[Answer]) -> float:
    if not answers:
        return 0.0
    truths = _truths(answers)
    return float(
        f1_score(
            truths,
            _outcomes(answers),
            labels=sorted(set(truths)),
            average="macro",
            zero_division=0,
        )
    )


def _by_intent(answers: Sequence[Answer]) -> tuple[IntentScore, ...]:
    if not answers:
        return ()
    truths = _truths(answers)
    intents = sorted(set(truths))
    columns = precision_recall_fscore_support(
        truths, _outcomes(answers), labels=intents, zero_division=0
    )
    return tuple(
        IntentScore(intent, float(precision), float(recall), float(f1), int(n))
        for intent, precision, recall, f1, n in zip(intents, *columns, strict=True)
    )


def _by_label(answers: Sequence[Answer]) -> dict[str, Share | None]:
    hits: dict[str, list[bool]] = {}
    for one in answers:
        hits.setdefault(one.sentence.label, []).append(one.is_right)
    return {label: Share.of(found) for label, found in hits.items()}


def _confusions(answers: Sequence[Answer]) -> tuple[Confusion, ...]:
    """Most frequent first."""
    missed = [one for one in answers if not one.is_right]
    pairs = Counter((one.truth, one.outcome) for one in missed)
    return tuple(
        Confusion(
            *pair,
            tuple(
                one.sentence.text for one in missed if (one.truth, one.outcome) == pair
            ),
        )
        for pair, _ in pairs.most_common()
    )


def _miss(one: Answer) -> Miss:
    sentence, prediction = one.sentence, one.prediction
    return Miss(
        sentence.text,
        sentence.label,
        sentence.right,
        prediction.intent,
        prediction.confidence,
        prediction.first,
    )
