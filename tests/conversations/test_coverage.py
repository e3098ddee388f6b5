"""The transcripts leave no hole: every intent, behaviour and response is met."""

from pathlib import Path

import pytest

from tests.contract import dialogue
from tests.conversations import coverage
from tests.conversations.coverage import Cell
from tests.conversations.transcripts import BEHAVIOURS, load

REPORT = Path("reports/coverage.txt")
FEWEST = 150


@pytest.fixture(scope="module")
def cells() -> dict[Cell, list[str]]:
    return coverage.shown()


def test_there_are_enough_transcripts() -> None:
    assert sum(len(load(behaviour)) for behaviour in BEHAVIOURS) >= FEWEST


def test_the_table_has_no_hole(cells: dict[Cell, list[str]]) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(coverage.table(cells) + "\n", encoding="utf-8")
    holes = sorted(cell for cell in coverage.required() if not cells.get(cell))
    assert not holes, f"no transcript shows {holes}; see {REPORT}"


def test_every_intent_is_asked_for() -> None:
    intents = set(dialogue.names(dialogue.DOMAIN["intents"]))
    assert {intent for intent, _ in coverage.required()} == intents


def test_every_response_is_heard_in_some_transcript() -> None:
    assert sorted(set(dialogue.responses()) - coverage.heard()) == []
