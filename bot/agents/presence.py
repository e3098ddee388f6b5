"""Presence: whose desk is open, and who of them takes conversations."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.agents.models import Agent, AgentStatus
from bot.agents.repository import AgentRepository
from bot.clock import Clock
from bot.database import Sessions

SEEN_WITHIN = timedelta(seconds=60)
NOTED_EVERY = timedelta(seconds=15)


class Presence:
    """Notes that agents are there; without a sign for a minute they are not."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def see(self, agent: Agent) -> None:
        """Note that an agent's desk is open; what was noted lately is not written."""
        now = self._clock.now()
        noted = now - NOTED_EVERY
        if agent.seen_at is None or agent.seen_at <= noted:
            with self._sessions.begin() as session:
                AgentRepository(session).see(agent.id, now=now, unless_since=noted)

    def leave(self, session: Session, agent_id: str) -> None:
        """Note that it is not any more, in the caller's transaction."""
        session.execute(update(Agent).where(Agent.id == agent_id).values(seen_at=None))

    def set_status(self, session: Session, agent_id: str, status: AgentStatus) -> None:
        """Let an agent take conversations, or none, in the caller's transaction."""
        session.execute(update(Agent).where(Agent.id == agent_id).values(status=status))

    def count_available(self, session: Session) -> int:
        """How many could take a conversation now."""
        since = self._clock.now() - SEEN_WITHIN
        return AgentRepository(session).count_available(since=since)

    def is_there(self, agent: Agent) -> bool:
        """Whether an agent could take a conversation now."""
        since = self._clock.now() - SEEN_WITHIN
        seen = agent.seen_at is not None and agent.seen_at > since
        return seen and agent.status == "available" and agent.disabled_at is None
