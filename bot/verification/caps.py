"""Caps: how many codes may leave in all, from one place, and to one part of the world.

Whoever is paid by the text asks for codes to numbers of their own (SMS pumping): many
numbers, each within its limits, of one range or one country, from few places.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from bot.privacy.cipher import Fingerprints
from bot.settings import Settings
from bot.telephony.addresses import kind_of
from bot.telephony.errors import NumberError
from bot.telephony.numbers import Number, parse
from bot.telephony.policy import NumberPolicy
from bot.verification.destinations import Destination
from bot.verification.errors import SendLimitReached
from bot.verification.meters import Cap, Meters
from bot.verification.throttles import Throttles
from bot.verification.visitors import Visitors

HOUR = 3600
SPENDING = "spending"
# A block as it is given out to a carrier, or smaller: all but the last four digits.
BLOCK_DIGITS = 4
# Stands in for the number of a code that goes to none, so that it costs the same work.
NOBODY = Number("+12025550100", "US", "fixed_or_mobile")


class Caps:
    """Decides in the caller's transaction whether one more code may leave."""

    def __init__(
        self,
        settings: Settings,
        fingerprints: Fingerprints,
        policy: NumberPolicy,
        throttles: Throttles,
        meters: Meters,
        visitors: Visitors,
    ) -> None:
        self._settings = settings
        self._fingerprints = fingerprints
        self._policy = policy
        self._throttles = throttles
        self._meters = meters
        self._visitors = visitors

    def admit_visitor(
        self, session: Session, conversation_id: str, *, now: datetime
    ) -> None:
        """Count one code that is asked for from the conversation's place.

        Raises:
            SendLimitReached: as many were asked for from there as may be in an hour.
        """
        fingerprint = self._visitors.of(session, conversation_id)
        if fingerprint is None:
            return
        again_in = self._throttles.admit_within(
            session,
            f"visitor:{fingerprint}",
            most=self._settings.visitor_sends_per_hour,
            period=HOUR,
            now=now,
        )
        if again_in:
            raise SendLimitReached(again_in)

    def admit(self, session: Session, to: Destination, *, now: datetime) -> int:
        """Count one code that goes to a phone: 0, or the seconds until one may.

        One that goes elsewhere or nowhere counts nothing, at the same cost.
        """
        number = self.number(to)
        counts, again_in = number is not None, 0
        for cap in self._of(number or NOBODY):
            full_for = self._meters.admit(session, cap, now=now, counts=counts)
            again_in = again_in or full_for
            counts = counts and not again_in
        return again_in

    def allows(self, to: Destination) -> bool:
        """Whether codes may go to such a number at all, as things are set now.

        It may have been put on its account before, or by another system.
        """
        number = self.number(to)
        if number is None:
            return not _is_phone(to)
        try:
            self._policy.check_number(number)
        except NumberError:
            return False
        return True

    def number(self, to: Destination) -> Number | None:
        """The number that a code goes to, if it goes to a phone."""
        address = to.address if _is_phone(to) else NOBODY.e164
        try:
            number = parse(address or "", region=self._settings.region)
        except NumberError:
            return None
        return number if _is_phone(to) else None

    def _of(self, number: Number) -> Iterator[Cap]:
        settings = self._settings
        block = self._fingerprints.of("prefix", number.e164[:-BLOCK_DIGITS])
        yield Cap(f"prefix:{block}", settings.prefix_sends_per_hour, HOUR)
        country = f"country:{number.country}"
        yield Cap(country, settings.country_sends_per_hour, HOUR)
        yield Cap(
            SPENDING,
            settings.spending_limit,
            settings.spending_period,
            event="spending_breaker_tripped",
        )


def _is_phone(to: Destination) -> bool:
    return to.address is not None and kind_of(to.address) == "phone"
