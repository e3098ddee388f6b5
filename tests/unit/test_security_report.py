"""The report of the security goals says passed only where a run proved it."""

import json
from pathlib import Path

import pytest

from tests.security import report
from tests.security.goals import goals
from tests.security.report import Run

HERE, THERE = "tests/security/test_here.py", "tests/security/test_there.py"
TEST = f"{HERE}::test_it"


def run_of(*rows: dict[str, str]) -> Run:
    return Run.read(map(json.dumps, rows))


FIGURE = {"test": TEST, "goal": "S04", "figure": "5 of 50 compared"}
PASSED = {"test": TEST, "outcome": "passed"}


def test_a_goal_with_its_figure_is_passed() -> None:
    assert run_of(FIGURE, PASSED).passed("S04", {HERE})


def test_a_goal_without_a_figure_is_not() -> None:
    assert not run_of(PASSED).passed("S04", {HERE})
    assert not run_of(FIGURE, PASSED).passed("S05", set())


def test_a_goal_is_not_when_another_test_of_its_module_failed() -> None:
    failed = {"test": f"{HERE}::test_else", "outcome": "failed"}
    assert not run_of(FIGURE, PASSED, failed).passed("S04", {HERE})


def test_a_goal_is_not_when_one_of_its_modules_did_not_run() -> None:
    assert not run_of(FIGURE, PASSED).passed("S04", {HERE, THERE})


def test_what_modules_are_about_is_read_from_their_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    (tmp_path / "test_here.py").write_text('goal(\n    "S04", "5 of 50")\n')
    (tmp_path / "test_there.py").write_text('goal("S05", "20")\n')
    assert report.modules_about("S04") == {HERE}


def test_the_report_shows_figures_and_what_has_none(tmp_path: Path) -> None:
    figures, written = tmp_path / "security.jsonl", tmp_path / "REPORT.md"
    figures.write_text(json.dumps(FIGURE) + "\n")
    report.main(figures, written)
    text = written.read_text("utf-8")
    assert "| 5 of 50 compared |" in text
    assert "| no figure | **no** |" in text
    assert all(f"| {number} |" in text for number in goals())


def test_the_report_that_is_kept_has_every_goal() -> None:
    rows = report.REPORT.read_text("utf-8").splitlines()
    for number, goal in goals().items():
        start = f"| {number} | {goal['attacked']} | {goal['holds']} |"
        assert any(row.startswith(start) for row in rows), number
