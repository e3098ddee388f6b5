"""The options that a conversation offers now, in the order they were shown."""

from bot.conversations.hearing import offered
from bot.conversations.lines import Option
from bot.conversations.repository import ConversationRepository
from bot.database import Sessions, reading


class Offers:
    """Reads what can be chosen."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of(self, conversation_id: str) -> tuple[Option, ...]:
        """The options of the latest answer that offers any, until one is chosen.

        None while a person is in charge: what is said is said to them.
        """
        with reading(self._sessions) as session:
            log = ConversationRepository(session)
            if log.get(conversation_id).owner != "bot":
                return ()
            newest_first = log.offering(conversation_id)
        return tuple(Option(**option) for option in offered(newest_first))
