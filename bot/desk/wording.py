"""What a person is told of an agent's acts, read from `strings.yml`."""

from collections.abc import Mapping
from pathlib import Path

from bot.conversations.lines import Line
from bot.documents import parse

STRINGS_FILE = Path(__file__).with_name("strings.yml")


class ActWording:
    """Lines of the system, in the conversation's language."""

    def __init__(self, path: Path = STRINGS_FILE) -> None:
        self._texts: Mapping[str, Mapping[str, str]] = parse(
            path.read_text(encoding="utf-8")
        )

    def line(self, name: str, language: str, **values: str) -> Line:
        """The line that tells of an act."""
        text = self._texts[name][language].format(**values)
        return Line(text, kind="notice", data={"event": name})
