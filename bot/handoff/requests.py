"""Requests for a person: a conversation waits in line; meanwhile the bot goes on."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.clock import Clock
from bot.conversations.errors import ConversationUnknown
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.handoff.models import HandoffRequest
from bot.handoff.repository import RequestRepository
from bot.verification.models import Proof
from bot.verification.proofs import Proofs

Proved = Literal["none", "view", "change"]


@dataclass(frozen=True)
class HandoffAsked:
    """A place in line, new or kept; `ahead` is how many have waited longer."""

    new: bool
    ahead: int


class HandoffRequests:
    """Takes requests; who takes a conversation over is the desk's to say."""

    def __init__(
        self, sessions: Sessions, clock: Clock, proofs: Proofs, journal: Journal
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._journal = journal

    def ask(self, conversation_id: str, reason: str) -> HandoffAsked:
        """Put a conversation in line; a second time it keeps its place.

        Raises:
            ConversationUnknown: it does not exist (any more).
        """
        with self._sessions.begin() as session:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None:
                raise ConversationUnknown
            requests = RequestRepository(session)
            new = self._put(session, requests, conversation, reason)
            waiting = requests.waiting(conversation_id)
            ahead = requests.ahead_of(waiting) if waiting else 0
        return HandoffAsked(new, ahead)

    def _put(
        self,
        session: Session,
        requests: RequestRepository,
        conversation: Conversation,
        reason: str,
    ) -> bool:
        proofs = self._proofs.live(session, conversation.id)
        request = HandoffRequest(
            conversation_id=conversation.id,
            reason=reason,
            language=conversation.language,
            proved=self._proved(proofs),
            requested_at=self._clock.now(),
        )
        if not requests.put(request):
            return False
        self._journal.note(
            session,
            "handoff_requested",
            account_id=proofs[0].account_id if proofs else None,
            conversation_id=conversation.id,
            reason=reason,
        )
        return True

    def _proved(self, proofs: list[Proof]) -> Proved:
        strength = self._proofs.weigh(proofs)
        if strength.may_change:
            return "change"
        return "view" if strength.methods else "none"
