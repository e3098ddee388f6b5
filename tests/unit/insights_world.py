"""Conversations, requests and codes over one database, and figures of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from bot.agents.models import Role
from bot.agents.signed_in import SignedIn
from bot.clock import ManualClock
from bot.conversations.lines import Line, Option
from bot.conversations.models import Conversation
from bot.conversations.service import Conversations
from bot.conversations.understanding import Understood
from bot.conversations.wording import Wording
from bot.database import Base, Sessions
from bot.insights import assembly
from bot.insights.days import Period
from bot.insights.tables import Figure
from bot.language import detect
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT

DAY = 86_400
# The day of the tests' clock in New York, where the team is.
FIRST = date(2030, 1, 1)


@dataclass
class Records:
    """What tests of figures stand on."""

    desk: DeskWorld
    figures: assembly.Figures
    conversations: Conversations

    @property
    def clock(self) -> ManualClock:
        return self.desk.clock

    def open(self, channel: Any = "web", language: str = "en") -> str:
        """A conversation that begins now."""
        chat = self.conversations.start(channel, language=language)
        with self.desk.sessions.begin() as session:
            session.get_one(Conversation, chat).language_fixed = True
        return chat

    def say(
        self,
        chat: str,
        intent: str = "find_phone_number",
        *,
        asks: bool = False,
        answered: bool = True,
        options: tuple[Option, ...] = (),
    ) -> int:
        """Let somebody type something, and the assistant take it for an intent."""
        seq = self.conversations.hear(chat, text="some words").seq
        if answered:
            kind = "options" if options else "text"
            self.conversations.reply(
                *(chat, seq, (Line("an answer", kind=kind, options=options),)),
                understood=Understood(seq, "en", intent, 0.9),
                asks=asks,
            )
        return seq

    def choose(self, chat: str, payload: str) -> None:
        """Let somebody choose what they are offered."""
        self.say(chat, options=(Option("This one", payload),))
        seq = self.conversations.hear(chat, payload=payload).seq
        self.conversations.reply(chat, seq, (Line("done"),))

    def over(self) -> None:
        """Let all that is open be over, and be noted."""
        self.clock.move(DAY + 1)
        self.figures.keeping.follow()

    def who(self, role: Role = "supervisor") -> SignedIn:
        until = self.clock.now() + timedelta(hours=12)
        return SignedIn("agent-lee", "Lee", role, "available", "csrf", "hash", until)

    def figure(self, name: str, first: date = FIRST, days: int = 10) -> Figure:
        """A figure of some days."""
        period = Period(first, first + timedelta(days=days - 1))
        return self.figures.insights.one(self.who(), name, period)

    def split(self, name: str, **options: Any) -> dict[str, tuple[Any, ...]]:
        """The rows of everybody, each language and each channel."""
        return values(self.figure(name, **options).split)

    def rows(self, model: type[Base]) -> list[Any]:
        with self.desk.sessions() as session:
            return list(session.scalars(select(model)))


def values(table: Any) -> dict[str, tuple[Any, ...]]:
    """The amounts of a table's rows, by their labels."""
    return {row.label: tuple(cell.amount for cell in row.cells) for row in table.rows}


def make_records(sessions: Sessions, clock: ManualClock, **chosen: Any) -> Records:
    """Nothing has happened yet."""
    desk = make_desk(sessions, clock, **chosen)
    desk.conversations.forget(CHAT)
    figures = assembly.build(desk.world.parts.outside)
    desk.world.backend.retention._codes_go = figures.keeping.let_codes_go
    numbers = iter(range(1_000_000))
    conversations = Conversations(
        sessions,
        clock,
        settings=desk.world.settings,
        disclosures=desk.world.backend.disclosures,
        detect=detect,
        new_id=lambda: f"talk-{next(numbers)}",
        wording=Wording(),
        forget=[figures.keeping.let_conversation_go],
        on_replied=[desk.team.queueing.join],
    )
    return Records(desk, figures, conversations)
