"""Colleagues: the team as its members see it, and their own standing."""

from dataclasses import replace
from datetime import datetime

from bot.agents.audit import Audit, AuditView
from bot.agents.models import AgentStatus
from bot.agents.presence import Presence
from bot.agents.roster import AgentView, Roster
from bot.agents.signed_in import SignedIn
from bot.database import Sessions


class Colleagues:
    """Shows the team and its log, and lets agents come and go."""

    def __init__(
        self, sessions: Sessions, roster: Roster, presence: Presence, audit: Audit
    ) -> None:
        self._sessions = sessions
        self._roster = roster
        self._presence = presence
        self._audit = audit

    def listed(self, who: SignedIn) -> tuple[AgentView, ...]:
        """Who a conversation may be handed to; everybody for those who oversee.

        Raises:
            NotAllowed: the role may not look.
        """
        who.require("look")
        everybody = self._roster.listed()
        if who.may("oversee"):
            return everybody
        takers = (each for each in everybody if each.takes_conversations)
        return tuple(replace(each, email="") for each in takers)

    def set_status(self, who: SignedIn, status: AgentStatus) -> None:
        """Take conversations from now on, or none.

        Raises:
            NotAllowed: the role has none to take.
        """
        who.require("work")
        with self._sessions.begin() as session:
            self._presence.set_status(session, who.agent_id, status)
            self._audit.note(session, "status", agent_id=who.agent_id, status=status)

    def log(
        self,
        who: SignedIn,
        *,
        agent_id: str | None = None,
        conversation_id: str | None = None,
        before: datetime | None = None,
    ) -> tuple[AuditView, ...]:
        """The newest entries of the audit log, 100 at a time.

        Raises:
            NotAllowed: the role may not read it.
        """
        who.require("audit")
        return self._audit.entries(
            agent_id=agent_id, conversation_id=conversation_id, before=before
        )
