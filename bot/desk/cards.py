"""Cards: conversations in a list, with what tells which one to take next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from bot.agents.models import Agent
from bot.conversations.models import Conversation, Message
from bot.desk.models import Tag
from bot.handoff.models import HandoffRequest

SNIPPET = 140


@dataclass(frozen=True)
class Ticket:
    """A request for a person, newest of its conversation; `agent` is who has it.

    A target is `late` when it has passed and is not met, breached or not yet marked.
    """

    id: str
    reason: str
    priority: str
    state: str
    proved: str
    frustrated: bool
    in_queue: bool
    agent_id: str | None
    agent: str | None
    requested_at: datetime
    taken_at: datetime | None
    first_reply_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    disposition: str | None
    first_response_due: datetime
    resolution_due: datetime
    first_response_late: bool
    resolution_late: bool


@dataclass(frozen=True)
class Card:
    """A conversation in a list; `unread` are the person's lines since an agent's."""

    conversation_id: str
    channel: str
    language: str
    owner: str
    owner_name: str | None
    owner_version: int
    started_at: datetime
    last_at: datetime
    last_author: str | None
    last_text: str
    unread: int
    tags: tuple[str, ...]
    ticket: Ticket | None


def ticket_of(request: HandoffRequest, agent: str | None, *, now: datetime) -> Ticket:
    """A request as colleagues see it."""
    answered = request.first_reply_at or request.closed_at or now
    done = request.closed_at or now
    return Ticket(
        id=request.id,
        reason=request.reason,
        priority=request.priority,
        state=request.state,
        proved=request.proved,
        frustrated=request.frustrated,
        in_queue=request.queued_at is not None and request.state == "waiting",
        agent_id=request.agent_id,
        agent=agent,
        requested_at=request.requested_at,
        taken_at=request.taken_at,
        first_reply_at=request.first_reply_at,
        closed_at=request.closed_at,
        outcome=request.outcome,
        disposition=request.disposition,
        first_response_due=request.first_response_due,
        resolution_due=request.resolution_due,
        first_response_late=answered > request.first_response_due,
        resolution_late=done > request.resolution_due,
    )


class Cards:
    """Makes cards in the caller's transaction, with a few queries for a whole list."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def of(self, conversation_ids: Sequence[str]) -> tuple[Card, ...]:
        """The cards of conversations, in the order that was asked for."""
        conversations = self._conversations(conversation_ids)
        tickets = self._tickets(conversation_ids)
        last, unread = self._last(conversation_ids), self._unread(conversation_ids)
        tags = self._tags(conversation_ids)
        return tuple(
            _card(
                conversations[each],
                last.get(each),
                unread.get(each, 0),
                tuple(tags.get(each, ())),
                tickets.get(each),
            )
            for each in conversation_ids
            if each in conversations
        )

    def _conversations(self, ids: Iterable[str]) -> dict[str, Conversation]:
        query = select(Conversation).where(Conversation.id.in_(ids))
        return {each.id: each for each in self._session.scalars(query)}

    def _tickets(self, ids: Iterable[str]) -> dict[str, Ticket]:
        rows = self._session.execute(
            select(HandoffRequest, Agent.name)
            .outerjoin(Agent, Agent.id == HandoffRequest.agent_id)
            .where(HandoffRequest.conversation_id.in_(ids))
            .order_by(HandoffRequest.requested_at, HandoffRequest.id)
        )
        # The newest of each conversation is the last that is put in.
        return {
            request.conversation_id: ticket_of(request, name, now=self._now)
            for request, name in rows
        }

    def _last(self, ids: Iterable[str]) -> dict[str, Message]:
        query = (
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.id.in_(ids), Message.seq == Conversation.last_seq)
        )
        return {each.conversation_id: each for each in self._session.scalars(query)}

    def _unread(self, ids: Iterable[str]) -> dict[str, int]:
        said = aliased(Message)
        answered = (
            select(func.coalesce(func.max(said.seq), 0))
            .where(
                said.conversation_id == Message.conversation_id, said.author == "agent"
            )
            .correlate(Message)
            .scalar_subquery()
        )
        rows = self._session.execute(
            select(Message.conversation_id, func.count())
            .where(
                Message.conversation_id.in_(ids),
                Message.author == "visitor",
                Message.seq > answered,
            )
            .group_by(Message.conversation_id)
        )
        return {row[0]: row[1] for row in rows}

    def _tags(self, ids: Iterable[str]) -> dict[str, list[str]]:
        rows = self._session.execute(
            select(Tag.conversation_id, Tag.tag)
            .where(Tag.conversation_id.in_(ids))
            .order_by(Tag.tag)
        )
        tags: dict[str, list[str]] = {}
        for conversation_id, tag in rows:
            tags.setdefault(conversation_id, []).append(tag)
        return tags


def newest_requests(*which: ColumnElement[bool]) -> Select[str]:
    """Conversations that ever asked for a person, the one changed last first."""
    return (
        select(Conversation.id)
        .where(
            Conversation.id.in_(select(HandoffRequest.conversation_id)),
            *which,
        )
        .order_by(Conversation.last_at.desc(), Conversation.id)
    )


def _card(
    conversation: Conversation,
    last: Message | None,
    unread: int,
    tags: tuple[str, ...],
    ticket: Ticket | None,
) -> Card:
    return Card(
        conversation_id=conversation.id,
        channel=conversation.channel,
        language=conversation.language,
        owner=conversation.owner,
        owner_name=conversation.owner_name,
        owner_version=conversation.owner_version,
        started_at=conversation.created_at,
        last_at=conversation.last_at,
        last_author=last.author if last else None,
        last_text=last.text[:SNIPPET] if last else "",
        unread=unread,
        tags=tags,
        ticket=ticket,
    )
