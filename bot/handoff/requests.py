"""Requests for a person: a conversation waits for the team, and how it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.conversations.errors import ConversationUnknown
from bot.conversations.models import Conversation
from bot.handoff.ground import Ground
from bot.handoff.models import HandoffRequest, Priority
from bot.handoff.request_rows import URGENCY, RequestRepository
from bot.verification.models import Proof
from bot.verification.proofs import Proofs

Proved = Literal["none", "view", "change"]

# What is more pressing than a wish to talk to somebody.
PRIORITIES: Mapping[str, Priority] = {
    "account_compromised": "urgent",
    "recover_account": "high",
    "lost_phone": "high",
    "number_already_in_use": "high",
    "multiple_accounts": "high",
    "express_frustration": "high",
}


@dataclass(frozen=True)
class HandoffAsked:
    """A place in line, new or kept; `ahead` is how many come before.

    `joins`: somebody is there, and the assistant gives way once it has said so.
    `back_at`: when the team is there again, None while it is.
    """

    new: bool
    ahead: int
    joins: bool = False
    back_at: datetime | None = None


class HandoffRequests:
    """Takes requests; who takes a conversation over is the desk's to say."""

    def __init__(self, ground: Ground, proofs: Proofs, journal: Journal) -> None:
        self._ground = ground
        self._availability = ground.availability
        self._proofs = proofs
        self._journal = journal

    def ask(
        self, conversation_id: str, reason: str, *, frustrated: bool = False
    ) -> HandoffAsked:
        """Put a conversation in line; a second time it keeps its place.

        Raises:
            ConversationUnknown: it does not exist (any more).
        """
        with self._ground.sessions.begin() as session:
            joins = self._availability.somebody_is_there(session)
            asked = self._ask(session, conversation_id, reason, frustrated, joins)
        self._ground.tell(conversation_id)
        return asked

    def bring(
        self, conversation_id: str, reason: str, *, frustrated: bool = False
    ) -> HandoffAsked | None:
        """Put it in line if somebody can join now; None, and nothing done, if not.

        Raises:
            ConversationUnknown: it does not exist (any more).
        """
        with self._ground.sessions.begin() as session:
            if not self._availability.somebody_is_there(session):
                return None
            asked = self._ask(session, conversation_id, reason, frustrated, True)
        self._ground.tell(conversation_id)
        return asked

    def when(self, language: str) -> str:
        """When the team answers, as the end of a sentence."""
        return self._ground.when(language)

    def open_for(
        self,
        session: Session,
        conversation_id: str,
        reason: str,
        frustrated: bool = False,
        *,
        by: str | None = None,
    ) -> HandoffRequest:
        """The open request of a conversation that the caller holds; else a new one.

        `by`: the agent who opens it, if it is one.
        """
        request = RequestRepository(session).open_of(conversation_id)
        return request or self._put(session, conversation_id, reason, frustrated, by)

    def _ask(
        self,
        session: Session,
        conversation_id: str,
        reason: str,
        frustrated: bool,
        joins: bool,
    ) -> HandoffAsked:
        # First of all the conversation, as whoever else changes a request does.
        owned = self._ground.ownership.hold(conversation_id, session)
        requests = RequestRepository(session)
        new = requests.open_of(conversation_id) is None
        request = self.open_for(session, conversation_id, reason, frustrated)
        joins = joins and request.state == "waiting" and owned.owner == "bot"
        self._press(requests, request, reason, frustrated, joins)
        return HandoffAsked(
            new,
            requests.ahead_of(request) if request.state == "waiting" else 0,
            joins,
            self._availability.back_at(),
        )

    def _press(
        self,
        requests: RequestRepository,
        request: HandoffRequest,
        reason: str,
        frustrated: bool,
        joins: bool,
    ) -> None:
        """Let a request be as pressing as the most pressing of its reasons."""
        values: dict[str, object] = {"joins_queue": joins}
        if frustrated:
            values["frustrated"] = True
        wanted = _priority(reason, frustrated)
        if URGENCY[wanted] < URGENCY[request.priority]:
            dues = self._availability.schedule.dues(wanted, request.requested_at)
            values |= {
                "priority": wanted,
                "reason": reason,
                "first_response_due": dues.first_response,
                "resolution_due": dues.resolution,
            }
        requests.change(request.id, **values)

    def _put(
        self,
        session: Session,
        conversation_id: str,
        reason: str,
        frustrated: bool,
        by: str | None,
    ) -> HandoffRequest:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise ConversationUnknown
        proofs = self._proofs.live(session, conversation_id)
        request = self._request(conversation, reason, frustrated, proofs)
        session.add(request)
        session.flush()
        self._journal.note(
            session,
            "handoff_requested",
            account_id=proofs[0].account_id if proofs else None,
            conversation_id=conversation_id,
            reason=reason,
        )
        self._ground.events.note(session, "handoff.requested", request, by=by)
        return request

    def _request(
        self,
        conversation: Conversation,
        reason: str,
        frustrated: bool,
        proofs: list[Proof],
    ) -> HandoffRequest:
        now, priority = self._ground.clock.now(), _priority(reason, frustrated)
        dues = self._availability.schedule.dues(priority, now)
        return HandoffRequest(
            conversation_id=conversation.id,
            reason=reason,
            language=conversation.language,
            channel=conversation.channel,
            proved=self._proved(proofs),
            frustrated=frustrated,
            priority=priority,
            requested_at=now,
            first_response_due=dues.first_response,
            resolution_due=dues.resolution,
        )

    def _proved(self, proofs: list[Proof]) -> Proved:
        strength = self._proofs.weigh(proofs)
        if strength.may_change:
            return "change"
        return "view" if strength.methods else "none"


def _priority(reason: str, frustrated: bool) -> Priority:
    return PRIORITIES.get(reason, "high" if frustrated else "normal")
