"""Departures: a visitor ends a conversation, for this device or altogether."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.models import WebSession
from bot.conversations.repository import ConversationRepository
from bot.conversations.service import Conversations, Forget
from bot.conversations.session_rows import SessionRows
from bot.conversations.wording import Wording
from bot.database import Sessions


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
