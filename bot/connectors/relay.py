"""The relay: a help desk hears what was said, and how it ended, made anew from rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.connectors.models import RemoteDelivery
from bot.connectors.outbox import Parcel
from bot.connectors.port import Closing, Connector, Ref, Said
from bot.connectors.refs import RefRows
from bot.connectors.telling import Telling
from bot.conversations.models import Conversation
from bot.database import Sessions, reading
from bot.handoff.models import HandoffRequest

CLOSED = frozenset({"handoff.resolved", "handoff.returned", "handoff.abandoned"})


class Relay:
    """A recipient of the outbox that speaks through the port."""

    listens = True
    ordered = True

    def __init__(
        self, sessions: Sessions, clock: Clock, connector: Connector, telling: Telling
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._connector = connector
        self._telling = telling

    @property
    def name(self) -> str:
        """The connector's."""
        return self._connector.name

    def parcel(
        self,
        session: Session,
        event: str,
        request: HandoffRequest,
        _more: dict[str, str],
    ) -> Parcel | None:
        """It is opened when a person is asked for, and closed in the end."""
        if event == "handoff.requested":
            query = select(Conversation.last_seq)
            until = query.where(Conversation.id == request.conversation_id)
            return "open", {"until": session.scalar(until)}
        if event in CLOSED:
            ended = {"outcome": request.outcome, "disposition": request.disposition}
            return "close", ended
        return None

    def carry(self, delivery: RemoteDelivery) -> None:
        """Tell the help desk; what is gone here is not told any more.

        Raises:
            NotTaken, Refused: it was not taken.
        """
        if delivery.kind == "open":
            self._open(delivery)
        elif (ref := self._ref(delivery)) is not None:
            tell = self._close if delivery.kind == "close" else self._add
            tell(delivery, ref)

    def _open(self, delivery: RemoteDelivery) -> None:
        with reading(self._sessions) as session:
            refs = RefRows(session, self.name)
            known = refs.of(delivery.request_id)
            contact = refs.contact_of(delivery.conversation_id)
        if known is not None:
            return
        opening = self._telling.opening(delivery, contact)
        if opening is None:
            return
        again = delivery.tries > 1
        ref = self._connector.open(opening, key=delivery.key, again=again)
        with self._sessions.begin() as session:
            RefRows(session, self.name).keep(
                ref, delivery.request_id, delivery.conversation_id, self._clock.now()
            )

    def _add(self, delivery: RemoteDelivery, ref: Ref) -> None:
        line: Said | None = self._telling.line(delivery)
        if line is not None:
            again = delivery.tries > 1
            self._connector.add(ref, line, key=delivery.key, again=again)

    def _close(self, delivery: RemoteDelivery, ref: Ref) -> None:
        closing: Closing = self._telling.closing(delivery)
        again = delivery.tries > 1
        self._connector.close(ref, closing, key=delivery.key, again=again)

    def _ref(self, delivery: RemoteDelivery) -> Ref | None:
        with reading(self._sessions) as session:
            row = RefRows(session, self.name).of(delivery.request_id)
        return Ref(row.remote_id, row.remote_contact) if row else None
