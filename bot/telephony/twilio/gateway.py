"""The gateway to Twilio: texts by Messages, calls by Calls."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from twilio.rest import Client

from bot.telephony.addresses import is_e164
from bot.telephony.errors import GatewayFailed
from bot.telephony.gateway import Gateway, Outgoing, Sent
from bot.telephony.purposes import CONVERSATION, is_secret
from bot.telephony.segments import fold, is_gsm7
from bot.telephony.suppressions import CONFIRMATION
from bot.telephony.twilio import twiml
from bot.telephony.twilio.account import CALL_PATH, STATUS_PATH, TwilioAccount
from bot.telephony.twilio.failures import told_apart
from bot.telephony.twilio.statuses import outcome
from bot.telephony.wording import Wording

NOT_A_NUMBER = "21211"
# Twilio lists the newest first; older ones are not looked through.
LOOKED_THROUGH = 20


class TwilioGateway:
    """Texts and calls numbers; e-mail goes by `mail`, for Twilio carries none."""

    def __init__(
        self, account: TwilioAccount, client: Client, wording: Wording, mail: Gateway
    ) -> None:
        self._account = account
        self._client = client
        self._wording = wording
        self._mail = mail

    def send(self, message: Outgoing) -> Sent:
        if message.by == "email":
            return self._mail.send(message)
        if not is_e164(message.to):
            raise GatewayFailed(NOT_A_NUMBER)
        send = self._call if message.by == "voice" else self._text
        with told_apart():
            made = send(message)
            return _sent(made)

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        if message.by == "email":
            return self._mail.find(message, since=since)
        find = self._calls if message.by == "voice" else self._texts
        with told_apart():
            return [_sent(one) for one in find(message) if _since(one, since)]

    def _text(self, message: Outgoing) -> Any:
        return self._client.messages.create(
            to=message.to,
            body=in_gsm7(message.text),
            status_callback=self._webhook(STATUS_PATH, message),
            **self._sender(message),
        )

    def _call(self, message: Outgoing) -> Any:
        return self._client.calls.create(
            to=message.to,
            from_=self._account.voice_sender,
            twiml=self._said_first(message),
            status_callback=self._webhook(STATUS_PATH, message),
        )

    def _texts(self, message: Outgoing) -> Iterator[Any]:
        """Texts to the same number with the same words."""
        body = in_gsm7(message.text)
        made = self._client.messages.list(to=message.to, limit=LOOKED_THROUGH)
        return (one for one in made if one.body == body)

    def _calls(self, message: Outgoing) -> Iterator[Any]:
        yield from self._client.calls.list(to=message.to, limit=LOOKED_THROUGH)

    def _sender(self, message: Outgoing) -> dict[str, str]:
        conversing = message.purpose in (CONVERSATION, CONFIRMATION)
        sender = (
            self._account.conversation_sender
            if conversing
            else self._account.code_sender
        )
        is_service = sender.startswith("MG")
        return {"messaging_service_sid" if is_service else "from_": sender}

    def _said_first(self, message: Outgoing) -> str:
        if not is_secret(message.purpose):
            return twiml.spoken(message.text, message.language)
        question = self._wording.text("call_gate", message.language)
        action = self._webhook(CALL_PATH, message)
        return twiml.gate(question, message.language, action=action)

    def _webhook(self, path: str, message: Outgoing) -> str:
        return f"{self._account.webhook(path)}?{urlencode({'delivery': message.id})}"


def in_gsm7(text: str) -> str:
    """The text in the GSM alphabet if folding brings it there, else as it is."""
    folded = fold(text)
    return folded if is_gsm7(folded) else text


def _sent(made: Any) -> Sent:
    """What a message or call of Twilio's client says of itself."""
    found = outcome(made.sid, str(made.status), getattr(made, "error_code", None))
    return found or Sent(made.sid, "sent")


def _since(made: Any, since: datetime) -> bool:
    return made.date_created is None or made.date_created >= since
