"""Lists of conversations: the queue, an agent's own, and all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.models import Conversation
from bot.database import Sessions, reading
from bot.desk.cards import Card, Cards, newest_requests
from bot.handoff.models import HandoffRequest
from bot.handoff.request_rows import RANK

PAGE = 50
ORDER = (RANK, HandoffRequest.requested_at, HandoffRequest.id)


@dataclass(frozen=True)
class Counts:
    """How much there is in each list, for a page's headings."""

    queue: int
    mine: int
    late: int


class Lists:
    """What an agent may choose from."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def queue(self, who: SignedIn) -> tuple[Card, ...]:
        """Who waits, in the order in which they are to be taken.

        Raises:
            NotAllowed: the role may not look.
        """
        return self._open(who, HandoffRequest.state == "waiting")

    def mine(self, who: SignedIn) -> tuple[Card, ...]:
        """Whom the agent has taken.

        Raises:
            NotAllowed: the role may not look.
        """
        mine = HandoffRequest.agent_id == who.agent_id
        return self._open(who, HandoffRequest.state == "taken", mine)

    def all(self, who: SignedIn, *, before: datetime | None = None) -> tuple[Card, ...]:
        """Everybody who ever asked for a person, the latest first, 50 at a time.

        Raises:
            NotAllowed: the role may not look.
        """
        who.require("look")
        which = () if before is None else (Conversation.last_at < before,)
        with reading(self._sessions) as session:
            return self._cards(session, newest_requests(*which).limit(PAGE))

    def count(self, queue: Sequence[Card], mine: Sequence[Card]) -> Counts:
        """How many wait, how many the agent has, and how many of both are late."""
        tickets = [card.ticket for card in (*queue, *mine) if card.ticket]
        late = sum(
            ticket.first_response_late or ticket.resolution_late for ticket in tickets
        )
        return Counts(len(queue), len(mine), late)

    def _open(self, who: SignedIn, *which: ColumnElement[bool]) -> tuple[Card, ...]:
        who.require("look")
        query = select(HandoffRequest.conversation_id).where(*which).order_by(*ORDER)
        with reading(self._sessions) as session:
            return self._cards(session, query)

    def _cards(self, session: Session, query: Select[str]) -> tuple[Card, ...]:
        ids: Sequence[str] = session.scalars(query).all()
        return Cards(session, self._clock.now()).of(ids)
