"""The SMS channel: what Twilio calls when a text comes, and when one has arrived."""

import asyncio
import re

import structlog
from fastapi import APIRouter, Request, Response
from starlette.datastructures import MultiDict

from bot.channels.signatures import SignatureRefused, Signatures
from bot.http import Problem
from bot.services import Services
from bot.telephony.twilio.account import INCOMING_PATH, STATUS_PATH
from bot.texting.inbox import Incoming

# A phone; short codes and names of senders are machines that expect no answer.
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
DONE = 204

logger = structlog.get_logger(__name__)


class SmsChannel:
    """Takes signed requests only; those that make no sense are taken and ignored."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._signatures = Signatures(services.twilio)
        # First come, first written: SQLite lets waiting threads in at random.
        self._turn = asyncio.Lock()

    async def receive(self, request: Request) -> Response:
        """A text has come: write it down, answer, and let it be read afterwards."""
        parameters = await self._parameters(request, INCOMING_PATH)
        incoming = self._read(parameters)
        if incoming is not None:
            async with self._turn:
                new = await asyncio.to_thread(self._services.inbox.keep, incoming)
            if not new:
                logger.info("sms_repeated")
        return Response(status_code=DONE)

    async def report(self, request: Request) -> Response:
        """A message has got somewhere, or nowhere; what is not ours does no harm."""
        parameters = await self._parameters(request, STATUS_PATH)
        await asyncio.to_thread(
            self._services.delivery_reports.note,
            parameters,
            delivery_id=request.query_params.get("delivery"),
        )
        return Response(status_code=DONE)

    async def _parameters(self, request: Request, path: str) -> MultiDict:
        try:
            return await self._signatures.read(request, path)
        except SignatureRefused as refusal:
            logger.warning("sms_webhook_refused", path=path, why=refusal.why)
            raise refused() from None

    def _read(self, parameters: MultiDict) -> Incoming | None:
        """The text of a request; None, and a line in the log, when there is none."""
        sender = parameters.get("From", "")
        sid = parameters.get("MessageSid") or parameters.get("SmsSid", "")
        if not SID.fullmatch(sid):
            logger.warning("sms_ignored", why="no message id")
        elif not PHONE.fullmatch(sender):
            logger.warning("sms_ignored", why="sender is no phone")
        elif sender in self._own_numbers:
            logger.warning("sms_ignored", why="sent by ourselves")
        else:
            return Incoming(
                provider_id=sid,
                sender=sender,
                text=parameters.get("Body", ""),
                media=_count(parameters.get("NumMedia", "")),
                opt_out_type=parameters.get("OptOutType", "")[:16] or None,
            )
        return None

    @property
    def _own_numbers(self) -> frozenset[str]:
        account = self._services.twilio
        return account.senders | {account.voice_sender}


def sms_router(services: Services) -> APIRouter:
    """`/api/sms`; for Twilio alone, so OpenAPI does not tell of it."""
    channel = SmsChannel(services)
    router = APIRouter(tags=["sms"], include_in_schema=False)
    router.post(INCOMING_PATH, status_code=DONE)(channel.receive)
    router.post(STATUS_PATH, status_code=DONE)(channel.report)
    return router


def refused() -> Problem:
    """The request was not signed by the account, for this address."""
    return Problem(
        403,
        "signature-refused",
        "Signature refused",
        "Sign the request with the account's auth token, for the public address.",
    )


def _count(number: str) -> int:
    return int(number) if number.isascii() and number.isdecimal() else 0
