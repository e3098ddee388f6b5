"""Messages and Calls, version 2010-04-01."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telephony.addresses import is_e164
from bot.telephony.standin import shapes
from bot.telephony.standin.carrier import Carrier
from bot.telephony.standin.magic import REFUSED, code_of
from bot.telephony.standin.requests import NO_SUCH_THING, NOT_FOUND, Refused, form_of
from bot.telephony.standin.state import Call, State, Text, new_sid

CREATED, BAD_REQUEST = 201, 400
NO_RECIPIENT, NO_SENDER, NO_BODY = 21604, 21603, 21602
TOO_LONG, NOT_A_NUMBER, OPTED_OUT = 21617, 21211, 21610
NO_INSTRUCTIONS = 21205
LONGEST_BODY = 1600
# The pool number that a Messaging Service sends from.
POOL = "+12065550199"


class Messaging:
    """Takes texts and calls, and tells of them."""

    def __init__(self, state: State, account: str, carrier: Carrier) -> None:
        self._state = state
        self._account = account
        self._carrier = carrier

    async def create_text(self, request: Request) -> Response:
        """`POST Messages.json`."""
        form = await form_of(request)
        self._require_text(form)
        service = form.get("MessagingServiceSid")
        sent = Text(
            sid=new_sid("SM"),
            to=form["To"],
            sender=form.get("From") or POOL,
            body=form["Body"],
            at=self._state.now(),
            service_sid=service,
            callback=form.get("StatusCallback"),
            status="accepted" if service else "queued",
        )
        self._state.texts.append(sent)
        self._carrier.deliver(sent)
        return JSONResponse(shapes.text(self._account, sent), CREATED)

    async def create_call(self, request: Request) -> Response:
        """`POST Calls.json`."""
        form = await form_of(request)
        _require_number(form)
        if not form.get("From"):
            raise Refused(BAD_REQUEST, NO_SENDER)
        if not form.get("Twiml"):
            raise Refused(BAD_REQUEST, NO_INSTRUCTIONS)
        made = Call(
            sid=new_sid("CA"),
            to=form["To"],
            sender=form["From"],
            twiml=form["Twiml"],
            at=self._state.now(),
            callback=form.get("StatusCallback"),
        )
        self._state.calls.append(made)
        self._carrier.ring(made)
        return JSONResponse(shapes.call(self._account, made), CREATED)

    async def list_texts(self, request: Request) -> Response:
        """`GET Messages.json`, newest first."""
        to = request.query_params.get("To")
        rows = [
            shapes.text(self._account, each)
            for each in reversed(self._state.texts)
            if to in (None, each.to) and each.sid.startswith("SM")
        ]
        return JSONResponse(shapes.page("messages", str(request.url), rows))

    async def list_calls(self, request: Request) -> Response:
        """`GET Calls.json`, newest first."""
        to = request.query_params.get("To")
        rows = [
            shapes.call(self._account, each)
            for each in reversed(self._state.calls)
            if to in (None, each.to)
        ]
        return JSONResponse(shapes.page("calls", str(request.url), rows))

    async def fetch_text(self, request: Request) -> Response:
        """`GET Messages/{sid}.json`."""
        for each in self._state.texts:
            if each.sid == request.path_params["sid"]:
                return JSONResponse(shapes.text(self._account, each))
        raise Refused(NOT_FOUND, NO_SUCH_THING)

    async def fetch_call(self, request: Request) -> Response:
        """`GET Calls/{sid}.json`."""
        for each in self._state.calls:
            if each.sid == request.path_params["sid"]:
                return JSONResponse(shapes.call(self._account, each))
        raise Refused(NOT_FOUND, NO_SUCH_THING)

    def _require_text(self, form: Mapping[str, str]) -> None:
        _require_number(form)
        sender = form.get("MessagingServiceSid") or form.get("From")
        if not sender:
            raise Refused(BAD_REQUEST, NO_SENDER)
        if not form.get("Body"):
            raise Refused(BAD_REQUEST, NO_BODY)
        if len(form["Body"]) > LONGEST_BODY:
            raise Refused(BAD_REQUEST, TOO_LONG)
        if (sender, form["To"]) in self._state.blocked:
            raise Refused(BAD_REQUEST, OPTED_OUT)


def _require_number(form: Mapping[str, str]) -> None:
    to = form.get("To", "")
    if not to:
        raise Refused(BAD_REQUEST, NO_RECIPIENT)
    if not is_e164(to):
        raise Refused(BAD_REQUEST, NOT_A_NUMBER)
    code = code_of(to)
    if code in REFUSED:
        raise Refused(REFUSED[code], code)
