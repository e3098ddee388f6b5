"""A small bot to try the engine with."""

from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def read_domain() -> Any:
    """The bot's domain."""
    from rasa.shared.core.domain import Domain

    return Domain.from_yaml((FOLDER / "domain.yml").read_text(encoding="utf-8"))
