"""Sending: each message once, in the order of its number, and again when it may.

Twilio gives no key that would make a second request harmless. So a message is sent
again only when it was certainly not taken: after "too many requests" (429), or after
a breakdown (5xx) when the provider, asked, has no such message. When no answer came
at all it is looked for, and never sent again.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.telephony.causes import DEAD, LOST, OPTED_OUT, cause, loggable
from bot.telephony.errors import GatewayBusy, GatewayFailed, GatewaySilent
from bot.telephony.gateway import Gateway, Outgoing, Sent
from bot.telephony.models import Delivery
from bot.telephony.repository import DeliveryRepository, SuppressionRepository
from bot.telephony.suppressions import CONFIRMATION

# How long one try may take; after it the program that made it is dead.
LEASE = timedelta(seconds=60)
# The provider's clock may be behind ours.
SKEW = timedelta(seconds=60)
BATCH = 20
WAITS = (2, 10, 30, 60)

logger = structlog.get_logger(__name__)


class Sending:
    """Carries queued deliveries to the gateway; `waits` are those between tries."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        gateway: Gateway,
        waits: Sequence[int],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._gateway = gateway
        self._waits = waits

    def drain(self) -> int:
        """Carry everything that may leave now; counts what the gateway was handed."""
        with self._sessions.begin() as session:
            DeliveryRepository(session).release(
                claimed_before=self._clock.now() - LEASE
            )
        handed = 0
        while (claimed := self._claim()) is not None:
            handed += self._carry(claimed)
        return handed

    def _claim(self) -> Delivery | None:
        now = self._clock.now()
        with self._sessions.begin() as session:
            deliveries = DeliveryRepository(session)
            for waiting in deliveries.waiting(at=now, limit=BATCH):
                claimed = deliveries.claim(waiting, at=now)
                if claimed is None:
                    continue
                if _is_unwanted(SuppressionRepository(session), claimed):
                    deliveries.finish(claimed.id, "suppressed", OPTED_OUT, at=now)
                    claimed.state = "suppressed"
                return claimed
        return None

    def _carry(self, claimed: Delivery) -> bool:
        """Bring one delivery on; whether it was handed to the gateway."""
        if claimed.state == "suppressed":
            return False
        message = self._outgoing(claimed)
        if claimed.doubt and self._is_settled(claimed, message):
            return False
        try:
            outcome = self._gateway.send(message)
        except GatewaySilent:
            self._postpone(claimed, "silent")
        except GatewayBusy as error:
            self._try_again(claimed, error)
        except GatewayFailed as error:
            self._record(claimed, Sent("", "failed", error.error_code))
        else:
            self._record(claimed, outcome)
        return True

    def _is_settled(self, claimed: Delivery, message: Outgoing) -> bool:
        """Look for a message that may have gone out; False: it is to be sent."""
        try:
            found = self._find(claimed, message)
        except GatewayFailed:
            self._look_again(claimed, claimed.doubt)
            return True
        if found is not None:
            self._record(claimed, found)
            return True
        if claimed.doubt == "broken":
            return False
        self._look_again(claimed, "looked" if claimed.doubt == "silent" else None)
        return True

    def _find(self, claimed: Delivery, message: Outgoing) -> Sent | None:
        found = self._gateway.find(message, since=claimed.created_at - SKEW)
        with self._sessions() as session:
            known = DeliveryRepository(session).known(
                [one.provider_id for one in found]
            )
        ours = (one for one in found if one.provider_id not in known)
        return next(ours, None)

    def _look_again(self, claimed: Delivery, doubt: str | None) -> None:
        """Look later; without doubt, or after the last try, the message is lost."""
        if doubt and claimed.tries <= len(self._waits):
            self._postpone(claimed, doubt)
        else:
            self._give_up(claimed, LOST, LOST)

    def _try_again(self, claimed: Delivery, error: GatewayBusy) -> None:
        if claimed.tries <= len(self._waits):
            self._postpone(claimed, "broken" if error.in_doubt else None)
        else:
            self._give_up(claimed, DEAD, error.error_code or DEAD)

    def _postpone(self, claimed: Delivery, doubt: str | None) -> None:
        wait = self._waits[min(claimed.tries, len(self._waits)) - 1]
        until = self._clock.now() + timedelta(seconds=wait)
        with self._sessions.begin() as session:
            DeliveryRepository(session).postpone(claimed, until=until, doubt=doubt)

    def _give_up(self, claimed: Delivery, state: str, error_code: str) -> None:
        logger.error(
            f"delivery_{state}", delivery=claimed.id, error_code=loggable(error_code)
        )
        with self._sessions.begin() as session:
            DeliveryRepository(session).finish(
                claimed.id, state, error_code, at=self._clock.now()
            )

    def _record(self, claimed: Delivery, outcome: Sent) -> None:
        if outcome.error_code and cause(outcome.error_code).alarm:
            code = loggable(outcome.error_code)
            logger.error("sender_refused", delivery=claimed.id, error_code=code)
        with self._sessions.begin() as session:
            DeliveryRepository(session).record(
                claimed.id, outcome, at=self._clock.now()
            )

    def _outgoing(self, claimed: Delivery) -> Outgoing:
        # What is queued has both address and text; see Outbox.forget_bodies.
        return Outgoing(
            id=claimed.id,
            to=self._cipher.decrypt(claimed.to_encrypted or b""),
            by=claimed.by,
            text=self._cipher.decrypt(claimed.body_encrypted or b""),
            purpose=claimed.purpose,
            language=claimed.language,
        )


def _is_unwanted(suppressions: SuppressionRepository, claimed: Delivery) -> bool:
    if claimed.by == "email" or claimed.purpose == CONFIRMATION:
        return False
    return suppressions.is_open(claimed.to_fingerprint or "")
