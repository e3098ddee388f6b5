"""The words of the desk: of its pages, and of what agents read elsewhere."""

import re
from collections.abc import Mapping
from pathlib import Path

from bot.documents import parse
from bot.language import Language

FOLDER = Path(__file__).parents[1] / "pages" / "desk"
MASKED = re.compile(r"\[([a-z_]+)\]")

Texts = Mapping[str, Mapping[str, str]]


def read_texts(folder: Path = FOLDER) -> Texts:
    """Every text by its name and language."""
    texts: Texts = parse((folder / "strings.yml").read_text(encoding="utf-8"))
    return texts


class Words:
    """The texts of one language."""

    def __init__(self, texts: Texts, language: Language) -> None:
        self._texts = texts
        self.language = language

    def say(self, name: str, /, **values: object) -> str:
        """A text with its values."""
        return self._texts[name][self.language].format(**values)

    def say_known(self, group: str, value: str) -> str:
        """What a value of a row is called; one without a text tells its own name."""
        name = f"{group}_{value}"
        if name in self._texts:
            return self.say(name)
        return value.replace("_", " ")

    def told(self, what: str) -> str:
        """What was done, by its name in an address; empty where it has no text."""
        return self.say(f"told_{what}") if f"told_{what}" in self._texts else ""

    def refused(self, name: str, /, **values: object) -> str:
        """Why something was not done, by the name of its problem."""
        text = f"refused_{name.replace('-', '_')}"
        return self.say(text if text in self._texts else "refused_other", **values)

    def unmask(self, text: str) -> str:
        """A masked text for people: `[code]` in words, and any other bracket as is."""

        def read(place: re.Match[str]) -> str:
            name = f"masked_{place[1]}"
            return self.say(name) if name in self._texts else place[0]

        return MASKED.sub(read, text)
