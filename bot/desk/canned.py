"""Prepared replies, read from `canned.yml`; variables are filled in here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from bot.brand import Brand
from bot.desk.errors import CannedUnreadable
from bot.documents import parse

CANNED_FILE = Path(__file__).with_name("canned.yml")
LANGUAGES = ("en", "es")
# `name` is the person's, known once they have proved whose account it is.
VARIABLES = frozenset({"name", "agent", "brand", "support_url"})


@dataclass(frozen=True)
class Canned:
    """A prepared reply in one language, ready to be sent or changed."""

    id: str
    title: str
    text: str


class CannedReplies:
    """Every prepared reply in both languages.

    Raises:
        CannedUnreadable: one lacks a language, or has a variable that nobody fills.
    """

    def __init__(self, brand: Brand, path: Path = CANNED_FILE) -> None:
        self._brand = brand
        self._replies: Mapping[str, Mapping[str, Mapping[str, str]]] = parse(
            path.read_text(encoding="utf-8")
        )
        for name, reply in self._replies.items():
            _check(name, reply)

    def filled(
        self, language: str, *, agent: str, name: str | None = None
    ) -> tuple[Canned, ...]:
        """The replies with their variables filled in.

        Those that name the person are left out while the name is not known.
        """
        values = {
            "agent": agent,
            "brand": self._brand.name,
            "support_url": self._brand.support_url,
        }
        if name:
            values["name"] = name
        return tuple(self._fill(language, values))

    def _fill(self, language: str, values: Mapping[str, str]) -> Iterator[Canned]:
        for key, reply in self._replies.items():
            text = reply["text"][language]
            if _variables(text) <= values.keys():
                title = reply["title"][language]
                yield Canned(key, title, text.format_map(values).strip())


def _check(name: str, reply: Any) -> None:
    if not isinstance(reply, Mapping) or set(reply) != {"title", "text"}:
        raise CannedUnreadable(name)
    for part, texts in reply.items():
        if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES):
            raise CannedUnreadable(f"{name}.{part}")
        for language, text in texts.items():
            if not _variables(text) <= VARIABLES:
                raise CannedUnreadable(f"{name}.{part}.{language}")
    if len({frozenset(_variables(text)) for text in reply["text"].values()}) > 1:
        raise CannedUnreadable(f"{name}.text")


def _variables(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
