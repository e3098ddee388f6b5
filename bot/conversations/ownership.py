"""Who speaks for the service: the bot, the queue for a person, or an agent."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.errors import OwnerChanged
from bot.conversations.lines import Owned
from bot.conversations.models import Conversation, Owner
from bot.conversations.repository import ConversationRepository
from bot.database import Sessions


class Ownership:
    """Takes a conversation from the bot and gives it back, one at a time.

    With a `session` the change joins the caller's transaction.
    """

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def of(self, conversation_id: str) -> Owned:
        """Who speaks now.

        Raises:
            ConversationUnknown: it does not exist.
        """
        with self._sessions.begin() as session:
            return _owned(ConversationRepository(session).get(conversation_id))

    def take_over(
        self,
        conversation_id: str,
        *,
        owner: Owner = "agent",
        name: str | None = None,
        version: int | None = None,
        session: Session | None = None,
    ) -> Owned:
        """Let a person speak; an answer of the bot that comes later is dropped.

        Raises:
            ConversationUnknown: it does not exist.
            OwnerChanged: `version` is not the present one.
        """
        if session is None:
            with self._sessions.begin() as own:
                return self._pass(own, conversation_id, owner, name, version)
        return self._pass(session, conversation_id, owner, name, version)

    def hold(self, conversation_id: str, session: Session) -> Owned:
        """Who speaks, and will until the caller's transaction ends.

        Raises:
            ConversationUnknown: it does not exist.
        """
        return _owned(ConversationRepository(session).lock(conversation_id))

    def give_back(
        self,
        conversation_id: str,
        *,
        version: int | None = None,
        session: Session | None = None,
        answering: int | None = None,
    ) -> Owned:
        """Let the bot speak again: from the next line on, or with line `answering`.

        Raises:
            ConversationUnknown: it does not exist.
            OwnerChanged: `version` is not the present one.
        """
        if session is None:
            with self._sessions.begin() as own:
                return self._return(own, conversation_id, version, answering)
        return self._return(session, conversation_id, version, answering)

    def _return(
        self,
        session: Session,
        conversation_id: str,
        version: int | None,
        answering: int | None,
    ) -> Owned:
        owned = self._pass(session, conversation_id, "bot", None, version)
        # What was said meanwhile was said to the person who was in charge.
        ConversationRepository(session).answer_all(
            conversation_id, self._clock.now(), but=answering
        )
        return owned

    def _pass(
        self,
        session: Session,
        conversation_id: str,
        owner: Owner,
        name: str | None,
        version: int | None,
    ) -> Owned:
        log = ConversationRepository(session)
        guards = () if version is None else (Conversation.owner_version == version,)
        conversation = log.change(
            conversation_id,
            *guards,
            owner=owner,
            owner_name=name,
            owner_version=Conversation.owner_version + 1,
            outage_at=None,
        )
        if conversation is None:
            log.get(conversation_id)
            raise OwnerChanged
        return _owned(conversation)


def _owned(conversation: Conversation) -> Owned:
    return Owned(
        conversation.owner, conversation.owner_name, conversation.owner_version
    )
