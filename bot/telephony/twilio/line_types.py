"""What kind of line a number is, as Twilio Lookup v2 says."""

from typing import get_args

import structlog

from bot.telephony.errors import LookupFailed
from bot.telephony.lines import Line, LineKind
from bot.telephony.twilio.lookups import Lookups

SOURCE = "twilio"
# Named differently there; everything else has our own name.
NAMES: dict[str, LineKind] = {
    "tollFree": "toll_free",
    "fixedVoip": "voip",
    "nonFixedVoip": "voip",
    "sharedCost": "shared_cost",
}
UNKNOWN = Line("unknown", None, SOURCE)
logger = structlog.get_logger(__name__)


class TwilioLineTypes:
    """Asks the carriers; what they do not tell is unknown, never anything better."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    def look_up(self, e164: str) -> Line:
        try:
            package = self._lookups.line_type(e164)
        except LookupFailed as error:
            logger.warning("line_unknown", reason=error.reason)
            return UNKNOWN
        return Line(_kind(package.get("type")), package.get("carrier_name"), SOURCE)


def _kind(name: object) -> LineKind:
    if isinstance(name, str) and name in NAMES:
        return NAMES[name]
    return next((kind for kind in get_args(LineKind) if kind == name), "unknown")
