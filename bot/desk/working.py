"""Work: what agents do in conversations, as far as their role lets them."""

from sqlalchemy.orm import Session

from bot.agents.errors import AgentUnknown
from bot.agents.models import Agent
from bot.agents.signed_in import SignedIn
from bot.conversations.lines import Owned
from bot.database import Sessions, reading
from bot.handoff.desk import Colleague, Desk
from bot.handoff.models import Priority


class Work:
    """Lets who may work at the desk, and nobody else."""

    def __init__(self, sessions: Sessions, desk: Desk) -> None:
        self._sessions = sessions
        self._desk = desk

    def take(
        self, who: SignedIn, conversation_id: str, *, version: int | None = None
    ) -> Owned:
        """Speak in the conversation from now on.

        Raises:
            NotAllowed, ConversationUnknown, TakenAlready, OwnerChanged: they do not.
        """
        return self._desk.take(conversation_id, _colleague(who), version=version)

    def reply(
        self, who: SignedIn, conversation_id: str, text: str, *, client_id: str
    ) -> int:
        """Say something; the same `client_id` says it once. Gives the line's number.

        Raises:
            NotAllowed, ConversationUnknown, TextMissing, TextTooLong, NotYours: not.
        """
        agent = _colleague(who)
        return self._desk.reply(conversation_id, agent, text, client_id=client_id)

    def set_priority(
        self, who: SignedIn, conversation_id: str, priority: Priority
    ) -> None:
        """Let a request be more or less pressing.

        Raises:
            NotAllowed, ConversationUnknown, RequestUnknown: it is as it was.
        """
        self._desk.set_priority(conversation_id, _colleague(who), priority)

    def transfer(self, who: SignedIn, conversation_id: str, to: str) -> Owned:
        """Let a colleague speak instead; `to` is their id.

        Raises:
            NotAllowed, ConversationUnknown, NotYours: it is as it was.
            AgentUnknown: there is no such agent who takes conversations.
        """
        agent = _colleague(who)
        with reading(self._sessions) as session:
            other = _taker(session, to)
        return self._desk.transfer(conversation_id, agent, other)

    def give_back(self, who: SignedIn, conversation_id: str) -> Owned:
        """Let the assistant go on.

        Raises:
            NotAllowed, ConversationUnknown, NotYours: it is as it was.
        """
        return self._desk.give_back(conversation_id, _colleague(who))

    def resolve(self, who: SignedIn, conversation_id: str, disposition: str) -> Owned:
        """Close the request.

        Raises:
            NotAllowed, ConversationUnknown, NotYours, DispositionUnknown: it is open.
        """
        return self._desk.resolve(conversation_id, _colleague(who), disposition)


def _colleague(who: SignedIn) -> Colleague:
    who.require("work")
    return Colleague(who.agent_id, who.name, oversees=who.may("oversee"))


def _taker(session: Session, agent_id: str) -> Colleague:
    agent = session.get(Agent, agent_id)
    if agent is None or agent.disabled_at is not None or agent.role == "auditor":
        raise AgentUnknown
    return Colleague(agent.id, agent.name)
