"""S22: no pattern of the product is slow, whatever is typed.

Patterns are found where modules keep them compiled, and in the source where they are
given to `re` as they stand, so that none is left out.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import actions
import bot
from tests.security.goals import Goal

LENGTH = 1000
MOST_SECONDS = 0.05
TRIES = 3
# Repeated up to the length; each is also tried with an end that lets nothing match.
PIECES = (
    *("a", "A", "0", "1", " ", "\t", "\n", "-", ".", "@", "+", "_", "/", "(", "[", "<"),
    *("a@", "a.", "1-", "1 ", "0.", "C-", "a1", "1a", "A-1", " @", "..", "- ", "\r\n"),
    *("a b ", "ab@c.", "12-34-", "(1) ", "C-1234-ABCD ", "7K2M-", "4111 ", "no me "),
    *("é", "ñ", "１", "١", "\u200b", "\u202e", "📱", "stop ", "ya no ", "please "),
)
ENDS = ("", "!", "\x00", "@", "x")
USES = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall"}


def modules() -> Iterator[ModuleType]:
    for package in (bot, actions):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # Alembic runs these, and a program's entry runs itself.
            if not found.name.endswith((".env", "__main__")):
                yield importlib.import_module(found.name)


def compiled(value: Any) -> Iterator[re.Pattern[str]]:
    """Patterns in a module's value: by itself, or in a collection or class."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            yield from compiled(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from compiled(each)
    elif isinstance(value, type) and value.__module__.startswith(("bot", "actions")):
        for each in vars(value).values():
            if isinstance(each, re.Pattern):
                yield each


def in_source() -> Iterator[re.Pattern[str]]:
    """Patterns that are written where they are used."""
    for path in (*Path("bot").rglob("*.py"), *Path("actions").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if _is_use(node):
                assert isinstance(node, ast.Call)
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield re.compile(first.value)


def _is_use(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in USES
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
    )


def patterns() -> dict[tuple[str, int], re.Pattern[str]]:
    found = [
        each
        for module in modules()
        for value in vars(module).values()
        for each in compiled(value)
    ]
    return {
        (each.pattern, each.flags): each
        for each in (*found, *in_source())
        if isinstance(each.pattern, str)
    }


def texts() -> list[str]:
    return [
        (piece * LENGTH)[: LENGTH - len(end)] + end for piece in PIECES for end in ENDS
    ]


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """The least of some tries: a busy machine only makes it longer."""
    taken = []
    for _ in range(TRIES):
        start = time.perf_counter()
        for _match in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
        taken.append(time.perf_counter() - start)
        if taken[-1] < MOST_SECONDS / 2:
            break
    return min(taken)


@pytest.mark.long
def test_no_pattern_is_slow(goal: Goal) -> None:
    tried, hostile = patterns(), texts()
    slowest = {
        pattern.pattern: max(seconds(pattern, text) for text in hostile)
        for pattern in tried.values()
    }
    slow = {text: taken for text, taken in slowest.items() if taken >= MOST_SECONDS}

    assert len(tried) > 60
    assert slow == {}
    goal(
        "S22",
        f"{len(tried)} patterns x {len(hostile)} texts of {LENGTH} characters:"
        f" {max(slowest.values()) * 1000:.0f} ms at most",
    )


def test_a_slow_pattern_is_noticed() -> None:
    # Each further letter doubles the work; 18 of them are enough.
    assert seconds(re.compile(r"(a|a)*b"), "a" * 18) >= MOST_SECONDS / 2
