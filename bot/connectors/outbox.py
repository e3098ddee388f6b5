"""The outbox: what happens to handoffs is written down for every other system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.connectors.models import DeliveryState, RemoteDelivery
from bot.connectors.rows import DeliveryRows
from bot.conversations.models import Conversation, Message
from bot.database import Sessions
from bot.handoff.models import HandoffRequest
from bot.handoff.request_rows import RequestRepository

KEPT = timedelta(days=30)

Parcel = tuple[str, dict[str, Any]]


class Recipient(Protocol):
    """Another system, as the outbox knows it.

    `listens`: it hears what is said while a handoff lasts. `ordered`: what comes later
    in a conversation waits also for what was given up.
    """

    @property
    def name(self) -> str: ...

    @property
    def listens(self) -> bool: ...

    @property
    def ordered(self) -> bool: ...

    def parcel(
        self,
        session: Session,
        event: str,
        request: HandoffRequest,
        more: dict[str, str],
    ) -> Parcel | None:
        """Kind and body of what it is told of an event; None where it is not."""
        ...

    def carry(self, delivery: RemoteDelivery) -> None:
        """Tell it, over the network.

        Raises:
            NotTaken, Refused: it was not.
        """
        ...


@dataclass(frozen=True)
class DeliveryView:
    """A delivery as operators see it."""

    id: str
    connector: str
    name: str
    tries: int
    fault: str | None
    at: datetime


class Outbox:
    """Keeps deliveries, in the transactions of what they tell of."""

    def __init__(
        self, sessions: Sessions, clock: Clock, recipients: Sequence[Recipient]
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._recipients = tuple(recipients)

    @property
    def names(self) -> tuple[str, ...]:
        """Who is told."""
        return tuple(each.name for each in self._recipients)

    def note(
        self,
        session: Session,
        event: str,
        request: HandoffRequest,
        *,
        by: str | None = None,
        **more: str,
    ) -> None:
        """Tell of a request, but not the one who brought it about."""
        for recipient in self._recipients:
            if recipient.name != by:
                parcel = recipient.parcel(session, event, request, more)
                self._put(session, recipient, request, parcel)

    def said(
        self, session: Session, conversation: Conversation, messages: Sequence[Message]
    ) -> None:
        """Tell of lines of the service, where a handoff is open."""
        for message in messages:
            self._say(session, conversation.id, message.seq, message.client_id or "")

    def heard(self, session: Session, conversation_id: str) -> None:
        """Tell of the line that a visitor has just said."""
        if self._listeners():
            conversation = session.get_one(Conversation, conversation_id)
            self._say(session, conversation_id, conversation.last_seq)

    def left(self, session: Session, conversation_id: str) -> None:
        """Tell that the visitor will not read on."""
        self._tell(session, conversation_id, {"left": True})

    def listed(
        self, state: DeliveryState, connectors: Sequence[str] | None = None
    ) -> tuple[DeliveryView, ...]:
        """What is `queued` or `dead`, oldest first."""
        with self._sessions.begin() as session:
            rows = DeliveryRows(session).listed(state, connectors or self.names)
            return tuple(map(_view, rows))

    def revive(self, connectors: Sequence[str] | None = None) -> int:
        """Try once more what was given up; counts it."""
        with self._sessions.begin() as session:
            rows = DeliveryRows(session)
            return rows.revive(connectors or self.names, now=self._clock.now())

    def forget_old(self) -> int:
        """Delete what happened long ago, told or given up; counts it."""
        with self._sessions.begin() as session:
            before = self._clock.now() - KEPT
            return DeliveryRows(session).forget(before=before)

    def _listeners(self) -> list[Recipient]:
        return [each for each in self._recipients if each.listens]

    def _say(
        self, session: Session, conversation_id: str, seq: int, client_id: str = ""
    ) -> None:
        self._tell(session, conversation_id, {"seq": seq}, client_id)

    def _tell(
        self,
        session: Session,
        conversation_id: str,
        body: dict[str, Any],
        client_id: str = "",
    ) -> None:
        listeners = self._listeners()
        if not listeners:
            return
        request = RequestRepository(session).open_of(conversation_id)
        if request is None:
            return
        for recipient in listeners:
            # What an agent says over there comes in under the system's name.
            if not client_id.startswith(f"desk:{recipient.name}:"):
                self._put(session, recipient, request, ("line", body))

    def _put(
        self,
        session: Session,
        recipient: Recipient,
        request: HandoffRequest,
        parcel: Parcel | None,
    ) -> None:
        if parcel is None:
            return
        kind, body = parcel
        now = self._clock.now()
        session.add(
            RemoteDelivery(
                connector=recipient.name,
                conversation_id=request.conversation_id,
                request_id=request.id,
                kind=kind,
                body=body,
                ordered=recipient.ordered,
                at=now,
                due_at=now,
            )
        )
        # Numbered now: what follows in this transaction comes after it.
        session.flush()


def _view(row: RemoteDelivery) -> DeliveryView:
    return DeliveryView(row.key, row.connector, row.kind, row.tries, row.fault, row.at)
