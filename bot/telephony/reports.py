"""Reports: what became of deliveries, as Twilio tells it afterwards."""

from collections.abc import Mapping

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.causes import cause, loggable
from bot.telephony.gateway import Sent
from bot.telephony.purposes import is_secret
from bot.telephony.repository import DeliveryRepository
from bot.telephony.twilio.statuses import read_callback

NOBODY_LISTENED = "no-answer"
logger = structlog.get_logger(__name__)


class DeliveryReports:
    """Notes status callbacks; they come out of order, twice, or about nothing of ours.

    A state only ever moves on: from queued to sent to delivered or undelivered.
    """

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def note(self, form: Mapping[str, str], *, delivery_id: str | None = None) -> bool:
        """Note the parameters of a signed callback; False when they change nothing.

        `delivery_id` comes from the callback's own address. It finds a delivery of
        which Twilio's first answer was lost.
        """
        status = read_callback(form)
        if status is None:
            return False
        with self._sessions.begin() as session:
            sent = status.sent
            if status.is_call and sent.state == "delivered":
                sent = _heard(session, sent, delivery_id)
            changed = DeliveryRepository(session).report(
                sent, delivery_id=delivery_id, at=self._clock.now()
            )
        if changed and cause(sent.error_code).alarm:
            logger.error("delivery_refused", error_code=loggable(sent.error_code))
        return changed


def _heard(session: Session, sent: Sent, delivery_id: str | None) -> Sent:
    """A call with a code is over; when the code was heard, that is noted already."""
    called = DeliveryRepository(session).told_of(sent, delivery_id=delivery_id)
    if called is not None and is_secret(called.purpose):
        return Sent(sent.provider_id, "undelivered", NOBODY_LISTENED)
    return sent
