"""The desk: what an agent does with a conversation, each in one transaction."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from bot.conversations.hearing import read_text
from bot.conversations.lines import Line, Owned
from bot.handoff.errors import (
    DispositionUnknown,
    NotYours,
    RequestUnknown,
    TakenAlready,
)
from bot.handoff.ground import Ground
from bot.handoff.models import HandoffRequest, Outcome, Priority
from bot.handoff.request_rows import RequestRepository
from bot.handoff.requests import HandoffRequests

Disposition = Literal[
    "solved", "explained", "case_opened", "no_answer", "duplicate", "spam", "other"
]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
# An agent explains at more length than people ask.
REPLY_LENGTH = 4000
BY_HAND = "taken_by_agent"


@dataclass(frozen=True)
class Colleague:
    """Who acts: an agent's id, and the name by which people and colleagues know them.

    `oversees`: they may act in a conversation that another agent has. `elsewhere`: they
    work in another system, whose name is the id.
    """

    id: str
    name: str
    oversees: bool = False
    elsewhere: bool = False


class Desk:
    """Everything that an agent does in a conversation."""

    def __init__(
        self, ground: Ground, requests: HandoffRequests, *, region: str
    ) -> None:
        self._ground = ground
        self._requests = requests
        self._region = region

    def take(
        self, conversation_id: str, agent: Colleague, *, version: int | None = None
    ) -> Owned:
        """Speak in the conversation from now on; again, it changes nothing.

        Nobody has to have asked for a person. `version` is the owner's, as the agent
        saw it.

        Raises:
            ConversationUnknown: it does not exist.
            TakenAlready: another agent was quicker.
            OwnerChanged: it changed hands since, and is with no agent now.
        """
        with self._ground.sessions.begin() as session:
            owned = self._ground.ownership.hold(conversation_id, session)
            if owned.owner == "agent":
                return self._again(session, conversation_id, agent, owned)
            request = self._requests.open_for(
                session, conversation_id, BY_HAND, by=agent.id
            )
            owned = self._ground.ownership.take_over(
                conversation_id, name=agent.name, version=version, session=session
            )
            self._assign(session, request, agent)
        self._ground.tell(conversation_id)
        return owned

    def reply(
        self, conversation_id: str, agent: Colleague, text: str, *, client_id: str
    ) -> int:
        """Say something; gives the line's number. The same `client_id` says it once.

        Numbers and codes in it are masked, as in everything that is kept.

        Raises:
            ConversationUnknown, TextMissing, TextTooLong: nothing is said.
            NotYours: somebody else speaks.
        """
        said = read_text(text, limit=REPLY_LENGTH, region=self._region)
        line = Line(said.text, data={"name": agent.name})
        with self._ground.sessions.begin() as session:
            request = self._own(session, conversation_id, agent)
            seq = self._ground.speech.say(
                session,
                conversation_id,
                line,
                author="agent",
                client_id=f"desk:{agent.id}:{client_id}",
            )
            if request.first_reply_at is None:
                self._change(session, request, first_reply_at=self._ground.clock.now())
            self._note(session, "reply", agent, request, seq=seq)
        self._ground.tell(conversation_id)
        return seq

    def set_priority(
        self, conversation_id: str, agent: Colleague, priority: Priority
    ) -> None:
        """Let a request be more or less pressing; what is due when goes with it.

        Raises:
            ConversationUnknown: it does not exist.
            RequestUnknown: it waits for nobody.
        """
        with self._ground.sessions.begin() as session:
            request = self._request(session, conversation_id)
            schedule = self._ground.availability.schedule
            dues = schedule.dues(priority, request.requested_at)
            self._change(
                session,
                request,
                priority=priority,
                first_response_due=dues.first_response,
                resolution_due=dues.resolution,
            )
            self._note(session, "priority", agent, request, priority=priority)
        self._ground.tell(conversation_id)

    def transfer(self, conversation_id: str, agent: Colleague, to: Colleague) -> Owned:
        """Let a colleague speak instead.

        Raises:
            ConversationUnknown: it does not exist.
            NotYours: somebody else speaks.
        """
        with self._ground.sessions.begin() as session:
            request = self._own(session, conversation_id, agent)
            owned = self._ground.ownership.take_over(
                conversation_id, name=to.name, session=session
            )
            request = self._change(session, request, agent_id=to.id)
            language = self._ground.speech.language(session, conversation_id)
            line = self._ground.wording.transferred(language, agent.name, to.name)
            self._ground.speech.say(session, conversation_id, line)
            self._note(session, "transfer", agent, request, to=to.id)
            self._tell(session, "transferred", request, agent)
        self._ground.tell(conversation_id)
        return owned

    def give_back(self, conversation_id: str, agent: Colleague) -> Owned:
        """Let the assistant go on where it was.

        Raises:
            ConversationUnknown: it does not exist.
            NotYours: somebody else speaks.
        """
        return self._end(conversation_id, agent, "returned")

    def resolve(
        self, conversation_id: str, agent: Colleague, disposition: str
    ) -> Owned:
        """Close the request; the assistant answers what may come after it.

        Raises:
            ConversationUnknown: it does not exist.
            NotYours: somebody else speaks.
            DispositionUnknown: nothing ends like that.
        """
        if disposition not in DISPOSITIONS:
            raise DispositionUnknown
        return self._end(conversation_id, agent, "resolved", disposition)

    def _again(
        self, session: Session, conversation_id: str, agent: Colleague, owned: Owned
    ) -> Owned:
        request = RequestRepository(session).open_of(conversation_id)
        if request is None or request.agent_id != agent.id:
            raise TakenAlready(owned.name or "")
        return owned

    def _assign(
        self, session: Session, request: HandoffRequest, agent: Colleague
    ) -> None:
        now = self._ground.clock.now()
        taken = self._change(
            session,
            request,
            state="taken",
            agent_id=agent.id,
            taken_at=now,
            joins_queue=False,
        )
        language = self._ground.speech.language(session, taken.conversation_id)
        line = self._ground.wording.joined(language, agent.name)
        self._ground.speech.say(session, taken.conversation_id, line)
        self._note(session, "take", agent, taken)
        self._tell(session, "taken", taken, agent)

    def _end(
        self,
        conversation_id: str,
        agent: Colleague,
        outcome: Outcome,
        disposition: str | None = None,
    ) -> Owned:
        with self._ground.sessions.begin() as session:
            request = self._own(session, conversation_id, agent)
            owned = self._ground.ownership.give_back(conversation_id, session=session)
            closed = self._change(
                session,
                request,
                state="closed",
                outcome=outcome,
                disposition=disposition,
                closed_at=self._ground.clock.now(),
            )
            self._take_leave(session, closed, agent)
            act = "return" if outcome == "returned" else "resolve"
            self._note(session, act, agent, closed, disposition=disposition)
            self._tell(session, outcome, closed, agent)
        self._ground.tell(conversation_id)
        return owned

    def _take_leave(
        self, session: Session, request: HandoffRequest, agent: Colleague
    ) -> None:
        conversation_id = request.conversation_id
        language = self._ground.speech.language(session, conversation_id)
        wording = self._ground.wording
        settled = request.outcome == "resolved"
        line = (wording.resolved if settled else wording.returned)(language, agent.name)
        self._ground.speech.say(session, conversation_id, line)

    def _own(
        self, session: Session, conversation_id: str, agent: Colleague
    ) -> HandoffRequest:
        """The request of a conversation in which an agent speaks, kept from others."""
        owned = self._ground.ownership.hold(conversation_id, session)
        request = RequestRepository(session).open_of(conversation_id)
        if owned.owner != "agent" or request is None:
            raise NotYours(None)
        if request.agent_id != agent.id and not agent.oversees:
            raise NotYours(owned.name)
        return request

    def _request(self, session: Session, conversation_id: str) -> HandoffRequest:
        self._ground.ownership.hold(conversation_id, session)
        request = RequestRepository(session).open_of(conversation_id)
        if request is None:
            raise RequestUnknown
        return request

    def _change(
        self, session: Session, request: HandoffRequest, **values: object
    ) -> HandoffRequest:
        changed = RequestRepository(session).change(request.id, **values)
        if changed is None:
            raise RequestUnknown
        return changed

    def _tell(
        self, session: Session, what: str, request: HandoffRequest, agent: Colleague
    ) -> None:
        self._ground.events.note(session, f"handoff.{what}", request, by=agent.id)

    def _note(
        self,
        session: Session,
        act: str,
        agent: Colleague,
        request: HandoffRequest,
        **detail: Any,
    ) -> None:
        if agent.elsewhere:
            detail["in"] = agent.id
        self._ground.audit.note(
            session,
            act,
            agent_id=None if agent.elsewhere else agent.id,
            conversation_id=request.conversation_id,
            **detail,
        )
