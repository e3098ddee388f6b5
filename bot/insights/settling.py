"""Settling: what conversations and requests were, kept for when they are gone."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.models import Conversation, Message, Understanding
from bot.database import Sessions, reading
from bot.handoff.models import HandoffRequest
from bot.insights.days import Days
from bot.insights.endings import Story
from bot.insights.models import ConversationFact
from bot.insights.rows import keep

BATCH = 100


class Settling:
    """Keeps one fact of each conversation that is over.

    It is over when nobody has said anything for `lifetime` seconds and the assistant
    speaks for the service, or when it is deleted. Settling it again changes nothing,
    unless it has gone on.
    """

    def __init__(
        self, sessions: Sessions, clock: Clock, days: Days, *, lifetime: int
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._days = days
        self._lifetime = timedelta(seconds=lifetime)

    def settle(self) -> int:
        """Settle every conversation that is over; counts them."""
        count = 0
        while over := self._over():
            with self._sessions.begin() as session:
                for conversation_id in over:
                    self._settle(session, conversation_id, *self._silent())
            count += len(over)
        return count

    def let_go(self, session: Session, conversation_id: str) -> None:
        """Settle a conversation that is about to be deleted, and forget which it was.

        In the transaction that deletes it.
        """
        self._settle(session, conversation_id)
        session.execute(
            update(ConversationFact)
            .where(ConversationFact.conversation_id == conversation_id)
            .values(conversation_id=None)
        )

    def _silent(self) -> tuple[ColumnElement[bool], ...]:
        before = self._clock.now() - self._lifetime
        return (Conversation.last_at <= before, Conversation.owner == "bot")

    def _over(self) -> Sequence[str]:
        fact = ConversationFact
        query = (
            select(Conversation.id)
            .outerjoin(fact, fact.conversation_id == Conversation.id)
            .where(
                *self._silent(),
                or_(fact.id.is_(None), fact.lines < Conversation.last_seq),
            )
            .limit(BATCH)
        )
        with reading(self._sessions) as session:
            return session.scalars(query).all()

    def _settle(
        self, session: Session, conversation_id: str, *guards: ColumnElement[bool]
    ) -> None:
        conversation = session.scalars(
            select(Conversation)
            .where(Conversation.id == conversation_id, *guards)
            # Nobody goes on with it, or deletes it, meanwhile.
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if conversation is None:
            return
        story = _read(session, conversation)
        keep(
            session,
            ConversationFact,
            ConversationFact.conversation_id,
            conversation_id,
            day=self._days.of(conversation.created_at),
            channel=conversation.channel,
            language=conversation.language,
            ending=story.ending,
            lines=conversation.last_seq,
            read_lines=len(story.understood),
            missed_lines=story.missed,
        )


def _read(session: Session, conversation: Conversation) -> Story:
    mine = Message.conversation_id == conversation.id
    understood = session.scalars(
        select(Understanding).where(Understanding.conversation_id == conversation.id)
    )
    asked = select(HandoffRequest.id).where(
        HandoffRequest.conversation_id == conversation.id
    )
    return Story(
        conversation,
        session.scalars(select(Message).where(mine).order_by(Message.seq)).all(),
        {each.seq: each for each in understood},
        handed_over=session.scalar(asked.limit(1)) is not None,
    )
