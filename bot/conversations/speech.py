"""Speech: lines of the system and of agents, appended in the caller's transaction."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Line
from bot.conversations.models import Author
from bot.conversations.repository import ConversationRepository
from bot.conversations.saying import Saying


class Speech:
    """Appends what neither the visitor nor the assistant says."""

    def __init__(self, clock: Clock, saying: Saying) -> None:
        self._clock = clock
        self._saying = saying

    def say(
        self,
        session: Session,
        conversation_id: str,
        line: Line,
        *,
        author: Author = "system",
        client_id: str | None = None,
    ) -> int:
        """Append a line; gives its number. The same `client_id` again adds no second.

        Raises:
            ConversationUnknown: it does not exist.
        """
        now, log = self._clock.now(), ConversationRepository(session)
        if client_id is not None:
            log.lock(conversation_id)
            if (before := log.heard(conversation_id, client_id, None)) is not None:
                return before
        conversation = log.advance_if(conversation_id, 1, last_at=now)
        if conversation is None:
            raise ConversationUnknown
        (seq,) = self._saying.append(
            session, conversation, (line,), author=author, at=now, client_id=client_id
        )
        return seq

    def language(self, session: Session, conversation_id: str) -> str:
        """The language that the conversation is in.

        Raises:
            ConversationUnknown: it does not exist.
        """
        return ConversationRepository(session).get(conversation_id).language
