"""What a help desk reads, in the service's language, in the words of our own desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.connectors.port import Said
from bot.conversations.models import Message
from bot.desk.words import Words, read_texts
from bot.documents import parse
from bot.handoff.models import HandoffRequest
from bot.handoff.summary import Summary
from bot.language import Language

STRINGS_FILE = Path(__file__).with_name("strings.yml")
# Enough of an id to tell one visitor from another.
SHORT = 6


class ConnectorWording:
    """Words for the team; the visitor reads none of them."""

    def __init__(self, language: Language, path: Path = STRINGS_FILE) -> None:
        self._texts: Mapping[str, Mapping[str, str]] = parse(
            path.read_text(encoding="utf-8")
        )
        self._desk = Words(read_texts(), language)
        self.language = language

    @property
    def team(self) -> str:
        """Who speaks, where the other system does not say."""
        return self._text("team")

    def visitor(self, conversation_id: str) -> str:
        """A name for somebody whose name is nobody's business."""
        return self._text("visitor", id=conversation_id[:SHORT])

    def title(self, request: HandoffRequest) -> str:
        """A subject of one line."""
        return self._text(
            "title", reason=self._desk.say_known("reason", request.reason)
        )

    def summary(self, request: HandoffRequest, summary: Summary) -> str:
        """Why, how pressing, what was proved and what was tried; lines of text."""
        facts = self._text(
            "facts",
            reason=self._desk.say_known("reason", request.reason),
            priority=self._desk.say_known("priority", request.priority),
            level=self._text(f"level_{summary.level}"),
            channel=self._desk.say_known("channel", request.channel),
            language=self._desk.say_known("language", request.language),
        )
        titled = (
            "\n".join((f"{title}:", *(f"- {line}" for line in lines)))
            for title, lines in summary.story
        )
        return "\n\n".join((facts.strip(), *titled))

    def story(self, lines: Sequence[Said]) -> str:
        """The transcript as text, a line each."""
        told = (f"{line.speaker}: {line.text}" for line in lines)
        return "\n".join((self._text("transcript"), *told))

    def said(self, message: Message) -> Said | None:
        """A line of the log; None where there is nothing to read."""
        options = " ".join(f"[{each['title']}]" for each in message.options)
        text = self._desk.unmask("\n".join(filter(None, (message.text, options))))
        if not text:
            return None
        return Said(
            message.seq, message.author, self._speaker(message), text, message.at
        )

    def left(self, at: datetime) -> Said:
        """The visitor has ended the chat."""
        return Said(0, "system", self._text("system"), self._text("left"), at)

    def closing(self, outcome: str) -> str:
        """How a handoff ended."""
        return self._text(outcome)

    def _speaker(self, message: Message) -> str:
        if message.author == "agent":
            return self._text("agent", name=message.data.get("name") or self.team)
        return self._text("person" if message.author == "visitor" else message.author)

    def _text(self, name: str, /, **values: object) -> str:
        return self._texts[name][self.language].format(**values)
