"""A phone that texts: requests as Twilio makes them, and what arrives back."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.conversations.models import Conversation, Message
from bot.services import Services
from bot.telephony.models import Delivery
from bot.telephony.twilio.account import INCOMING_PATH
from bot.texting.models import ReceivedText
from tests.unit.serving import Stand

NUMBER = "+12025550143"
STRANGER = "+13125550100"


def text_of(services: Services, text: str, sender: str = NUMBER) -> dict[str, str]:
    """The parameters that Twilio sends along with a text (a sample of 2024)."""
    sid = f"SM{uuid4().hex}"
    return {
        "ToCountry": "US",
        "ToState": "WA",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "20001",
        "SmsSid": sid,
        "FromState": "DC",
        "SmsStatus": "received",
        "FromCity": "WASHINGTON",
        "Body": text,
        "FromCountry": "US",
        "To": services.twilio.conversation_sender,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": services.twilio.sid,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }


def sign(url: str, parameters: Any, token: str) -> str:
    """Twilio's signature under a request."""
    return RequestValidator(token).compute_signature(url, parameters)


class Phone:
    """Somebody with a phone."""

    def __init__(
        self,
        stand: Stand,
        number: str = NUMBER,
        *,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.number = number
        self._http = http or stand.http
        self._stand = stand
        self._services = stand.services

    async def post(
        self, parameters: dict[str, str], *, token: str | None = None
    ) -> httpx.Response:
        """Let Twilio hand over a text with these parameters."""
        account = self._services.twilio
        url = account.webhook(INCOMING_PATH)
        signature = sign(url, parameters, token or account.auth_token)
        return await self._http.post(
            INCOMING_PATH, data=parameters, headers={"X-Twilio-Signature": signature}
        )

    async def text(self, text: str, **more: str) -> dict[str, str]:
        """Send a text; gives what Twilio made of it."""
        # Nobody types in no time; and texts of one moment have no order.
        self._stand.clock.move(0.001)
        parameters = text_of(self._services, text, self.number) | more
        response = await self.post(parameters)
        assert response.status_code == 204, response.text
        return parameters

    async def say(self, text: str, **more: str) -> list[str]:
        """Send a text, and wait for what comes back."""
        before = len(self.arrived())
        await self.text(text, **more)
        await self.settle()
        return self.arrived()[before:]

    def arrived(self) -> list[str]:
        """The texts that have arrived here, but for codes."""
        sent = self._services.outbox.sent_to(self.number)
        return [each.text for each in sent if each.purpose != "identify"]

    async def settle(self) -> None:
        """Wait until every text is read, answered and sent."""
        while self._is_busy():
            await asyncio.sleep(0.005)

    def _is_busy(self) -> bool:
        """Whether a text is unread, unanswered by the bot, or not yet sent."""
        unanswered = (
            select(Message.seq)
            .join(Conversation)
            .where(
                Message.author == "visitor",
                Message.answered_at.is_(None),
                Conversation.owner == "bot",
            )
        )
        queries = (
            select(ReceivedText.id).where(ReceivedText.outcome.is_(None)),
            unanswered,
            select(Delivery.id).where(Delivery.state == "queued"),
        )
        with self._services.sessions() as session:
            return any(session.scalars(query).first() for query in queries)

    def unread(self) -> int:
        return len([one for one in self.received() if one.outcome is None])

    def received(self) -> list[ReceivedText]:
        """The rows of texts that came in, oldest first."""
        with self._services.sessions() as session:
            return list(session.scalars(select(ReceivedText).order_by(ReceivedText.id)))

    def outcomes(self) -> list[str | None]:
        """What was made of the texts that came in."""
        return [each.outcome for each in self.received()]
