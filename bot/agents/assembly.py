"""How the services on agents are put together."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.agents.audit import Audit
from bot.agents.passwords import Passwords
from bot.agents.presence import Presence
from bot.agents.roster import Roster
from bot.agents.sessions import AgentSessions
from bot.agents.sign_in import SignIn
from bot.verification.outside import Outside
from bot.verification.throttles import Throttles


@dataclass(frozen=True)
class Team:
    """The services on agents."""

    roster: Roster
    presence: Presence
    audit: Audit
    sign_in: SignIn
    sessions: AgentSessions


def build(
    outside: Outside,
    *,
    new_token: Callable[[], str],
    passwords: Passwords | None = None,
) -> Team:
    """Put the services together; weaker `passwords` make tests fast."""
    sessions, clock = outside.sessions, outside.clock
    kept = passwords or Passwords()
    presence = Presence(sessions, clock)
    audit = Audit(sessions, clock, lifetime=outside.settings.audit_retention)
    agent_sessions = AgentSessions(sessions, clock, presence, audit)
    return Team(
        roster=Roster(
            *(sessions, clock, outside.cipher, outside.randomness),
            *(kept, presence, audit),
            issuer=f"{outside.brand.name} desk",
        ),
        presence=presence,
        audit=audit,
        sign_in=SignIn(
            *(sessions, clock, outside.cipher, outside.fingerprints),
            *(kept, Throttles(outside.settings), agent_sessions, audit),
            new_token=new_token,
        ),
        sessions=agent_sessions,
    )
