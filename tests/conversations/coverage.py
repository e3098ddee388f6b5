"""What the transcripts show: intents by behaviour, and responses that were heard."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any

import yaml

from actions.smalltalk import load_titles
from actions.tasks import TASKS
from bot.engine.messages import PAYLOAD
from bot.training import MODEL
from bot.understanding import load_parser, understand_lines
from tests.contract import dialogue
from tests.conversations.transcripts import BEHAVIOURS, FOLDER, Step, load

REGION = "US"
Cell = tuple[str, str]


def required() -> set[Cell]:
    """Every intent and behaviour that has to be shown together."""
    groups = yaml.safe_load((FOLDER / "coverage.yml").read_text("utf-8"))
    return {
        (intent, behaviour)
        for group in groups
        for intent in group["intents"]
        for behaviour in group["behaviours"]
    }


def shown() -> dict[Cell, list[str]]:
    """The names of the transcripts in which an intent is met in a behaviour."""
    told = [
        (behaviour, name, transcript.steps)
        for behaviour in BEHAVIOURS
        for name, transcript in load(behaviour).items()
    ]
    said = {step.user for _, _, steps in told for step in steps if step.user}
    understood = _understand(sorted(said))
    cells: dict[Cell, list[str]] = defaultdict(list)
    for intent in set(_every_intent()) - set(TASKS):
        # One sentence and its answer is all there is to these, in both languages.
        cells[intent, "happy_path"].append("every intent")
        cells[intent, "second_language"].append("every intent")
    for behaviour, name, steps in told:
        for intent in {_intent(step, understood) for step in steps}:
            cells[intent, behaviour].append(name)
    return cells


def heard() -> set[str]:
    """Every response that some transcript expects."""
    transcripts = chain.from_iterable(load(each).values() for each in BEHAVIOURS)
    said = [step.says or [] for each in transcripts for step in each.steps]
    return {*chain(*said), *chain(*(each["says"] for each in _every_intent().values()))}


def _every_intent() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / "every_intent.yml").read_text())
    return told


def table(cells: dict[Cell, list[str]]) -> str:
    """Intents by behaviours: how many transcripts; `-`: not asked for, `HOLE`."""
    asked = required()
    width = max(len(intent) for intent, _ in asked) + 2
    lines = ["".ljust(width) + " ".join(each.rjust(15) for each in BEHAVIOURS)]
    for intent in sorted({intent for intent, _ in asked}):
        row = (_cell(cells, asked, (intent, each)).rjust(15) for each in BEHAVIOURS)
        lines.append(intent.ljust(width) + " ".join(row))
    return "\n".join(lines)


def _cell(cells: dict[Cell, list[str]], asked: set[Cell], cell: Cell) -> str:
    count = len(cells.get(cell, []))
    return str(count) if count else "HOLE" if cell in asked else "-"


def _intent(step: Step, understood: dict[str, str]) -> str:
    if step.user:
        return understood[step.user]
    if step.press:
        return _pressed()[step.press]
    return "inform"


def _understand(texts: Sequence[str]) -> dict[str, str]:
    lines = understand_lines(texts, parser=load_parser(MODEL), region=REGION)
    return {text: str(line["intent"]) for text, line in zip(texts, lines, strict=True)}


def _pressed() -> dict[str, str]:
    """The intent of each button by its title; one made up by an action informs."""
    intents = {
        button["title"]: found["intent"]
        for _, button in dialogue.buttons()
        if (found := PAYLOAD.fullmatch(button["payload"]))
    }
    titles = load_titles()
    named = {text: intent for intent in titles for text in titles[intent].values()}
    return defaultdict(lambda: "inform", named | intents)


if __name__ == "__main__":
    print(table(shown()))
