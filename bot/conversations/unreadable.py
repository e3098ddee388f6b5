"""What a visitor sends and nobody can read as words: a picture, or nothing at all."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.lines import Heard, Line
from bot.conversations.models import Conversation, Message
from bot.conversations.repository import ConversationRepository
from bot.conversations.saying import Saying
from bot.database import Sessions

Answer = Callable[[str], Line]


class Unreadable:
    """Appends such a line together with what is said to it; the bot has no part."""

    def __init__(self, sessions: Sessions, clock: Clock, saying: Saying) -> None:
        self._sessions = sessions
        self._clock = clock
        self._saying = saying

    def take(
        self, conversation_id: str, answer: Answer, *, kind: str, provider_id: str
    ) -> Heard:
        """Append it once; `answer` makes the line for a language.

        Raises:
            ConversationUnknown: it does not exist.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            conversation = log.lock(conversation_id)
            before = log.heard(conversation_id, None, provider_id)
            if before is not None:
                return Heard(before, new=False)
            log.advance(conversation, 1, channel="sms", last_at=now)
            line = _line(conversation, kind, provider_id, now)
            log.append(line)
            # A person who is in charge says it in their own words.
            if conversation.owner != "agent":
                self._answer(session, conversation, answer, now)
        return Heard(line.seq, new=True)

    def _answer(
        self, session: Session, conversation: Conversation, answer: Answer, at: datetime
    ) -> None:
        ConversationRepository(session).advance(conversation, 1)
        line = answer(conversation.language)
        self._saying.append(session, conversation, (line,), author="system", at=at)


def _line(
    conversation: Conversation, kind: str, provider_id: str, at: datetime
) -> Message:
    return Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author="visitor",
        kind=kind,
        language=conversation.language,
        provider_id=provider_id,
        at=at,
        answered_at=at,
    )
