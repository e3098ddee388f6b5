"""Lines: what kind of line a number is, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import phonenumbers
from phonenumbers import PhoneNumberType

LineKind = Literal[
    "mobile",
    "landline",
    "fixed_or_mobile",
    "voip",
    "toll_free",
    "premium",
    "shared_cost",
    "personal",
    "pager",
    "uan",
    "voicemail",
    "unknown",
]

KINDS: dict[int, LineKind] = {
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
    PhoneNumberType.UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class Line:
    """The kind of a line, its carrier when known, and the source of both."""

    kind: LineKind
    carrier: str | None
    source: str


class LineTypes(Protocol):
    """Knows what kind of line a number is."""

    def look_up(self, e164: str) -> Line:
        """The line of a valid E.164 number."""
        ...


class OfflineLineTypes:
    """What the numbering plans tell; in the US that is `fixed_or_mobile` at best."""

    def look_up(self, e164: str) -> Line:
        kind = KINDS[phonenumbers.number_type(phonenumbers.parse(e164))]
        return Line(kind, None, "numbering_plan")


class KnownLineTypes:
    """Lines given beforehand; another source is asked about the rest."""

    def __init__(self, lines: Mapping[str, Line], fallback: LineTypes) -> None:
        self._lines = lines
        self._fallback = fallback

    def look_up(self, e164: str) -> Line:
        return self._lines.get(e164) or self._fallback.look_up(e164)
