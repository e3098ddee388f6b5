"""Phones, and the knobs of the stand-in: what Twilio has no API for.

GET  /standin/phones/{number}           what arrived there, and was heard
POST /standin/phones/{number}/messages  {"to", "body", "media"}: a text from there
POST /standin/faults                    [{"status", "code", "taken", "hang"}, ...]
POST /standin/behaviour                 {"delay", "duplicates", "shuffled"}
"""

from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telephony.addresses import is_e164
from bot.telephony.segments import segments
from bot.telephony.standin.callbacks import Callbacks
from bot.telephony.standin.requests import NO_SUCH_THING, NOT_FOUND, Refused
from bot.telephony.standin.shapes import API
from bot.telephony.standin.state import Fault, State, Text, new_sid

# Taken by Twilio itself, as single words (docs: "Twilio support for opt-out keywords").
OPT_OUT = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
OPT_IN = frozenset({"start", "yes", "unstop"})
HELP = frozenset({"help", "info"})
KINDS = {"STOP": OPT_OUT, "START": OPT_IN, "HELP": HELP}
REPLIES = {
    "STOP": "You have successfully been unsubscribed.",
    "START": "You have successfully been re-subscribed to messages from this number.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


class Phones:
    """People's phones: they are looked at, and text to `incoming_url`'s app."""

    def __init__(
        self, state: State, account: str, callbacks: Callbacks, incoming_url: str
    ) -> None:
        self._state = state
        self._account = account
        self._callbacks = callbacks
        self._incoming_url = incoming_url

    async def show(self, request: Request) -> Response:
        """What arrived at a phone, oldest first."""
        number = request.path_params["number"]
        arrived = [
            {"from": each.sender, "body": each.body, "status": each.status}
            for each in self._state.texts
            if each.to == number
        ]
        calls = [
            {"from": each.sender, "heard": each.heard, "status": each.status}
            for each in self._state.calls
            if each.to == number
        ]
        return JSONResponse({"texts": arrived, "calls": calls})

    async def send(self, request: Request) -> Response:
        """A text from a phone; tells what the app's webhook answered."""
        number, given = request.path_params["number"], await request.json()
        if not is_e164(number):
            raise Refused(NOT_FOUND, NO_SUCH_THING)
        form = self._incoming(number, given)
        word = str(given.get("body", "")).strip().lower()
        kind = next((kind for kind, words in KINDS.items() if word in words), None)
        if kind:
            self._take_keyword(kind, number, str(given["to"]))
        if kind and given.get("advanced_opt_out"):
            form["OptOutType"] = kind
        answer = await self._callbacks.post(self._incoming_url, form)
        status = answer.status_code if answer is not None else 0
        return JSONResponse({"sid": form["MessageSid"], "answered": status})

    async def plan_faults(self, request: Request) -> Response:
        """Faults of the next requests for texts and calls, one each."""
        self._state.faults.extend(Fault(**each) for each in await request.json())
        return JSONResponse({"planned": len(self._state.faults)})

    async def behave(self, request: Request) -> Response:
        """How callbacks come from now on."""
        chosen = await request.json()
        self._state.behaviour = replace(self._state.behaviour, **chosen)
        return JSONResponse(asdict(self._state.behaviour))

    def _take_keyword(self, kind: str, number: str, sender: str) -> None:
        """Twilio blocks or frees the pair, and answers the person itself."""
        pair = (sender, number)
        if kind == "STOP":
            self._state.blocked.add(pair)
        elif kind == "START":
            self._state.blocked.discard(pair)
        self._state.texts.append(
            Text(
                sid=new_sid("SM"),
                to=number,
                sender=sender,
                body=REPLIES[kind],
                at=self._state.now(),
                status="delivered",
                direction="outbound-reply",
            )
        )

    def _incoming(self, number: str, given: dict[str, Any]) -> dict[str, str]:
        sid, body, media = new_sid("SM"), str(given.get("body", "")), given.get("media")
        to = str(given["to"])
        form = {
            "AccountSid": self._account,
            "ApiVersion": API,
            "Body": body,
            "From": number,
            "FromCountry": "US",
            "MessageSid": sid,
            "NumMedia": str(len(media or ())),
            "NumSegments": str(segments(body)),
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": to,
            "ToCountry": "US",
        }
        if given.get("service"):
            form["MessagingServiceSid"] = str(given["service"])
        for place, url in enumerate(media or ()):
            form[f"MediaUrl{place}"] = str(url)
            form[f"MediaContentType{place}"] = "image/jpeg"
        return form
