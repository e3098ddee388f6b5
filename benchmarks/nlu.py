"""Measures understanding on held-out sentences: `python -m benchmarks.nlu`.

Without options the trained model is asked through `python -m bot understand`. What
`--list` prints can be given to another model, and its answers to `--predictions`.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.nlu_answers import Prediction
from benchmarks.nlu_report import summarize, write_markdown
from benchmarks.nlu_scores import Scores, score
from benchmarks.nlu_sets import (
    LANGUAGES,
    ROOT,
    SentenceSet,
    absent_sets,
    public_folder,
    read_mapping,
    read_own,
    read_public,
    spoken,
)

REPORTS = ROOT / "reports"
UNDERSTAND = (sys.executable, "-m", "bot", "understand")
Predict = Callable[[Sequence[str]], Sequence[Prediction]]


class MeasurementFailed(Exception):
    """There are no predictions to measure; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the summary, write the report; gives the process's exit code."""
    arguments = _parser().parse_args(argv)
    sets, notes = gather_sets(arguments.public)
    if arguments.list:
        print("\n".join(distinct_texts(sets)))
        return 0
    try:
        results = measure(sets, _predictor(arguments.predictions))
    except MeasurementFailed as error:
        print(error, file=sys.stderr)
        return 1
    write_reports(results, notes, arguments.reports)
    print(summarize(results, notes))
    return 0


def gather_sets(public: Path | None = None) -> tuple[list[SentenceSet], list[str]]:
    """Our own sets and the public ones that are there; and what is left out."""
    mapping = read_mapping()
    folder = public or public_folder(mapping)
    sets = [read_own(language) for language in LANGUAGES]
    sets += read_public(mapping, folder)
    notes = [f"{file} is absent, skipped" for file in absent_sets(mapping, folder)]
    for one in sets:
        notes += [f"{one.name}: {n} skipped, {why}" for why, n in one.skipped.items()]
    return sets, notes


def distinct_texts(sets: Iterable[SentenceSet]) -> list[str]:
    """Every sentence once, as it is sent."""
    texts = (spoken(sentence.text) for one in sets for sentence in one.sentences)
    return list(dict.fromkeys(texts))


def measure(sets: Sequence[SentenceSet], predict: Predict) -> dict[str, Scores]:
    """Scores by the set's name; `predict` is asked once, for every sentence."""
    texts = distinct_texts(sets)
    predictions = predict(texts)
    if len(predictions) != len(texts):
        raise MeasurementFailed(
            f"{len(texts)} sentences, but {len(predictions)} predictions."
        )
    by_text = dict(zip(texts, predictions, strict=True))
    return {
        one.name: score(
            one.sentences,
            [by_text[spoken(sentence.text)] for sentence in one.sentences],
        )
        for one in sets
    }


def ask_bot(
    texts: Sequence[str], *, command: Sequence[str] = UNDERSTAND
) -> list[Prediction]:
    """Predictions of the trained model."""
    done = subprocess.run(
        command,
        input="\n".join(texts) + "\n",
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(done.stderr.strip())
    return read_predictions(done.stdout.splitlines())


def read_predictions(lines: Iterable[str]) -> list[Prediction]:
    """One for each line of JSON, in the order of the sentences."""
    return [Prediction.from_json(line) for line in lines if line.strip()]


def write_reports(
    results: Mapping[str, Scores], notes: Sequence[str], folder: Path
) -> None:
    """Write nlu.md and nlu.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nlu.md").write_text(write_markdown(results, notes), "utf-8")
    figures = {name: asdict(scores) for name, scores in results.items()}
    text = json.dumps({"sets": figures, "notes": notes}, ensure_ascii=False, indent=1)
    (folder / "nlu.json").write_text(text + "\n", "utf-8")


def _predictor(file: Path | None) -> Predict:
    if file is None:
        return ask_bot
    predictions = read_predictions(file.read_text("utf-8").splitlines())
    return lambda _texts: predictions


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu")
    add = parser.add_argument
    add("--predictions", type=Path, metavar="FILE", help="answers, JSON lines")
    add("--list", action="store_true", help="print the sentences and stop")
    add("--public", type=Path, metavar="FOLDER", help="where the public sets are")
    add("--reports", type=Path, metavar="FOLDER", default=REPORTS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
