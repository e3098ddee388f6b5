"""The report on understanding, as Markdown and as a few lines for the terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.nlu_scores import Confusion, Miss, Scores, Share

GOALS = {"own English": 0.93, "own Spanish": 0.90}
OUT_OF_SCOPE_GOAL = 0.85
FALSE_REFUSAL_GOAL = 0.05
MOST_CONFUSIONS = 15
MOST_SAMPLES = 3
PREFACE = """# How well it understands

Accuracy counts asking back as wrong, but for sentences out of scope; there asking back
and turning away are both right. "Before the fallback" is the first intent of the
ranking. A public sentence with several right intents is right with any of them; "one
right" leaves those out. Intervals are 95 % Wilson score intervals.
"""


def write_markdown(results: Mapping[str, Scores], notes: Sequence[str]) -> str:
    """The whole report; `results` by the set's name."""
    parts = [
        PREFACE,
        "\n".join(_overview(results)),
        "\n" + "\n".join(f"- {note}" for note in notes),
        *("\n".join(_details(name, scores)) for name, scores in results.items()),
    ]
    return "\n".join(parts)


def summarize(results: Mapping[str, Scores], notes: Sequence[str]) -> str:
    """One line for each set, and the worst confusions of our own."""
    lines = [_line(name, scores) for name, scores in results.items()]
    for name in GOALS:
        if name in results:
            worst = results[name].confusions[:5]
            lines += [f"{name}: {_told(confusion)}" for confusion in worst]
    return "\n".join([*lines, *notes])


def percent(share: Share | None) -> str:
    """A share with its interval; a dash for none."""
    if share is None:
        return "–"
    return f"{share.value:.1%} ({share.low:.1%}–{share.high:.1%})"


def _line(name: str, scores: Scores) -> str:
    ours = name in GOALS
    away, refused = scores.out_of_scope_recall, scores.false_refusals
    return (
        f"{name:12} n={scores.n:5} accuracy {percent(scores.accuracy)}"
        f"{_beside(scores.accuracy, least=GOALS.get(name))}"
        f"; before the fallback {_short(scores.without_fallback)}"
        f"; macro-F1 {scores.macro_f1:.3f}"
        f"; out-of-scope recall {_short(away)}"
        f"{_beside(away, least=OUT_OF_SCOPE_GOAL if ours else None)}"
        f"; false refusals {_short(refused)}"
        f"{_beside(refused, most=FALSE_REFUSAL_GOAL if ours else None)}"
    )


def _overview(results: Mapping[str, Scores]) -> Iterator[str]:
    heads = (
        "set",
        "n",
        "accuracy",
        "before the fallback",
        "one right",
        "macro-F1",
        "out-of-scope recall",
        "false refusals",
    )
    yield from _table(heads, (_row(*item) for item in results.items()))


def _row(name: str, scores: Scores) -> Sequence[object]:
    ours = name in GOALS
    away, refused = scores.out_of_scope_recall, scores.false_refusals
    return (
        name,
        scores.n,
        percent(scores.accuracy) + _beside(scores.accuracy, least=GOALS.get(name)),
        percent(scores.without_fallback),
        percent(scores.one_right),
        f"{scores.macro_f1:.3f}",
        percent(away) + _beside(away, least=OUT_OF_SCOPE_GOAL if ours else None),
        percent(refused) + _beside(refused, most=FALSE_REFUSAL_GOAL if ours else None),
    )


def _details(name: str, scores: Scores) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield from _table(
        ("intent", "precision", "recall", "F1", "n"),
        (
            (
                one.intent,
                *(f"{x:.2f}" for x in (one.precision, one.recall, one.f1)),
                one.n,
            )
            for one in scores.intents
        ),
    )
    if set(scores.labels) != {one.intent for one in scores.intents}:
        yield from _labels(scores)
    yield f"\n### {name}: what is taken for what\n"
    yield from (f"- {_told(one)}" for one in scores.confusions[:MOST_CONFUSIONS])
    yield f"\n### {name}: all {len(scores.misses)} misses\n"
    heads = ("sentence", "right", "understood", "confidence", "before the fallback")
    yield from _table(heads, (_missed(miss) for miss in scores.misses))


def _labels(scores: Scores) -> Iterator[str]:
    yield "\nBy the labels of the set itself:\n"
    rows = (
        (label, percent(share), share.n if share else 0)
        for label, share in scores.labels.items()
    )
    yield from _table(("label", "accuracy", "n"), rows)


def _told(one: Confusion) -> str:
    samples = "; ".join(f"“{text}”" for text in one.sentences[:MOST_SAMPLES])
    return f"{len(one.sentences)} × {one.right} taken for {one.taken_for}: {samples}"


def _missed(miss: Miss) -> Sequence[object]:
    right = " or ".join(miss.right)
    return (miss.text, right, miss.intent, f"{miss.confidence:.2f}", miss.first)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _cells(heads)
    yield "|" + "---|" * len(heads)
    yield from (_cells(row) for row in rows)


def _cells(row: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"


def _short(share: Share | None) -> str:
    return "–" if share is None else f"{share.value:.1%}"


def _beside(
    share: Share | None, *, least: float | None = None, most: float | None = None
) -> str:
    if share is None or (least is None and most is None):
        return ""
    goal = f"≥ {least:.0%}" if least is not None else f"≤ {most:.0%}"
    low, high = least or 0.0, 1.0 if most is None else most
    met = low <= share.value <= high
    return f", goal {goal} {'met' if met else 'NOT met'}"
