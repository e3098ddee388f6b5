"""What speaks against sending a code to a number, as Twilio Lookup v2 says."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import structlog

from bot.telephony.errors import LookupFailed
from bot.telephony.risks import Risk
from bot.telephony.twilio.lookups import Lookups

SimSwapMode = Literal["off", "check", "require"]
logger = structlog.get_logger(__name__)


class TwilioRisks:
    """Asks when a code is about to leave; what nobody tells is never taken for "no".

    `sim_swap` as the setting: with `require`, an unknown answer is a risk as well.
    """

    def __init__(
        self, lookups: Lookups, *, sim_swap: SimSwapMode, reassigned: bool
    ) -> None:
        self._lookups = lookups
        self._sim_swap = sim_swap
        self._reassigned = reassigned

    def of(self, e164: str, *, verified_on: date | None) -> Risk | None:
        return self._of_card(e164) or self._of_holder(e164, verified_on)

    def _of_card(self, e164: str) -> Risk | None:
        if self._sim_swap == "off":
            return None
        try:
            last = self._lookups.sim_swap(e164).get("last_sim_swap")
        except LookupFailed as error:
            logger.warning("sim_swap_unknown", reason=error.reason)
            last = None
        swapped = last.get("swapped_in_period") if isinstance(last, Mapping) else None
        if swapped is False:
            return None
        if swapped is True:
            return "sim_swap"
        return "sim_unknown" if self._sim_swap == "require" else None

    def _of_holder(self, e164: str, verified_on: date | None) -> Risk | None:
        if not self._reassigned or verified_on is None:
            return None
        try:
            found = self._lookups.reassigned_number(e164, since=verified_on)
        except LookupFailed as error:
            logger.warning("reassigned_unknown", reason=error.reason)
            return None
        return "reassigned" if found.get("is_number_reassigned") == "yes" else None
