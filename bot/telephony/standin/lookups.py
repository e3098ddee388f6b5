"""Lookup, version 2: line type, SIM swap and reassigned number."""

import asyncio
from collections.abc import Mapping
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telephony.addresses import is_e164
from bot.telephony.standin.magic import (
    LINE_TYPES,
    PACKAGE_FAILED,
    REASSIGNED,
    REFUSED,
    SECONDS_OF_SLOW,
    SLOW,
    SWAPPED,
    code_of,
)
from bot.telephony.standin.requests import NO_SUCH_THING, NOT_FOUND, Refused

PACKAGES = (
    *("caller_name", "sim_swap", "call_forwarding", "line_status"),
    *("line_type_intelligence", "identity_match", "reassigned_number"),
    *("sms_pumping_risk", "phone_number_quality_score", "pre_fill"),
)
ERRORS = {
    ValidationResult.TOO_SHORT: "TOO_SHORT",
    ValidationResult.TOO_LONG: "TOO_LONG",
    ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
}
SWAP_AT = "2020-04-27T10:18:50Z"

Package = dict[str, Any]


class Lookups:
    """Answers what the magic numbers are for; of the rest it says `mobile`."""

    async def fetch(self, request: Request) -> Response:
        """`GET PhoneNumbers/{number}?Fields=...`."""
        e164 = request.path_params["number"]
        if not is_e164(e164):
            raise Refused(NOT_FOUND, NO_SUCH_THING)
        code = code_of(e164)
        if code in REFUSED:
            raise Refused(REFUSED[code], code)
        if code == SLOW:
            await asyncio.sleep(SECONDS_OF_SLOW)
        asked = request.query_params.get("Fields", "").split(",")
        found = {name: _package(name, code, request) for name in PACKAGES}
        packages = {name: found[name] if name in asked else None for name in PACKAGES}
        url = str(request.url.replace(query=""))
        return JSONResponse({**_number(e164), **packages, "url": url})


def _number(e164: str) -> dict[str, Any]:
    number = phonenumbers.parse(e164)
    result = phonenumbers.is_possible_number_with_reason(number)
    if result in ERRORS:
        return _described(e164, None, [ERRORS[result]])
    return _described(e164, number, None)


def _described(
    e164: str, number: PhoneNumber | None, errors: list[str] | None
) -> dict[str, Any]:
    national = number and phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return {
        "calling_country_code": str(number.country_code) if number else None,
        "country_code": number and phonenumbers.region_code_for_number(number),
        "national_format": national,
        "phone_number": e164,
        "valid": number is not None,
        "validation_errors": errors,
    }


def _package(name: str, code: int, request: Request) -> Package | None:
    failed = code if code in PACKAGE_FAILED else None
    if name == "line_type_intelligence":
        return _line_type(code, failed)
    if name == "sim_swap":
        return _sim_swap(code, failed)
    if name == "reassigned_number":
        return _reassigned(code, failed, request.query_params)
    return None


def _line_type(code: int, failed: int | None) -> Package:
    kind = LINE_TYPES[code - 1] if 0 < code <= len(LINE_TYPES) else "mobile"
    return {
        "carrier_name": None if failed else "Example Wireless",
        "error_code": failed,
        "mobile_country_code": None if failed else "310",
        "mobile_network_code": None if failed else "456",
        "type": None if failed else kind,
    }


def _sim_swap(code: int, failed: int | None) -> Package:
    swapped = SWAPPED.get(code, False)
    last = {
        "last_sim_swap_date": SWAP_AT if swapped else None,
        "swapped_in_period": swapped,
        "swapped_period": "PT24H",
    }
    return {
        "carrier_name": None if failed else "Example Wireless",
        "error_code": failed,
        "last_sim_swap": None if failed else last,
        "mobile_country_code": None if failed else "310",
        "mobile_network_code": None if failed else "456",
    }


def _reassigned(code: int, failed: int | None, asked: Mapping[str, str]) -> Package:
    return {
        "error_code": None if failed is None else str(failed),
        "is_number_reassigned": None if failed else REASSIGNED.get(code, "no"),
        "last_verified_date": asked.get("LastVerifiedDate"),
    }
