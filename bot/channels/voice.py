"""The voice channel: Twilio asks what to say to a called person who pressed a key."""

import asyncio

import structlog
from fastapi import APIRouter, Request, Response

from bot.channels.signatures import SignatureRefused, Signatures
from bot.channels.sms import refused
from bot.services import Services
from bot.telephony.twilio import twiml
from bot.telephony.twilio.account import CALL_PATH

XML = "text/xml"
logger = structlog.get_logger(__name__)


class VoiceChannel:
    """Answers signed requests with TwiML; that hangs up where nothing is to be said."""

    def __init__(self, services: Services) -> None:
        self._calls = services.calls
        self._signatures = Signatures(services.twilio)

    async def say(self, request: Request) -> Response:
        """The code of the call's delivery, spoken."""
        try:
            parameters = await self._signatures.read(request, CALL_PATH)
        except SignatureRefused as refusal:
            logger.warning("voice_webhook_refused", why=refusal.why)
            raise refused() from None
        delivery_id = request.query_params.get("delivery", "")
        sid = parameters.get("CallSid", "")
        speech = await asyncio.to_thread(self._calls.answer, delivery_id, sid)
        said = twiml.spoken(speech.text, speech.language) if speech else twiml.nothing()
        return Response(said, media_type=XML, headers={"Cache-Control": "no-store"})


def voice_router(services: Services) -> APIRouter:
    """`/api/voice`; for Twilio alone, so OpenAPI does not tell of it."""
    router = APIRouter(tags=["voice"], include_in_schema=False)
    router.post(CALL_PATH)(VoiceChannel(services).say)
    return router
