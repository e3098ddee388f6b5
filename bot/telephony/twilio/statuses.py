"""What Twilio's words for the state of a message or a call mean here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.telephony.gateway import Outcome, Sent

# Enumerations of messages and calls in Twilio's OpenAPI document (api v2010).
OUTCOMES: dict[str, Outcome] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "sent"),
    **dict.fromkeys(("partially_delivered", "initiated", "ringing"), "sent"),
    "in-progress": "sent",
    **dict.fromkeys(("delivered", "read", "completed"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "undelivered"),
    **dict.fromkeys(("busy", "no-answer"), "undelivered"),
}
# Of a call that reached nobody Twilio gives a status and no error code.
TELLING = ("busy", "no-answer")
ERROR_CODE = re.compile(r"[1-9]\d{4}")


@dataclass(frozen=True)
class Status:
    """What a status callback says; `is_call` when it is about a call."""

    sent: Sent
    is_call: bool


def outcome(sid: str, status: str, error_code: object = None) -> Sent | None:
    """The state of a message or call; None when it is none that we send."""
    state = OUTCOMES.get(status)
    if state is None:
        return None
    return Sent(sid, state, _error_code(status, error_code) if _fails(state) else None)


def read_callback(form: Mapping[str, str]) -> Status | None:
    """The parameters of a status callback; None when they are not those of one."""
    is_call = "CallSid" in form
    kind = "Call" if is_call else "Message"
    sid = form.get(f"{kind}Sid") or form.get("SmsSid", "")
    status = form.get(f"{kind}Status") or form.get("SmsStatus", "")
    sent = outcome(sid, status, form.get("ErrorCode")) if sid else None
    return Status(sent, is_call) if sent else None


def _fails(state: Outcome) -> bool:
    return state == "undelivered"


def _error_code(status: str, error_code: object) -> str | None:
    given = str(error_code or "")
    if ERROR_CODE.fullmatch(given):
        return given
    return status if status in TELLING else None
