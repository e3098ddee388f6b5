"""The demo's phones text the assistant, and read what it answers."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from bot.channels.shapes import Strict
from bot.http import ProblemDetails
from bot.services import Services
from bot.telephony.purposes import CONVERSATION
from bot.telephony.suppressions import CONFIRMATION
from bot.texting.inbox import Incoming
from bot.texting.progress import TextProgress

ADDRESS = "/demo/phones/{e164}/messages"
LONGEST = 1600
MOST_PICTURES = 10

Number = Annotated[
    str, Path(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+12025550143"])
]


class NewText(Strict):
    """What is typed on the phone; pictures are only counted."""

    text: str = Field("", max_length=LONGEST)
    pictures: int = Field(0, ge=0, le=MOST_PICTURES)


class TextTaken(BaseModel):
    """The text is on its way; `id` is what the provider would call it."""

    id: str


class TextArrived(BaseModel):
    """A text of the assistant."""

    text: str
    at: datetime


class TextsArrived(BaseModel):
    """The assistant's texts to one number; `settled` when none is to come just now."""

    messages: list[TextArrived]
    settled: bool


class DemoTexts:
    """Takes the place of the network between a made-up phone and the assistant."""

    def __init__(self, services: Services) -> None:
        self._inbox = services.inbox
        self._outbox = services.outbox
        self._progress = TextProgress(services.sessions, services.fingerprints)

    async def send(self, e164: Number, new: NewText) -> TextTaken:
        """Text the assistant from this number."""
        incoming = Incoming(
            provider_id=f"SM{uuid4().hex}",
            sender=e164,
            text=new.text,
            media=new.pictures,
        )
        await asyncio.to_thread(self._inbox.keep, incoming)
        return TextTaken(id=incoming.provider_id)

    def read(self, e164: Number) -> TextsArrived:
        """What the assistant has texted to this number, oldest first; no codes."""
        settled = self._progress.is_settled(e164)
        texts = [
            TextArrived(text=sent.text, at=sent.at)
            for sent in self._outbox.sent_to(e164)
            if sent.purpose in (CONVERSATION, CONFIRMATION)
        ]
        return TextsArrived(messages=texts, settled=settled)


def demo_texts_router(services: Services) -> APIRouter:
    """`/demo/phones/{e164}/messages`; mounted in demo mode only."""
    texts, router = DemoTexts(services), APIRouter(tags=["demo"])
    router.post(ADDRESS, status_code=202, responses=_refusals(400, 413, 422))(
        texts.send
    )
    router.get(ADDRESS, responses=_refusals(422))(texts.read)
    return router


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemDetails} for status in statuses}
