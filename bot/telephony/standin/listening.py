"""Listening: what TwiML says, and where it asks for a key."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# TwiML for "hear nothing for a second".
SILENCE = "..."


@dataclass
class Heard:
    """What is said in all, what until the first key is asked for, and by whom."""

    everything: list[str] = field(default_factory=list)
    before_key: list[str] = field(default_factory=list)
    action: str | None = None


def listen(twiml: str) -> Heard:
    """Follow the verbs Say, Pause and Gather."""
    reader = _Reader()
    reader.feed(twiml)
    reader.close()
    return reader.heard


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard = Heard()
        self._saying = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._saying = tag == "say"
        if tag == "pause":
            self._hear(SILENCE)
        if tag == "gather" and self.heard.action is None:
            self.heard.action = dict(attrs).get("action")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._saying = False
        if tag == "gather" and not self.heard.before_key:
            self.heard.before_key = list(self.heard.everything)

    def handle_data(self, data: str) -> None:
        if self._saying:
            self._hear(data)

    def _hear(self, words: str) -> None:
        self.heard.everything.append(words)
