"""Notes which test stated which figure about which goal, and how each test ended.

A plug-in of pytest. `reports/security.jsonl` is begun anew by the first security test
of a run and holds two kinds of lines: `{"test", "goal", "figure"}` and
`{"test", "outcome"}`, where `test` is pytest's name of the test.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parent
FIGURES = Path("reports/security.jsonl")

Goal = Callable[[str, str], None]


def goals() -> dict[str, dict[str, str]]:
    """What is `attacked` and what `holds`, by the goal's number."""
    read: dict[str, dict[str, str]] = yaml.safe_load(
        (FOLDER / "goals.yml").read_text("utf-8")
    )
    return read


@pytest.fixture
def goal(request: pytest.FixtureRequest) -> Goal:
    """State a figure: `goal("S04", "5 of 50 compared, 20 of 20 repeats")`."""
    known = goals()

    def state(number: str, figure: str) -> None:
        assert number in known, f"{number} is not in goals.yml"
        request.node.user_properties.append(("goal", (number, figure)))

    return state


class Recorder:
    """Writes figures and outcomes as the tests end, and shows the figures at last."""

    def __init__(self) -> None:
        self._begun = False
        self._stated: list[str] = []
        self._known = goals()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid
        if not name.startswith("tests/security/"):
            return
        if report.when == "call":
            for _, (number, figure) in _figures(report):
                self._stated.append(
                    f"{number} {self._known[number]['attacked']}: {figure}"
                )
                self._write({"test": name, "goal": number, "figure": figure})
        if report.when == "call" or not report.passed:
            self._write({"test": name, "outcome": report.outcome})

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        if self._stated:
            terminalreporter.section("security figures")
            terminalreporter.write_line("\n".join(sorted(self._stated)))

    def _write(self, row: dict[str, str]) -> None:
        FIGURES.parent.mkdir(exist_ok=True)
        with FIGURES.open("a" if self._begun else "w", encoding="utf-8") as file:
            print(json.dumps(row, ensure_ascii=False), file=file)
        self._begun = True


def _figures(report: pytest.TestReport) -> list[tuple[str, tuple[str, str]]]:
    return [each for each in report.user_properties if each[0] == "goal"]  # type: ignore[misc]


def pytest_configure(config: pytest.Config) -> None:
    # Workers report to the main process, which alone writes.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("security")
