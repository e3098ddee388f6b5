"""Calls: what a called person who pressed a key is told."""

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.telephony.gateway import Sent
from bot.telephony.models import Delivery
from bot.telephony.repository import DeliveryRepository


@dataclass(frozen=True)
class Speech:
    """A text and the language to say it in."""

    text: str
    language: str


class Calls:
    """Gives out the text of a call while it is going on."""

    def __init__(
        self, sessions: Sessions, clock: Clock, cipher: Cipher, *, lifetime: int
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._lifetime = timedelta(seconds=lifetime)

    def answer(self, delivery_id: str, call_sid: str) -> Speech | None:
        """The text for whoever picked up, noted as delivered; None: nothing to say.

        Twilio may ask again in the same call and is given the same.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            deliveries = DeliveryRepository(session)
            sent = Sent(call_sid, "delivered")
            called = deliveries.told_of(sent, delivery_id=delivery_id)
            if called is None or not self._may_speak(called):
                return None
            noted = deliveries.report(sent, delivery_id=delivery_id, at=now)
            if not noted and called.state != "delivered":
                return None
            text = self._cipher.decrypt(called.body_encrypted or b"")
            return Speech(text, called.language)

    def _may_speak(self, called: Delivery) -> bool:
        age = self._clock.now() - called.created_at
        there = called.by == "voice" and called.body_encrypted is not None
        return there and age < self._lifetime
