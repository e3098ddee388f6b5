"""Signing in at the desk: password and app's code in one step, and one refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.agents.errors import SignInRefused, SignInTooOften
from bot.agents.models import Agent, AgentSession
from bot.agents.passwords import Passwords
from bot.agents.repository import AgentRepository
from bot.agents.sessions import LIFETIME, AgentSessions
from bot.clock import Clock
from bot.conversations.session_rows import hash_of
from bot.database import Sessions, reading
from bot.privacy.cipher import Cipher, Fingerprints
from bot.verification.codes import read_code
from bot.verification.contacts import email_spelling
from bot.verification.errors import CodeMalformed
from bot.verification.throttles import Throttles
from bot.verification.totp import NOBODYS_SECRET, step_of

PERIOD = 15 * 60
# Whoever tries a name from one place cannot keep its agent out of another.
TRIES_PER_NAME_THERE = 10
TRIES_PER_ADDRESS = 60
TRIES_PER_NAME = 100
NO_CODE = "------"


@dataclass(frozen=True)
class Opened:
    """A new session; its token is for the cookie, and is kept nowhere else."""

    token: str
    expires_at: datetime


class SignIn:
    """Counts each try before it looks at it; names that nobody has cost the same."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        fingerprints: Fingerprints,
        passwords: Passwords,
        throttles: Throttles,
        agent_sessions: AgentSessions,
        audit: Audit,
        *,
        new_token: Callable[[], str],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints
        self._passwords = passwords
        self._throttles = throttles
        self._agent_sessions = agent_sessions
        self._audit = audit
        self._new_token = new_token

    def sign_in(
        self,
        email: str,
        password: str,
        code: str,
        *,
        address: str,
        earlier: str | None = None,
    ) -> Opened:
        """Open a session; the `earlier` one of the same browser ends.

        Raises:
            SignInTooOften: it was not looked at.
            SignInRefused: something was wrong, or the code was used before.
        """
        spelled = email_spelling(email)
        self._count(spelled, address)
        with reading(self._sessions) as session:
            agent = AgentRepository(session).by_email(spelled)
        right = self._passwords.fits(agent.password_hash if agent else None, password)
        step = self._step(agent, code)
        opened = None
        if agent and right and step is not None:
            opened = self._open(agent, step, earlier)
        if opened is None:
            self._note_refusal(agent)
            raise SignInRefused
        return opened

    def _count(self, email: str, address: str) -> None:
        name = self._fingerprints.of("agent", email)
        place = self._fingerprints.of("address", address)
        limits = (
            (f"desk:name:{name}", TRIES_PER_NAME),
            (f"desk:address:{place}", TRIES_PER_ADDRESS),
            (f"desk:there:{self._fingerprints.of(name, place)}", TRIES_PER_NAME_THERE),
        )
        with self._sessions.begin() as session:
            for key, most in limits:
                self._admit(session, key, most)

    def _admit(self, session: Session, key: str, most: int) -> None:
        again_in = self._throttles.admit_within(
            session, key, most=most, period=PERIOD, now=self._clock.now()
        )
        if again_in:
            raise SignInTooOften(again_in)

    def _step(self, agent: Agent | None, code: str) -> int | None:
        secret = self._cipher.decrypt(agent.totp_encrypted) if agent else NOBODYS_SECRET
        try:
            typed = read_code(code)
        except CodeMalformed:
            typed = NO_CODE
        return step_of(secret, typed, at=self._clock.now())

    def _open(self, agent: Agent, step: int, earlier: str | None) -> Opened | None:
        """Use the code up and let the agent in, or neither."""
        now, token = self._clock.now(), self._new_token()
        with self._sessions.begin() as session:
            if not AgentRepository(session).use_code(agent, step):
                return None
            if earlier is not None:
                self._agent_sessions.leave(session, earlier)
            session.add(
                AgentSession(
                    token_hash=hash_of(token),
                    agent_id=agent.id,
                    csrf=self._new_token(),
                    created_at=now,
                    used_at=now,
                    expires_at=now + LIFETIME,
                )
            )
            self._audit.note(session, "sign_in", agent_id=agent.id)
        return Opened(token, now + LIFETIME)

    def _note_refusal(self, agent: Agent | None) -> None:
        with self._sessions.begin() as session:
            agent_id = agent.id if agent else None
            self._audit.note(session, "sign_in_refused", agent_id=agent_id)
