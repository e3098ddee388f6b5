"""The dialogue's YAML and the actions' Python, read for the contract tests."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import actions
from actions.base import BotAction

DOMAIN: dict[str, Any] = yaml.safe_load(Path("domain.yml").read_text("utf-8"))
RESPONSE_FILES = sorted(Path("data").glob("*/responses.yml"))
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def names(items: list[Any]) -> list[str]:
    """Names of domain items, which are strings or one-key mappings."""
    return [item if isinstance(item, str) else next(iter(item)) for item in items]


def response_definitions() -> Iterator[tuple[Path, str, list[dict[str, Any]]]]:
    """Each response with its file and variations."""
    for path in RESPONSE_FILES:
        for name, variations in yaml.safe_load(path.read_text("utf-8"))[
            "responses"
        ].items():
            yield path, name, variations


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    return {name: variations for _, name, variations in response_definitions()}


def language(variation: dict[str, Any]) -> str:
    """`es` when the variation is for Spanish only, else `en`."""
    conditions = variation.get("condition") or []
    return str(conditions[0]["value"]) if conditions else "en"


def languages_by_channel(
    variations: list[dict[str, Any]],
) -> dict[str | None, list[str]]:
    spoken: dict[str | None, list[str]] = defaultdict(list)
    for variation in variations:
        spoken[variation.get("channel")].append(language(variation))
    return spoken


def buttons() -> Iterator[tuple[str, dict[str, str]]]:
    for name, variations in responses().items():
        for variation in variations:
            for button in variation.get("buttons") or []:
                yield name, button


def action_modules() -> Iterator[Any]:
    for module in pkgutil.iter_modules(actions.__path__, "actions."):
        yield importlib.import_module(module.name)


def action_classes() -> set[type[BotAction]]:
    """Every concrete action of the package."""
    return {
        member
        for module in action_modules()
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, BotAction) and not inspect.isabstract(member)
    }


def spoken_in_python() -> set[str]:
    """Every literal `utter_...` in the actions' source."""
    return {
        node.value
        for path in Path("actions").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"utter_\w*[a-z]", node.value)
    }


def rule_steps() -> Iterator[dict[str, Any]]:
    """Every step of every rule, alternatives included."""
    for path in sorted(Path("data").glob("*/rules.yml")):
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]:
            for step in rule["steps"]:
                yield from step.get("or", [step])
