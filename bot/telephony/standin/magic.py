"""Magic numbers: what is done with `+150020` and five more digits.

The digits are Twilio's error code: 1xxxx and 2xxxx are answered to the request, 3xxxx
comes with a later status callback, 6xxxx is answered by Verify, or within a package
of Lookup.
Numbers of +1 500 are personal ones, valid everywhere and nobody's here. The few that
Twilio itself documents for its test credentials work as well.
"""

from collections.abc import Mapping

PREFIX = "+150020"
# Twilio's own, for test credentials.
DOCUMENTED = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
# Refused at once: the HTTP status of each code.
REFUSED: Mapping[int, int] = {
    20003: 401,
    20429: 429,
    20500: 500,
    20503: 503,
    **dict.fromkeys((21211, 21212, 21215, 21216, 21408, 21601, 21606), 400),
    **dict.fromkeys((13224, 13225, 13227), 400),
    **dict.fromkeys((21608, 21610, 21612, 21614, 21617, 21703), 400),
    **dict.fromkeys((14107, 21611), 429),
}
# Taken, and undelivered later.
UNDELIVERED = frozenset(
    {
        *range(30001, 30009),
        *(30017, 30018, 30022, 30023, 30024, 30027, 30032, 30034, 30035, 30036),
        *(30410, 30450, 30485),
    }
)
VERIFY_REFUSED: Mapping[int, int] = {
    **dict.fromkeys((60200, 60220, 60223), 400),
    **dict.fromkeys((60205, 60410, 60605), 403),
    **dict.fromkeys((60202, 60203, 60212, 20429), 429),
    20003: 401,
    20404: 404,
    20500: 500,
    20503: 503,
}
PACKAGE_FAILED = frozenset({*range(60600, 60621)})
# 00001 to 00012: what Lookup says of the line.
LINE_TYPES = (
    *("mobile", "landline", "tollFree", "fixedVoip", "nonFixedVoip", "personal"),
    *("premium", "voicemail", "sharedCost", "uan", "pager", "unknown"),
)
SWAPPED = {21: True, 22: False, 23: None}
REASSIGNED = {31: "yes", 32: "no", 33: "no_data_available"}
MACHINE = 41
# Calls that end before anybody hears a word.
CALLS = {42: "busy", 43: "no-answer", 44: "failed"}
# Answers come after half a minute.
SLOW = 99
SECONDS_OF_SLOW = 30


def magic(code: int) -> str:
    """The number that has something special."""
    return f"{PREFIX}{code:05}"


def code_of(e164: str) -> int:
    """What is special about a number; 0: nothing."""
    if e164 in DOCUMENTED:
        return DOCUMENTED[e164]
    digits = e164.removeprefix(PREFIX)
    if digits == e164 or len(digits) != len("00000") or not digits.isdecimal():
        return 0
    return int(digits)
