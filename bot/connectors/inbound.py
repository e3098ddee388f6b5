"""Inbound: what agents do in another system is written down, then done here."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock

import structlog
from sqlalchemy import delete, exists, select, update

from bot.clock import Clock
from bot.connectors.acting import Acting
from bot.connectors.errors import ConnectorUnknown
from bot.connectors.models import RemoteDelivery, RemoteEvent
from bot.connectors.port import Connector, Happened, Notice
from bot.connectors.refs import forget_refs
from bot.conversations.cleaning import clean
from bot.conversations.errors import TextMissing
from bot.database import Sessions, insert_new, reading
from bot.privacy.cipher import Cipher

# How long an event may come before what it is about is known here.
PATIENCE = timedelta(hours=1)
KEPT = timedelta(days=30)
# More than any system lets an agent write at once.
LONGEST = 200_000
LONGEST_NAME = 60
MOST = 200

logger = structlog.get_logger(__name__)


class Inbound:
    """Takes webhooks: once what came is stored, nothing of it is lost or done twice."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        connectors: Sequence[Connector],
        acting: Acting,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._connectors = {each.name: each for each in connectors}
        self._acting = acting
        # One after another, so that what was said first is said first.
        self._turn = Lock()

    def receive(self, name: str, notice: Notice) -> None:
        """Keep what a webhook tells.

        Raises:
            ConnectorUnknown, NotSigned, Unreadable: nothing was kept.
        """
        connector = self._connectors.get(name)
        if connector is None:
            raise ConnectorUnknown
        happened = connector.read(notice)
        with self._sessions.begin() as session:
            for each in happened:
                if values := self._values(name, each):
                    insert_new(session, RemoteEvent, **values)

    def settle(self) -> int:
        """Do what was kept and can be done; counts it."""
        with self._turn:
            return sum(map(self._settle, self._open()))

    def forget_old(self) -> int:
        """Delete events and references that have been kept long enough; counts them."""
        before = self._clock.now() - KEPT
        old = delete(RemoteEvent).where(RemoteEvent.at < before)
        with self._sessions.begin() as session:
            gone = session.scalars(old.returning(RemoteEvent.id)).all()
            return len(gone) + forget_refs(session, before)

    def _values(self, name: str, happened: Happened) -> dict[str, object]:
        """The columns of an event; none of one that says nothing."""
        text = _readable(happened.text)
        if happened.kind == "said" and not text:
            logger.warning("remote_line_empty", connector=name)
            return {}
        return {
            "connector": name,
            "event_id": happened.id,
            "kind": happened.kind,
            "remote_id": happened.ref,
            "name": _readable(happened.name)[:LONGEST_NAME],
            "text_encrypted": self._cipher.encrypt(text) if text else None,
            "at": self._clock.now(),
        }

    def _is_opening(self, event: RemoteEvent) -> bool:
        """Whether something is on its way there that it may be about."""
        query = select(
            exists().where(
                RemoteDelivery.connector == event.connector,
                RemoteDelivery.kind == "open",
                RemoteDelivery.state == "queued",
            )
        )
        with reading(self._sessions) as session:
            return bool(session.scalar(query))

    def _open(self) -> Sequence[RemoteEvent]:
        query = select(RemoteEvent).where(RemoteEvent.done_at.is_(None))
        with reading(self._sessions) as session:
            return session.scalars(query.order_by(RemoteEvent.id).limit(MOST)).all()

    def _settle(self, event: RemoteEvent) -> bool:
        sealed = event.text_encrypted
        text = self._cipher.decrypt(sealed) if sealed else ""
        now = self._clock.now()
        done = self._acting.act(event, text)
        if not done and now < event.at + PATIENCE and self._is_opening(event):
            return False
        if not done:
            # Another conversation of a shared inbox: none of ours.
            logger.info("remote_event_ignored", connector=event.connector)
        with self._sessions.begin() as session:
            session.execute(
                update(RemoteEvent)
                .where(RemoteEvent.id == event.id)
                .values(done_at=now, text_encrypted=None)
            )
        return done


def _readable(text: str) -> str:
    try:
        return clean(text[:LONGEST], limit=LONGEST)
    except TextMissing:
        return ""
