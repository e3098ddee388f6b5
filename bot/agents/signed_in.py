"""An agent at the desk, as every service of it is told who asks."""

from dataclasses import dataclass
from datetime import datetime

from bot.agents import roles
from bot.agents.models import AgentStatus, Role
from bot.agents.roles import Permission


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in; `csrf` goes with every request that changes something."""

    agent_id: str
    name: str
    role: Role
    status: AgentStatus
    csrf: str
    token_hash: str
    expires_at: datetime

    def may(self, permission: Permission) -> bool:
        """Whether the role has a permission."""
        return roles.may(self.role, permission)

    def require(self, permission: Permission) -> None:
        """Let only who may pass.

        Raises:
            NotAllowed: the role does not have it.
        """
        roles.require(self.role, permission)
