"""Sessions of agents: 12 hours at most, 30 minutes without a sign of the agent."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.agents.errors import NotSignedIn
from bot.agents.models import Agent, AgentSession
from bot.agents.presence import Presence
from bot.agents.repository import AgentSessionRepository
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.session_rows import hash_of
from bot.database import Sessions, reading

LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# So much less is written, and so much sooner may an idle session end.
NOTED_EVERY = timedelta(seconds=30)


class AgentSessions:
    """Recognises agents and signs them out."""

    def __init__(
        self, sessions: Sessions, clock: Clock, presence: Presence, audit: Audit
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._presence = presence
        self._audit = audit

    def recognise(self, token: str, *, acted: bool = True) -> SignedIn:
        """The agent whose session's token came with something that they did.

        Not `acted`: their open page has asked by itself.

        Raises:
            NotSignedIn: it is unknown, or its time is over.
        """
        row, agent = self._find(hash_of(token))
        if acted and row.used_at <= self._clock.now() - NOTED_EVERY:
            self._use(row.token_hash)
        self._presence.see(agent)
        return _signed_in(row, agent)

    def watch(self, who: SignedIn) -> SignedIn:
        """The same agent again; an open desk alone is no use of the session.

        Raises:
            NotSignedIn: they have signed out, were disabled, or have gone.
        """
        row, agent = self._find(who.token_hash)
        self._presence.see(agent)
        return _signed_in(row, agent)

    def sign_out(self, who: SignedIn) -> None:
        """End the session."""
        with self._sessions.begin() as session:
            self._end(session, who.token_hash)

    def leave(self, session: Session, token: str) -> None:
        """End the session of a token, if there is one, in the caller's transaction."""
        self._end(session, hash_of(token))

    def forget_expired(self) -> int:
        """Delete sessions that are over; counts them."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            return AgentSessionRepository(session).forget(now=now, idle=IDLE)

    def _find(self, token_hash: str) -> tuple[AgentSession, Agent]:
        with reading(self._sessions) as session:
            found = AgentSessionRepository(session).live(
                token_hash, now=self._clock.now(), idle=IDLE
            )
        if found is None:
            raise NotSignedIn
        return found

    def _use(self, token_hash: str) -> None:
        with self._sessions.begin() as session:
            AgentSessionRepository(session).use(token_hash, now=self._clock.now())

    def _end(self, session: Session, token_hash: str) -> None:
        rows = AgentSessionRepository(session)
        agent_id = rows.end(token_hash)
        if agent_id is None:
            return
        if not rows.has_any(agent_id):
            self._presence.leave(session, agent_id)
        self._audit.note(session, "sign_out", agent_id=agent_id)


def _signed_in(row: AgentSession, agent: Agent) -> SignedIn:
    return SignedIn(
        agent_id=agent.id,
        name=agent.name,
        role=agent.role,
        status=agent.status,
        csrf=row.csrf,
        token_hash=row.token_hash,
        expires_at=row.expires_at,
    )
