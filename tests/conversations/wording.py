"""The wording of data/*/responses.yml, to recognise what the bot said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from bot.handoff.wording import STRINGS_FILE
from tests.contract import dialogue

PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
# A value that was not filled in shows as "None" or as a brace.
VALUE = r"(?!None\b)[^{}]+"


@dataclass(frozen=True)
class Wording:
    """One response in one language."""

    name: str
    text: str
    titles: tuple[str, ...]
    sources: tuple[str, ...]

    def faults(self, line: Mapping[str, Any]) -> list[str]:
        """What differs between this response and a line of the bot."""
        told = [option["title"] for option in line["options"]]
        cited = line["data"].get("sources", [])
        faults = []
        if not _pattern(self.text).fullmatch(line["text"]):
            faults.append(f"{self.name} is worded {self.text!r}")
        # Buttons that an action makes up are not in the response.
        if self.titles and list(self.titles) != told:
            faults.append(f"{self.name} offers {list(self.titles)}, not {told}")
        if not set(self.sources) <= set(cited):
            faults.append(f"{self.name} cites {list(self.sources)}, not {cited}")
        return faults


def wording(name: str, language: str, channel: str = "web") -> Wording:
    """The response `name` in `language`, as it is worded on a channel.

    Raises:
        KeyError: there is none; the text names it.
    """
    return _wordings(channel)[name, language]


def name_of_notice(text: str, language: str) -> str | None:
    """Which line about who speaks a text is."""
    strings = yaml.safe_load(STRINGS_FILE.read_text("utf-8"))
    found = (
        name
        for name, spoken in strings.items()
        if _pattern(spoken[language]).fullmatch(text)
    )
    return next(found, None)


def names_of(text: str, language: str, channel: str = "web") -> list[str]:
    """The responses that a text can be, in a language."""
    return [
        name
        for (name, spoken), response in _wordings(channel).items()
        if spoken == language and _pattern(response.text).fullmatch(text)
    ]


@cache
def _wordings(channel: str) -> dict[tuple[str, str], Wording]:
    """Every response; a channel's own variation goes before the one for all."""
    return {
        (name, dialogue.language(variation)): _read(name, variation)
        for spoken in (None, channel)
        for name, variations in dialogue.responses().items()
        for variation in variations
        if variation.get("channel") == spoken
    }


def _read(name: str, variation: dict[str, Any]) -> Wording:
    buttons = variation.get("buttons") or []
    custom = variation.get("custom") or {}
    return Wording(
        name,
        str(variation.get("text", "")),
        tuple(button["title"] for button in buttons),
        tuple(custom.get("sources", ())),
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(PLACEHOLDER.sub(lambda _: VALUE, re.escape(text)), re.DOTALL)
