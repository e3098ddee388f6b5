"""Write the table of the security goals: `python -m tests.security.report`.

A goal is passed when every module that states figures about it was run, stated one,
and had no test that failed.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.security.goals import FIGURES, FOLDER, goals

REPORT = FOLDER / "REPORT.md"
STATED = re.compile(r"\bgoal\(\s*\"(S\d\d)\"")
HEAD = """# Security goals

Made by `make security-report`, which runs the tests in this folder. A goal without a
figure, or with a test that failed or was not run, is not passed.

| goal | attacked | what holds | measured | passed |
|---|---|---|---|---|
"""


@dataclass
class Finding:
    """What a run found out about one goal."""

    figures: list[str] = field(default_factory=list)
    stated_in: set[str] = field(default_factory=set)


@dataclass
class Run:
    """Figures by goal, and the modules that were run or in which a test failed."""

    findings: dict[str, Finding] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Run":
        run = cls()
        for row in map(json.loads, lines):
            module = row["test"].partition("::")[0]
            if "goal" in row:
                finding = run.findings.setdefault(row["goal"], Finding())
                finding.figures.append(row["figure"])
                finding.stated_in.add(module)
            elif row["outcome"] == "failed":
                run.failed.add(module)
        return run

    def passed(self, number: str, modules: set[str]) -> bool:
        """Whether each of `modules`, all that are about the goal, proved it."""
        stated_in = self.findings.get(number, Finding()).stated_in
        return bool(modules) and modules <= stated_in and not modules & self.failed


def modules_about(number: str) -> set[str]:
    """The modules of this folder that state figures about a goal."""
    return {
        f"tests/security/{path.name}"
        for path in FOLDER.glob("test_*.py")
        if number in STATED.findall(path.read_text("utf-8"))
    }


def table(run: Run) -> str:
    """The whole report, in Markdown."""
    rows = []
    for number, goal in goals().items():
        figures = run.findings.get(number, Finding()).figures
        passed = run.passed(number, modules_about(number))
        cells = (
            *(number, goal["attacked"], goal["holds"]),
            "<br>".join(sorted(set(figures))) or "no figure",
            "yes" if passed else "**no**",
        )
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def main(figures: Path = FIGURES, report: Path = REPORT) -> None:
    lines = figures.read_text("utf-8").splitlines() if figures.exists() else []
    report.write_text(table(Run.read(lines)), "utf-8")
    print(f"wrote {report}")


if __name__ == "__main__":
    main()
