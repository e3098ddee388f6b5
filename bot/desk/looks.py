"""Looks: who has opened which conversation is noted, once in a while for each."""

from datetime import timedelta

from sqlalchemy import exists, select

from bot.agents.audit import Audit
from bot.agents.models import DeskAudit
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.desk.notes import require_conversation
from bot.desk.subjects import subject_of

# A page that goes on reading is one look.
ONE_LOOK = timedelta(minutes=10)
OPENED = "conversation_opened"


class Looks:
    """Notes looks before anything is shown."""

    def __init__(self, sessions: Sessions, clock: Clock, audit: Audit) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audit = audit

    def note(self, who: SignedIn, conversation_id: str) -> None:
        """Note that an agent looks into a conversation.

        Raises:
            NotAllowed, ConversationUnknown: there is nothing for them to see.
        """
        who.require("look")
        if self._is_noted(who, conversation_id):
            return
        with self._sessions.begin() as session:
            require_conversation(session, conversation_id)
            account = subject_of(session, conversation_id)
            self._audit.note(
                session,
                OPENED,
                agent_id=who.agent_id,
                conversation_id=conversation_id,
                account_id=account.id if account else None,
            )

    def _is_noted(self, who: SignedIn, conversation_id: str) -> bool:
        query = select(
            exists().where(
                DeskAudit.act == OPENED,
                DeskAudit.agent_id == who.agent_id,
                DeskAudit.conversation_id == conversation_id,
                DeskAudit.at > self._clock.now() - ONE_LOOK,
            )
        )
        with reading(self._sessions) as session:
            return bool(session.scalar(query))
