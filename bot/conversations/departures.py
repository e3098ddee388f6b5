"""Departures: a visitor ends a conversation, or it has been silent for too long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.models import Conversation, WebSession
from bot.conversations.repository import ConversationRepository
from bot.conversations.service import Conversations, Forget
from bot.conversations.session_rows import SessionRows
from bot.conversations.wording import Wording
from bot.database import Sessions, reading


class Departures:
    """What was said to a person of the team stays; what the bot alone heard goes."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        conversations: Conversations,
        wording: Wording,
        on_left: Sequence[Forget] = (),
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._conversations = conversations
        self._wording = wording
        self._on_left = on_left

    def forget(self, conversation_id: str) -> bool:
        """Delete the conversation; False where it stays and is only left.

        Raises:
            ConversationUnknown: it does not exist.
        """
        with self._sessions.begin() as session:
            conversation = ConversationRepository(session).lock(conversation_id)
            self._tell(session, conversation_id)
            if conversation.owner == "bot":
                self._conversations.forget(conversation_id, session=session)
                return True
            rows = SessionRows(session, self._clock.now())
            rows.forget(WebSession.conversation_id == conversation_id)
            self._say(session, conversation_id)
        return False

    def forget_silent(self, before: datetime) -> int:
        """Delete what nobody has said a word in since a moment; counts it.

        The team's conversations too: what they are about is over by then.
        """
        with reading(self._sessions) as session:
            silent = ConversationRepository(session).silent(before)
        return sum(self._forget_silent(each, before) for each in silent)

    def _forget_silent(self, conversation_id: str, before: datetime) -> bool:
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            # Somebody may have spoken, or another purge been here, in the meantime.
            still = Conversation.last_at < before
            if log.change(conversation_id, still, turn_holder=None) is None:
                return False
            self.drop(session, conversation_id)
        return True

    def drop(self, session: Session, conversation_id: str) -> None:
        """Delete a conversation, whoever's it is, in the caller's transaction."""
        self._tell(session, conversation_id)
        self._conversations.forget(conversation_id, session=session)

    def leave(
        self, session: Session, rows: SessionRows, conversation_id: str, until: datetime
    ) -> None:
        """End every session of a locked conversation, in the caller's transaction."""
        rows.end(conversation_id, until)
        self._tell(session, conversation_id)
        conversation = ConversationRepository(session).get(conversation_id)
        if conversation.owner != "bot":
            self._say(session, conversation_id)

    def _tell(self, session: Session, conversation_id: str) -> None:
        for follow in self._on_left:
            follow(session, conversation_id)

    def _say(self, session: Session, conversation_id: str) -> None:
        now, log = self._clock.now(), ConversationRepository(session)
        conversation = log.advance_if(conversation_id, 1, last_at=now)
        if conversation is not None:
            line = self._wording.left(conversation.language)
            log.append_lines(conversation, (line,), author="system", at=now)
