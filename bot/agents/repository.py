"""Queries on agents and their sessions; every change is guarded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.agents.models import Agent, AgentSession

ACTIVE = Agent.disabled_at.is_(None)


class AgentRepository:
    """Agents of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, agent: Agent) -> bool:
        """Add an agent; False when the e-mail address is taken."""
        try:
            with self._session.begin_nested():
                self._session.add(agent)
        except IntegrityError:
            return False
        return True

    def by_email(self, email: str) -> Agent | None:
        """The agent with an e-mail address in its one spelling."""
        query = select(Agent).where(Agent.email == email)
        return self._session.scalars(query).one_or_none()

    def listed(self) -> Sequence[Agent]:
        """Everybody, also who is disabled."""
        return self._session.scalars(select(Agent).order_by(Agent.name, Agent.id)).all()

    def use_code(self, agent: Agent, step: int) -> bool:
        """Use an app's code up; False when it was used, or all has changed since.

        One of a number of tries at the same moment gets True.
        """
        used = self._session.scalar(
            update(Agent)
            .where(
                Agent.id == agent.id,
                Agent.last_totp_step < step,
                Agent.password_hash == agent.password_hash,
                Agent.totp_encrypted == agent.totp_encrypted,
                ACTIVE,
            )
            .values(last_totp_step=step)
            .returning(Agent.id)
        )
        return used is not None

    def change(self, email: str, **values: object) -> Agent | None:
        """Change an agent; None when there is none with that address."""
        return self._session.scalars(
            update(Agent)
            .where(Agent.email == email)
            .values(**values)
            .returning(Agent)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def see(self, agent_id: str, *, now: datetime, unless_since: datetime) -> None:
        """Note that an agent's desk is open, unless another process just has."""
        self._session.execute(
            update(Agent)
            .where(
                Agent.id == agent_id,
                or_(Agent.seen_at.is_(None), Agent.seen_at <= unless_since),
            )
            .values(seen_at=now)
        )

    def count_available(self, *, since: datetime) -> int:
        """How many could take a conversation: those whose desk is open."""
        query = select(func.count()).where(*available(since))
        return self._session.scalar(query) or 0


class AgentSessionRepository:
    """Sessions of agents, of one database session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def live(
        self, token_hash: str, *, now: datetime, idle: timedelta
    ) -> tuple[AgentSession, Agent] | None:
        """A session that counts, with its agent."""
        found = self._session.execute(
            select(AgentSession, Agent)
            .join(Agent, Agent.id == AgentSession.agent_id)
            .where(
                AgentSession.token_hash == token_hash,
                AgentSession.expires_at > now,
                AgentSession.used_at > now - idle,
                ACTIVE,
            )
        ).one_or_none()
        return (found[0], found[1]) if found else None

    def use(self, token_hash: str, *, now: datetime) -> None:
        """Note that the agent did something."""
        self._session.execute(
            update(AgentSession)
            .where(AgentSession.token_hash == token_hash)
            .values(used_at=now)
        )

    def end(self, token_hash: str) -> str | None:
        """End a session; gives whose it was."""
        return self._session.scalar(
            delete(AgentSession)
            .where(AgentSession.token_hash == token_hash)
            .returning(AgentSession.agent_id)
        )

    def end_all(self, agent_id: str) -> int:
        """End every session of an agent; counts them."""
        gone = self._session.scalars(
            delete(AgentSession)
            .where(AgentSession.agent_id == agent_id)
            .returning(AgentSession.token_hash)
        )
        return len(gone.all())

    def has_any(self, agent_id: str) -> bool:
        """Whether an agent is signed in anywhere."""
        query = select(AgentSession.token_hash).where(AgentSession.agent_id == agent_id)
        return self._session.scalars(query.limit(1)).one_or_none() is not None

    def forget(self, *, now: datetime, idle: timedelta) -> int:
        """Delete sessions that are over; counts them."""
        gone = self._session.scalars(
            delete(AgentSession)
            .where(
                or_(AgentSession.expires_at <= now, AgentSession.used_at <= now - idle)
            )
            .returning(AgentSession.token_hash)
        )
        return len(gone.all())


def available(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """What holds of an agent who could take a conversation now."""
    return (
        Agent.status == "available",
        Agent.role != "auditor",
        Agent.seen_at > since,
        ACTIVE,
    )
