"""The outbox: messages are written down with the decision, and sent after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony import addresses
from bot.telephony.errors import GatewayFailed
from bot.telephony.gateway import Gateway, Outgoing, Sent, Way
from bot.telephony.models import Delivery
from bot.telephony.repository import DeliveryRepository

# How long one try may take; after it nobody knows whether the message went out,
# and a code is better sent never than twice.
LEASE = timedelta(seconds=60)
BATCH = 20
# As long as what is said in a chat.
KEPT = timedelta(days=30)
# Stands in for the address of a decoy, so that a decoy costs the same work.
NOBODY = "+00000000000"


@dataclass(frozen=True)
class SentMessage:
    """A message as the person who got it would see it."""

    text: str
    by: str
    purpose: str
    at: datetime


def nothing() -> None:
    """Wake nobody: whoever drains the outbox does so in its own time."""


class Outbox:
    """Keeps what is to be sent, and sends each message once at most."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        fingerprints: Fingerprints,
        gateway: Gateway,
        *,
        on_wake: Callable[[], None] = nothing,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints
        self._gateway = gateway
        self._on_wake = on_wake

    def post(
        self,
        session: Session,
        *,
        to: str | None,
        by: Way,
        text: str,
        purpose: str,
        language: str = "en",
    ) -> Delivery:
        """Queue a message in the caller's transaction; without `to` it is a decoy.

        A decoy makes the same statements and the same work, and is never sent.
        """
        address = to or NOBODY
        sealed = self._cipher.encrypt(address)
        fingerprint = self._fingerprints.of(addresses.kind_of(address), address)
        delivery = Delivery(
            id=uuid4().hex,
            by=by,
            to_encrypted=sealed if to else None,
            to_fingerprint=fingerprint if to else None,
            to_masked=addresses.mask(address) if to else "",
            body_encrypted=self._cipher.encrypt(text),
            purpose=purpose,
            language=language,
            state="queued" if to else "decoy",
            created_at=self._clock.now(),
        )
        session.add(delivery)
        return delivery

    def wake(self) -> None:
        """Say that something may be queued; called after the caller's commit."""
        self._on_wake()

    def drain(self) -> int:
        """Send what is queued, and count what was sent.

        Any number of drains may run at once: each message is claimed by one.
        """
        self._give_up_on_lost()
        sent = 0
        while claimed := self._claim():
            for delivery in claimed:
                self._send(delivery)
                sent += 1
        return sent

    def sent_to(self, to: str) -> list[SentMessage]:
        """What arrived at a number or address, oldest first; for the demo's pages."""
        fingerprint = self._fingerprints.of(addresses.kind_of(to), to)
        with self._sessions() as session:
            rows = DeliveryRepository(session).arrived(fingerprint)
        return [self._shown(row) for row in rows]

    def forget_bodies(self, before: datetime) -> int:
        """Erase text and address of messages made before a moment; counts them."""
        with self._sessions.begin() as session:
            return DeliveryRepository(session).erase(before)

    def forget_old(self) -> int:
        """Delete messages that have been kept long enough; counts them."""
        with self._sessions.begin() as session:
            return DeliveryRepository(session).forget(self._clock.now() - KEPT)

    def forget_addresses(self, session: Session, fingerprints: Iterable[str]) -> None:
        """Erase what was sent to these, in the caller's transaction.

        What is still queued goes out, for whoever closes an account says so last.
        """
        DeliveryRepository(session).erase_sent_to(sorted(fingerprints))

    def _give_up_on_lost(self) -> None:
        now = self._clock.now()
        with self._sessions.begin() as session:
            DeliveryRepository(session).fail_claimed(before=now - LEASE, at=now)

    def _claim(self) -> list[Delivery]:
        now = self._clock.now()
        with self._sessions.begin() as session:
            deliveries = DeliveryRepository(session)
            waiting = deliveries.waiting(limit=BATCH)
            return [row for row in waiting if deliveries.claim(row.id, at=now)]

    def _send(self, delivery: Delivery) -> None:
        try:
            outcome = self._gateway.send(self._outgoing(delivery))
        except GatewayFailed as error:
            outcome = Sent("", "failed", error.error_code)
        with self._sessions.begin() as session:
            deliveries = DeliveryRepository(session)
            deliveries.record(delivery.id, outcome, at=self._clock.now())

    def _outgoing(self, delivery: Delivery) -> Outgoing:
        return Outgoing(
            id=delivery.id,
            to=self._open(delivery.to_encrypted),
            by=delivery.by,
            text=self._open(delivery.body_encrypted),
            purpose=delivery.purpose,
            language=delivery.language,
        )

    def _shown(self, delivery: Delivery) -> SentMessage:
        text = self._open(delivery.body_encrypted)
        return SentMessage(text, delivery.by, delivery.purpose, delivery.created_at)

    def _open(self, sealed: bytes | None) -> str:
        # What is queued or shown has both address and text; see forget_bodies.
        return self._cipher.decrypt(sealed or b"")
