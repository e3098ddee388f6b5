"""The outbox: messages are written down with the decision, and sent after it."""

import itertools
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony import addresses
from bot.telephony.gateway import Gateway, Way
from bot.telephony.models import Delivery
from bot.telephony.repository import DeliveryRepository
from bot.telephony.segments import segments
from bot.telephony.sending import WAITS, Sending

# As long as what is said in a chat.
KEPT = timedelta(days=30)
# A code is over long before, and so are most links.
BODIES_KEPT = timedelta(hours=24)
# Stands in for the address of a decoy, so that a decoy costs the same work.
NOBODY = "+00000000000"


@dataclass(frozen=True)
class SentMessage:
    """A message as the person who got it would see it."""

    text: str
    by: str
    purpose: str
    at: datetime


@dataclass(frozen=True)
class Arrival:
    """A message and where it arrived."""

    id: str
    to: str
    message: SentMessage


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
        waits: Sequence[int] = WAITS,
        on_wake: Callable[[], None] = nothing,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints
        self._sending = Sending(sessions, clock, cipher, gateway, waits)
        self._count = itertools.count()
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
            id=self._new_id(),
            by=by,
            to_encrypted=sealed if to else None,
            to_fingerprint=fingerprint if to else None,
            to_masked=addresses.mask(address) if to else "",
            body_encrypted=self._cipher.encrypt(text),
            purpose=purpose,
            language=language,
            segments=segments(text) if by == "sms" else 1,
            state="queued" if to else "decoy",
            created_at=self._clock.now(),
        )
        session.add(delivery)
        return delivery

    def wake(self) -> None:
        """Say that something may be queued; called after the caller's commit."""
        self._on_wake()

    def drain(self) -> int:
        """Send what is queued, and count what was handed to the gateway.

        Any number of drains may run at once: each message is claimed by one.
        """
        return self._sending.drain()

    def sent_to(self, to: str) -> list[SentMessage]:
        """What arrived at a number or address, oldest first; for the demo's pages."""
        fingerprint = self._fingerprints.of(addresses.kind_of(to), to)
        with self._sessions() as session:
            rows = DeliveryRepository(session).arrived(fingerprint)
        return [self._shown(row) for row in rows]

    def arrivals(self, *, most: int) -> list[Arrival]:
        """What arrived anywhere lately, oldest first; for the demo's pages."""
        with self._sessions() as session:
            rows = DeliveryRepository(session).arrived_lately(most=most)
        return [
            Arrival(row.id, self._open(row.to_encrypted), self._shown(row))
            for row in reversed(rows)
        ]

    def forget_bodies(self, before: datetime) -> int:
        """Erase text and address of messages made before a moment; counts them."""
        with self._sessions.begin() as session:
            return DeliveryRepository(session).erase(before)

    def purge(self) -> dict[str, int]:
        """Erase texts that nobody asks for again, and delete old rows; counts both."""
        return {
            "delivery_body": self.forget_bodies(self._clock.now() - BODIES_KEPT),
            "delivery": self.forget_old(),
        }

    def forget_old(self) -> int:
        """Delete messages that have been kept long enough; counts them."""
        with self._sessions.begin() as session:
            return DeliveryRepository(session).forget(self._clock.now() - KEPT)

    def forget_addresses(self, session: Session, fingerprints: Iterable[str]) -> None:
        """Erase what was sent to these, in the caller's transaction.

        What is still queued goes out, for whoever closes an account says so last.
        """
        DeliveryRepository(session).erase_sent_to(sorted(fingerprints))

    def _new_id(self) -> str:
        """An id that sorts after those before it, also within one moment."""
        moment = int(self._clock.now().timestamp() * 1_000_000)
        place = next(self._count) % 0x10000
        return f"{moment:014x}{place:04x}{secrets.token_hex(7)}"

    def _shown(self, delivery: Delivery) -> SentMessage:
        text = self._open(delivery.body_encrypted)
        return SentMessage(text, delivery.by, delivery.purpose, delivery.created_at)

    def _open(self, sealed: bytes | None) -> str:
        # What is queued or shown has both address and text; see forget_bodies.
        return self._cipher.decrypt(sealed or b"")
