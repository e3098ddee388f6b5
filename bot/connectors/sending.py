"""Sending: each system is told by hands of its own, in order, until it has taken it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

import structlog

from bot.clock import Clock
from bot.connectors.errors import NotTaken, Refused
from bot.connectors.models import RemoteDelivery
from bot.connectors.outbox import Recipient
from bot.connectors.rows import DeliveryRows
from bot.database import Sessions

# While one process tells, others leave the delivery alone for so long: longer than the
# calls of one delivery take, each nearly as long as it may.
LEASE = timedelta(seconds=120)
DAY = timedelta(days=1)
# Waits after each refusal, in seconds, for a day; after the last it is given up. The
# longest is short, for somebody may be waiting in a chat.
WAITS = tuple(min(10 * 2**tries, 900) for tries in range(101))

logger = structlog.get_logger(__name__)


class Sending:
    """Brings what the outbox holds to the systems; any number of hands at once."""

    def __init__(
        self, sessions: Sessions, clock: Clock, recipients: Sequence[Recipient]
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._recipients = {each.name: each for each in recipients}
        # Until when a system has asked to be left alone.
        self._resting: dict[str, datetime] = {}
        self._lock = Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """Who is told."""
        return tuple(self._recipients)

    def drain(self, name: str) -> int:
        """Tell a system everything that is due; counts what it took."""
        recipient, taken = self._recipients[name], 0
        while (delivery := self._claim(name)) is not None:
            taken += self._carry(recipient, delivery)
        return taken

    def drain_all(self) -> int:
        """The same for all systems, one after another."""
        return sum(self.drain(name) for name in self._recipients)

    def _claim(self, name: str) -> RemoteDelivery | None:
        now = self._clock.now()
        with self._lock:
            if self._resting.get(name, now) > now:
                return None
        with self._sessions.begin() as session:
            return DeliveryRows(session).claim(name, now=now, until=now + LEASE)

    def _carry(self, recipient: Recipient, delivery: RemoteDelivery) -> bool:
        if delivery.tries > len(WAITS) + 1:
            # Whoever made the last try did not live to say what came of it.
            self._give_up(delivery, "unsettled")
            return False
        try:
            recipient.carry(delivery)
        except Refused as error:
            # The next lines may be taken; nothing can be added to what is not open.
            ordered = delivery.ordered and delivery.kind == "open"
            self._give_up(delivery, error.fault, ordered=ordered)
            return False
        except NotTaken as error:
            self._try_again(delivery, error)
            return False
        now = self._clock.now()
        self._settle(delivery, state="sent", sent_at=now, fault=None)
        return True

    def _try_again(self, delivery: RemoteDelivery, error: NotTaken) -> None:
        if delivery.tries > len(WAITS):
            self._give_up(delivery, error.fault)
            return
        now = self._clock.now()
        wait = timedelta(seconds=WAITS[delivery.tries - 1])
        if error.retry_after is not None:
            asked = min(timedelta(seconds=error.retry_after), DAY)
            wait = max(wait, asked)
            if not error.alone:
                with self._lock:
                    self._resting[delivery.connector] = now + asked
        self._settle(delivery, due_at=now + wait, fault=error.fault)
        logger.warning("delivery_not_taken", **_named(delivery, error.fault))

    def _give_up(self, delivery: RemoteDelivery, fault: str, **values: object) -> None:
        self._settle(delivery, state="dead", fault=fault, **values)
        logger.error("delivery_given_up", **_named(delivery, fault))

    def _settle(self, delivery: RemoteDelivery, **values: object) -> None:
        with self._sessions.begin() as session:
            DeliveryRows(session).settle(delivery, **values)


def _named(delivery: RemoteDelivery, fault: str) -> dict[str, str]:
    return {"connector": delivery.connector, "delivery": delivery.key, "fault": fault}
