"""Conversations whose lines were understood, well or badly, for tests of the review."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.agents.signed_in import SignedIn
from bot.clock import ManualClock
from bot.conversations.lines import Line, Option
from bot.conversations.understanding import Understood
from bot.database import Sessions
from bot.review.exporting import Exporter
from bot.review.listing import Filter, ReviewItem
from bot.review.models import ReviewLine
from bot.review.service import Review
from tests.unit.desk_services import Office, make_office
from tests.unit.world import CHAT

INTENTS = ("greet", "deny", "lost_phone", "code_not_received", "out_of_scope")


@dataclass
class Reading:
    """An office with a review of made-up intents and training data."""

    office: Office
    review: Review
    exporter: Exporter

    def turn(
        self,
        text: str,
        intent: str = "lost_phone",
        confidence: float = 0.95,
        *,
        offers: tuple[str, ...] = (),
        chat: str = CHAT,
        **told: Any,
    ) -> int:
        """Let the visitor type a line, and the assistant answer it; its number."""
        desk = self.office.desk
        seq = desk.say(text, chat)
        language = desk.conversations.read(chat).language
        understood = Understood(seq, language, intent, confidence, **told)
        self._reply(chat, seq, offers, understood=understood)
        return seq

    def missed(self, text: str, *, offers: tuple[str, ...] = (), **told: Any) -> int:
        """A line that the assistant asks back about."""
        likely = {"second": "lost_phone", "second_confidence": 0.4}
        return self.turn(text, "nlu_fallback", 0.6, offers=offers, **(likely | told))

    def choose(self, payload: str, chat: str = CHAT) -> int:
        """Let the visitor choose an option."""
        seq = self.office.desk.conversations.hear(chat, payload=payload).seq
        self._reply(chat, seq, ())
        return seq

    def _reply(self, chat: str, seq: int, offers: tuple[str, ...], **told: Any) -> None:
        options = tuple(Option(payload, payload) for payload in offers)
        line = Line("I see", kind="options" if options else "text", options=options)
        assert self.office.desk.conversations.reply(chat, seq, (line,), **told)
        self.office.desk.clock.move(10)

    def who(self, name: str = "Lee", role: Any = "agent") -> SignedIn:
        return self.office.who(name, role)

    def listed(self, **which: Any) -> tuple[ReviewItem, ...]:
        return self.review.listed(self.who(), Filter(**which))

    def whys(self) -> dict[int, tuple[str, str | None]]:
        """Why each line is listed, and what is suggested for it."""
        rows = self.office.world.rows(ReviewLine)
        return {row.seq: (row.why, row.suggested) for row in rows}


def make_reading(sessions: Sessions, clock: ManualClock, data: Path) -> Reading:
    """Nobody has said anything yet; `data` is the folder of the training data."""
    office = make_office(sessions, clock)
    exporter = Exporter(sessions, clock, region="US", data=data)
    audit = office.world.team.audit
    review = Review(
        *(sessions, clock, audit), load_intents=lambda: INTENTS, exporter=exporter
    )
    return Reading(office, review, exporter)
