"""Verify, version 2: codes that Twilio makes, or is given, and checks itself."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telephony.addresses import is_e164
from bot.telephony.standin import shapes
from bot.telephony.standin.magic import VERIFY_REFUSED, code_of
from bot.telephony.standin.requests import (
    NO_SUCH_THING,
    NOT_FOUND,
    Credentials,
    Refused,
    form_of,
)
from bot.telephony.standin.state import State, Text, Verification, new_sid

CREATED, OK, BAD_REQUEST, TOO_MANY = 201, 200, 400, 429
INVALID, MOST_CHECKS, MOST_SENDS = 60200, 60202, 60203
SENDS = CHECKS = 5
GOOD_FOR = timedelta(minutes=10)
CHANNELS = ("sms", "call")
SENDER = "VERIFY"
CODE_DIGITS = 6


class Verify:
    """Keeps Twilio's rules: five sends, five checks, ten minutes, one code until then.

    A wrong code is no error but stays `pending`; a used one is not there any more.
    """

    def __init__(self, state: State, credentials: Credentials) -> None:
        self._state = state
        self._account = credentials.sid

    async def create(self, request: Request) -> Response:
        """`POST Verifications`."""
        form = await form_of(request)
        _require(form)
        service = request.path_params["service"]
        sent = self._pending(service, to=form["To"]) or self._new(service, form)
        if len(sent.sends) >= SENDS:
            raise Refused(TOO_MANY, MOST_SENDS)
        sent.sends.append(self._state.now())
        self._state.texts.append(self._text(sent))
        return JSONResponse(self._shown(request, sent), CREATED)

    async def check(self, request: Request) -> Response:
        """`POST VerificationCheck`."""
        form, service = await form_of(request), request.path_params["service"]
        sid, to = form.get("VerificationSid"), form.get("To")
        sent = self._pending(service, to=to, sid=sid)
        if sent is None:
            raise Refused(NOT_FOUND, NO_SUCH_THING)
        if sent.checks >= CHECKS:
            raise Refused(TOO_MANY, MOST_CHECKS)
        sent.checks += 1
        if compare_digest(form.get("Code", "").encode(), sent.code.encode()):
            sent.status = "approved"
        return JSONResponse(shapes.check(self._account, sent), CREATED)

    async def fetch(self, request: Request) -> Response:
        """`GET Verifications/{sid}`."""
        return JSONResponse(self._shown(request, self._named(request)), OK)

    async def update(self, request: Request) -> Response:
        """`POST Verifications/{sid}`: canceled or approved from outside."""
        sent, status = self._named(request), (await form_of(request)).get("Status")
        if status not in ("canceled", "approved"):
            raise Refused(BAD_REQUEST, INVALID)
        sent.status = status
        return JSONResponse(self._shown(request, sent), OK)

    def _named(self, request: Request) -> Verification:
        params = request.path_params
        sent = self._pending(params["service"], sid=params["sid"])
        if sent is None:
            raise Refused(NOT_FOUND, NO_SUCH_THING)
        return sent

    def _pending(
        self, service: str, *, to: str | None = None, sid: str | None = None
    ) -> Verification | None:
        now = self._state.now()
        for each in self._state.verifications:
            named = sid == each.sid if sid else to == each.to
            open_ = each.status == "pending" and now < each.at + GOOD_FOR
            if named and open_ and each.service_sid == service:
                return each
        return None

    def _new(self, service: str, form: Mapping[str, str]) -> Verification:
        made = Verification(
            sid=new_sid("VE"),
            service_sid=service,
            to=form["To"],
            channel=form["Channel"],
            code=form.get("CustomCode")
            or f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}",
            at=self._state.now(),
        )
        self._state.verifications.append(made)
        return made

    def _text(self, sent: Verification) -> Text:
        """What arrives at the phone; Twilio's API does not list it."""
        body = f"Your verification code is: {sent.code}"
        return Text(
            sid=f"VL{sent.sid[2:]}",
            to=sent.to,
            sender=SENDER,
            body=body,
            at=sent.sends[-1],
            status="delivered",
        )

    def _shown(self, request: Request, sent: Verification) -> dict[str, object]:
        return shapes.verification(self._account, str(request.base_url), sent)


def _require(form: Mapping[str, str]) -> None:
    to, custom = form.get("To", ""), form.get("CustomCode", "0000")
    if not is_e164(to) or form.get("Channel") not in CHANNELS:
        raise Refused(BAD_REQUEST, INVALID)
    if not (custom.isalnum() and 4 <= len(custom) <= 10):
        raise Refused(BAD_REQUEST, INVALID)
    code = code_of(to)
    if code in VERIFY_REFUSED:
        raise Refused(VERIFY_REFUSED[code], code)
