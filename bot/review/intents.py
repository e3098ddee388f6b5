"""The intents that a line can be labelled with: those of the domain."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.documents import parse

DOMAIN_FILE = Path("domain.yml")
# What keeps a talk going says nothing of what somebody came for.
ANSWERS = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel", "talk_to_human"}
)


def load_intents(path: Path = DOMAIN_FILE) -> tuple[str, ...]:
    """Every intent's name, in the order of the domain."""
    listed: Iterable[str | dict[str, Any]] = parse(path.read_text(encoding="utf-8"))[
        "intents"
    ]
    return tuple(each if isinstance(each, str) else next(iter(each)) for each in listed)
