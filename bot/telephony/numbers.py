"""Phone numbers: reading what people type, and showing no more than four digits."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    ValidationResult,
    shortnumberinfo,
)

from bot.privacy.folding import fold
from bot.telephony.errors import (
    EmergencyNumber,
    ExtensionGiven,
    NumberError,
    NumberImpossible,
    NumberInvalid,
    NumberUnreadable,
    SeveralNumbers,
    ShortCode,
    VanityNumber,
)
from bot.telephony.lines import KINDS, LineKind

MOST_CHARACTERS = 250
MOST_TRIES = 100
SHORT = range(3, 7)
# Emergency numbers of the regions whose people write to us, wherever they are now.
EMERGENCY = frozenset({"911", "112", "999"})
VANITY = re.compile(r"\d{3}[-.)]?(?=[\dA-Za-z-]*[A-Za-z]{3})(?:[\dA-Za-z]-?){7,11}\b")
DIGITS = re.compile(r"\+?\(?\d(?:[ \t().\-/_]{0,3}\d)*")
REASONS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "no_area_code",
    ValidationResult.INVALID_COUNTRY_CODE: "country_code",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.INVALID_LENGTH: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}
PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: "country_code",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}


@dataclass(frozen=True)
class Number:
    """A valid number: E.164, libphonenumber's region of it, and its kind."""

    e164: str
    country: str
    kind: LineKind


def parse(text: str, *, region: str) -> Number:
    """Read the one number in a text; `region` is the country of numbers without `+`.

    Letters are never read as digits. Words around the number do no harm.

    Raises:
        NumberError: which one says why it cannot be used.
    """
    if len(text) > MOST_CHARACTERS:
        raise NumberUnreadable
    text = fold(text)
    matches = PhoneNumberMatcher(text, region, Leniency.POSSIBLE, MOST_TRIES)
    found = {_e164(match.number): match.number for match in matches}
    if not found:
        raise _reason_for_none(text, region)
    if len(found) > 1:
        raise SeveralNumbers
    number = found.popitem()[1]
    _require_usable(number)
    kind = KINDS[phonenumbers.number_type(number)]
    country = phonenumbers.region_code_for_number(number) or ""
    return Number(_e164(number), country, kind)


def mask(e164: str) -> str:
    """The last four digits, for showing: `•••-•••-0143`."""
    return f"•••-•••-{e164[-4:]}"


def _require_usable(number: PhoneNumber) -> None:
    if number.extension:
        raise ExtensionGiven
    result = phonenumbers.is_possible_number_with_reason(number)
    if result in REASONS:
        raise NumberImpossible(REASONS[result])
    if not phonenumbers.is_valid_number(number):
        raise NumberInvalid


def _reason_for_none(text: str, region: str) -> NumberError:
    if VANITY.search(text) or phonenumbers.is_alpha_number(text):
        return VanityNumber()
    typed = max(DIGITS.findall(text), key=len, default="")
    digits = re.sub(r"\D", "", typed)
    if len(digits) in SHORT:
        return _short(digits, region)
    return _reason_for_digits(typed, region) if digits else NumberUnreadable()


def _short(digits: str, region: str) -> NumberError:
    emergency = shortnumberinfo.is_emergency_number(digits, region)
    return EmergencyNumber() if emergency or digits in EMERGENCY else ShortCode()


def _reason_for_digits(typed: str, region: str) -> NumberError:
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException as error:
        reason = PARSE_REASONS.get(error.error_type)
        return NumberImpossible(reason) if reason else NumberUnreadable()
    result = phonenumbers.is_possible_number_with_reason(number)
    reason = REASONS.get(result)
    return NumberImpossible(reason) if reason else NumberInvalid()


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
