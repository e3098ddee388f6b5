"""S30: codes come from the system's own source, and no secret is in the repository."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from scipy.stats import chisquare

from bot.privacy.cipher import Keys
from bot.verification.codes import Codes
from bot.verification.randomness import SystemRandomness
from tests.security.goals import Goal

DRAWS = 100_000
LEAST_P = 0.001
# Nothing that is guessed may come from these; the learning of the model may, and the
# made-up history of the demo.
PREDICTABLE = {"random", "numpy.random"}
LEARNING, MADE_UP = Path("bot/engine"), Path("bot/insights/history.py")
# Shapes of keys that open something, and words that a value is given to.
SECRETS = (
    re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    re.compile(r"\bxox[abp]-[0-9A-Za-z-]{20,}"),
    re.compile(r"\bsk_live_[0-9A-Za-z]{16,}"),
    re.compile(r"\bSK[0-9a-f]{32}\b"),
    re.compile(r"\bAC(?!(.{1,2})\1+\b)[0-9a-f]{32}\b"),
    re.compile(r"(?i)\b(?:secret_key|auth_token|password)\s*=\s*[\"'][0-9a-f]{32,}"),
)
LOOKED_AT = ("bot", "actions", "data", "tests", "benchmarks", ".ci")
KINDS = {".py", ".yml", ".md", ".js", ".html", ".toml", ".mako", ".txt", ".sh", ""}
MADE = {"node_modules", "__pycache__"}


def sources() -> list[Path]:
    return [*Path("bot").rglob("*.py"), *Path("actions").rglob("*.py")]


def imported(path: Path) -> set[str]:
    """Modules that a file imports or reaches through a name, as they are written."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names.add(f"{node.value.id}.{node.attr}".replace("np.", "numpy."))
    return names


def draw() -> list[str]:
    codes = Codes(Keys("k" * 32).derive("codes"), SystemRandomness())
    return [codes.new() for _ in range(DRAWS)]


def least_p(drawn: list[str]) -> float:
    """The least likely of the six places, and of the codes' first three digits."""
    counters = [Counter(code[place] for code in drawn) for place in range(6)]
    places = [[counted[digit] for digit in "0123456789"] for counted in counters]
    beginnings = Counter(code[:3] for code in drawn)
    counted = [*places, [beginnings[f"{number:03}"] for number in range(1000)]]
    return min(float(chisquare(each).pvalue) for each in counted)


def test_codes_are_as_likely_as_each_other(goal: Goal) -> None:
    # Of seven tests one is below the limit in 140 runs; twice in a row in 20,000,
    # three times in millions.
    for _ in range(3):
        drawn = draw()
        if (p := least_p(drawn)) > LEAST_P:
            break
    zeros = sum(code.startswith("0") for code in drawn)

    assert p > LEAST_P
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in drawn)
    assert 0.09 < zeros / DRAWS < 0.11
    goal("S30", f"{DRAWS} codes: chi-square p = {p:.3f}, {zeros} begin with 0")


def test_uneven_codes_are_noticed() -> None:
    assert least_p([f"{number * 9:06}" for number in range(DRAWS)]) < LEAST_P


def test_nothing_that_protects_is_predictable(goal: Goal) -> None:
    faulty = {
        str(path): found
        for path in sources()
        if LEARNING not in path.parents and path != MADE_UP
        if (found := imported(path) & PREDICTABLE)
    }
    assert faulty == {}
    assert "secrets" in imported(Path("bot/verification/randomness.py"))
    goal("S30", f"0 of {len(sources())} modules that protect anything use `random`")


def test_no_secret_is_in_the_repository(goal: Goal) -> None:
    files = [
        path
        for folder in LOOKED_AT
        for path in Path(folder).rglob("*")
        if path.is_file() and path.suffix in KINDS and not MADE & set(path.parts)
    ]
    files += [path for path in Path().iterdir() if path.suffix in KINDS - {""}]
    found = [
        f"{path}: {pattern.pattern}"
        for path in files
        for text in (path.read_text("utf-8", errors="ignore"),)
        for pattern in SECRETS
        if path != Path(__file__).relative_to(Path.cwd()) and pattern.search(text)
    ]
    assert found == []
    goal("S30", f"0 secrets in {len(files)} files")


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----",
        "AKIA" + "ABCDEFGH12345678",
        "AC" + "0123456789abcdef" * 2,
        "auth_token = '" + "0123456789abcdef" * 2 + "'",
    ],
)
def test_a_secret_is_noticed(text: str) -> None:
    assert any(pattern.search(text) for pattern in SECRETS)
