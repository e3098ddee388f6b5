"""How the stand-in writes things down: the keys and formats of Twilio's API."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from bot.telephony.segments import segments
from bot.telephony.standin.state import Call, Text, Verification

API = "2010-04-01"
UNTOLD_OF_CALLS = (
    *("caller_name", "duration", "end_time", "forwarded_from", "group_sid"),
    *("parent_call_sid", "phone_number_sid", "price", "start_time", "trunk_sid"),
)
MORE = "https://www.twilio.com/docs/errors/"


def error(status: int, code: int) -> dict[str, Any]:
    """A refusal; Twilio's own words are longer, and hold the number."""
    return {
        "code": code,
        "message": f"The stand-in refuses this with {code}.",
        "more_info": f"{MORE}{code}",
        "status": status,
    }


def text(account: str, one: Text) -> dict[str, Any]:
    """The resource Message."""
    uri = f"/{API}/Accounts/{account}/Messages/{one.sid}"
    return {
        "account_sid": account,
        "api_version": API,
        "body": one.body,
        "date_created": rfc2822(one.at),
        "date_sent": None if one.status in ("queued", "accepted") else rfc2822(one.at),
        "date_updated": rfc2822(one.at),
        "direction": one.direction,
        "error_code": one.error_code,
        "error_message": None,
        "from": None if one.service_sid and one.status == "accepted" else one.sender,
        "messaging_service_sid": one.service_sid,
        "num_media": "0",
        "num_segments": str(segments(one.body)),
        "price": None,
        "price_unit": "USD",
        "sid": one.sid,
        "status": one.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": one.to,
        "uri": f"{uri}.json",
    }


def call(account: str, one: Call) -> dict[str, Any]:
    """The resource Call."""
    uri = f"/{API}/Accounts/{account}/Calls/{one.sid}"
    nothing = dict.fromkeys(UNTOLD_OF_CALLS)
    return nothing | {
        "account_sid": account,
        "answered_by": one.answered_by,
        "api_version": API,
        "date_created": rfc2822(one.at),
        "date_updated": rfc2822(one.at),
        "direction": "outbound-api",
        "from": one.sender,
        "from_formatted": one.sender,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": one.sid,
        "status": one.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": one.to,
        "to_formatted": one.to,
        "uri": f"{uri}.json",
    }


def page(key: str, uri: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A list; everything there is stands on its first page."""
    return {
        key: rows,
        "end": max(0, len(rows) - 1),
        "first_page_uri": uri,
        "next_page_uri": None,
        "page": 0,
        "page_size": 50,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


def verification(account: str, base: str, one: Verification) -> dict[str, Any]:
    """The resource Verification."""
    return {
        "account_sid": account,
        "amount": None,
        "channel": one.channel,
        "date_created": iso8601(one.at),
        "date_updated": iso8601(one.sends[-1]),
        "lookup": {},
        "payee": None,
        "send_code_attempts": [
            {
                "attempt_sid": f"VL{one.sid[2:]}",
                "channel": one.channel.upper(),
                "time": iso8601(sent),
            }
            for sent in one.sends
        ],
        "service_sid": one.service_sid,
        "sid": one.sid,
        "sna": None,
        "status": one.status,
        "to": one.to,
        "url": f"{base}v2/Services/{one.service_sid}/Verifications/{one.sid}",
        "valid": one.status == "approved",
    }


def check(account: str, one: Verification) -> dict[str, Any]:
    """The resource VerificationCheck."""
    return {
        "account_sid": account,
        "amount": None,
        "channel": one.channel,
        "date_created": iso8601(one.at),
        "date_updated": iso8601(one.at),
        "payee": None,
        "service_sid": one.service_sid,
        "sid": one.sid,
        "sna_attempts_error_codes": [],
        "status": one.status,
        "to": one.to,
        "valid": one.status == "approved",
    }


def rfc2822(moment: datetime) -> str:
    """`Thu, 24 Aug 2023 05:01:45 +0000`."""
    return format_datetime(moment)


def iso8601(moment: datetime) -> str:
    """`2023-08-24T05:01:45Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
