"""The roster: who belongs to the team, with which role; kept at the command line."""

import base64
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from bot.accounts.models import new_id
from bot.agents.audit import Audit
from bot.agents.errors import (
    AgentExists,
    AgentUnknown,
    EmailMalformed,
    NameMalformed,
)
from bot.agents.models import Agent, AgentStatus, Role
from bot.agents.passwords import Passwords
from bot.agents.presence import Presence
from bot.agents.repository import AgentRepository, AgentSessionRepository
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.privacy.cipher import Cipher
from bot.verification.contacts import EMAIL, email_spelling
from bot.verification.randomness import Randomness
from bot.verification.totp import SECRET_BYTES, Enrolment

LONGEST_NAME = 100


@dataclass(frozen=True)
class AgentView:
    """An agent as colleagues see them; `there`: could take a conversation now."""

    id: str
    email: str
    name: str
    role: Role
    status: AgentStatus
    there: bool
    seen_at: datetime | None
    created_at: datetime
    disabled_at: datetime | None

    @property
    def takes_conversations(self) -> bool:
        """Whether a conversation could be handed to them."""
        return self.role != "auditor" and self.disabled_at is None


class Roster:
    """Adds, disables and renews agents; who is disabled is signed out at once."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        randomness: Randomness,
        passwords: Passwords,
        presence: Presence,
        audit: Audit,
        *,
        issuer: str,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._randomness = randomness
        self._passwords = passwords
        self._presence = presence
        self._audit = audit
        self._issuer = issuer

    def add(
        self,
        email: str,
        *,
        name: str,
        role: Role,
        password: str,
        randomness: Randomness | None = None,
    ) -> Enrolment:
        """Add an agent; gives the key for their app, which is told this once.

        Raises:
            EmailMalformed, NameMalformed, PasswordWeak, AgentExists: nobody was added.
        """
        spelled, shown = _read_email(email), _read_name(name)
        hashed = self._passwords.hash(password, about=(spelled.split("@")[0], shown))
        enrolment = self._draw(spelled, randomness or self._randomness)
        agent = Agent(
            id=new_id(),
            email=spelled,
            name=shown,
            role=role,
            password_hash=hashed,
            totp_encrypted=self._cipher.encrypt(enrolment.secret),
            created_at=self._clock.now(),
        )
        with self._sessions.begin() as session:
            if not AgentRepository(session).put(agent):
                raise AgentExists
            self._note(session, "agent_added", agent.id, role=role)
        return enrolment

    def reset(self, email: str, *, password: str) -> Enrolment:
        """Give an agent a new password and a new key, and let a disabled one back in.

        Raises:
            AgentUnknown, PasswordWeak: nothing was changed.
        """
        agent = self._require(email)
        about = (agent.email.split("@")[0], agent.name)
        hashed = self._passwords.hash(password, about=about)
        enrolment = self._draw(agent.email, self._randomness)
        self._change(
            agent.email,
            "agent_reset",
            password_hash=hashed,
            totp_encrypted=self._cipher.encrypt(enrolment.secret),
            last_totp_step=0,
            disabled_at=None,
        )
        return enrolment

    def disable(self, email: str) -> None:
        """Keep an agent out, from this moment on.

        Raises:
            AgentUnknown: there is none.
        """
        now = self._clock.now()
        self._change(email_spelling(email), "agent_disabled", disabled_at=now)

    def listed(self) -> tuple[AgentView, ...]:
        """Everybody, also who is disabled."""
        with reading(self._sessions) as session:
            return tuple(map(self.view, AgentRepository(session).listed()))

    def view(self, agent: Agent) -> AgentView:
        """An agent as colleagues see them."""
        return AgentView(
            id=agent.id,
            email=agent.email,
            name=agent.name,
            role=agent.role,
            status=agent.status,
            there=self._presence.is_there(agent),
            seen_at=agent.seen_at,
            created_at=agent.created_at,
            disabled_at=agent.disabled_at,
        )

    def _draw(self, email: str, randomness: Randomness) -> Enrolment:
        secret = base64.b32encode(randomness.octets(SECRET_BYTES)).decode()
        uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=self._issuer)
        return Enrolment(secret, uri)

    def _require(self, email: str) -> Agent:
        with reading(self._sessions) as session:
            agent = AgentRepository(session).by_email(email_spelling(email))
        if agent is None:
            raise AgentUnknown
        return agent

    def _change(self, email: str, act: str, **values: object) -> None:
        """Change an agent, and end every session of theirs."""
        with self._sessions.begin() as session:
            agent = AgentRepository(session).change(email, seen_at=None, **values)
            if agent is None:
                raise AgentUnknown
            AgentSessionRepository(session).end_all(agent.id)
            self._note(session, act, agent.id)

    def _note(self, session: Session, act: str, whom: str, **detail: str) -> None:
        self._audit.note(session, act, agent_id=None, whom=whom, **detail)


def _read_email(text: str) -> str:
    email = email_spelling(text)
    if not EMAIL.fullmatch(email) or len(email) > 320:
        raise EmailMalformed
    return email


def _read_name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NameMalformed
    return name
