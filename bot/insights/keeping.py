"""Keeping facts: while what they are about is there, and before it goes."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Base, Sessions
from bot.insights.codes import CodeFacts
from bot.insights.days import Days
from bot.insights.handoffs import HandoffFacts
from bot.insights.messages import MessageDays
from bot.insights.models import CodeFact, ConversationFact, HandoffFact, MessageDay
from bot.insights.settling import Settling

KEPT = timedelta(days=2 * 365)
FACTS = (ConversationFact, HandoffFact, CodeFact, MessageDay)


class Keeping:
    """What the rest of the product calls, so that figures outlive their rows."""

    def __init__(
        self,
        sessions: Sessions,
        days: Days,
        clock: Clock,
        conversations: Settling,
        handoffs: HandoffFacts,
        codes: CodeFacts,
        messages: MessageDays,
    ) -> None:
        self._sessions = sessions
        self._days = days
        self._clock = clock
        self._conversations = conversations
        self._handoffs = handoffs
        self._codes = codes
        self._messages = messages

    def follow(self) -> None:
        """Note what has happened since the last time; again, it changes nothing."""
        self._conversations.settle()
        self._handoffs.follow()
        self._codes.follow()
        self._messages.follow()

    def let_conversation_go(self, session: Session, conversation_id: str) -> None:
        """Keep the facts of a conversation, in the transaction that deletes it."""
        self._conversations.let_go(session, conversation_id)
        self._handoffs.let_go(session, conversation_id)

    def let_codes_go(self, session: Session, before: datetime) -> None:
        """Keep the facts of codes, in the transaction that deletes them."""
        self._codes.let_go(session, before)

    def purge(self) -> int:
        """Note what has happened, and delete facts that are two years old."""
        self.follow()
        oldest = self._days.of(self._clock.now() - KEPT)
        with self._sessions.begin() as session:
            return sum(_forget(session, model, oldest) for model in FACTS)


def _forget(session: Session, model: type[Base], before: date) -> int:
    """Delete the facts of one table from before a day; counts them."""
    day = model.__table__.c["day"]
    gone = delete(model).where(day < before).returning(day)
    return len(session.scalars(gone).all())
