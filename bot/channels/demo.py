"""The demo's phones and mailboxes: what arrived, codes and all. Never in production."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import get_args

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel

from bot.accounts.show import demo_accounts
from bot.services import Services
from bot.telephony.outbox import SentMessage
from bot.telephony.standin.app import StandIn
from bot.telephony.standin.verify import SENDER
from bot.verification.models import Purpose

PAGES = Path(__file__).parents[1] / "pages" / "demo"
CODE = re.compile(r"(?<!\d)\d(?:(?:, )?\d){5}(?!\d)")
FILES = {
    "/demo": "index.html",
    "/demo/demo.js": "demo.js",
    "/demo/demo.css": "demo.css",
}
POLICY = {"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}


class Arrived(BaseModel):
    """A message as it arrived; `code` when it brought one."""

    text: str
    by: str
    code: str | None = None
    at: datetime

    @classmethod
    def of(cls, message: SentMessage) -> "Arrived":
        """The shape of a message of the outbox."""
        return cls(
            text=message.text, by=message.by, code=code_in(message), at=message.at
        )


class Inbox(BaseModel):
    """Everything that arrived at one number or address, newest last."""

    messages: list[Arrived]


class DemoAccount(BaseModel):
    """An account of a made-up person."""

    email: str
    language: str
    phones: list[str]


class DemoAccounts(BaseModel):
    """The accounts that the demo starts with."""

    accounts: list[DemoAccount]


def code_in(message: SentMessage) -> str | None:
    """The code that a message brings, also when it is spoken digit by digit."""
    found = CODE.search(message.text) if message.purpose in get_args(Purpose) else None
    return re.sub(r"\D", "", found[0]) if found else None


class DemoPages:
    """What `/demo` answers."""

    def __init__(self, services: Services, twilio: StandIn | None = None) -> None:
        self._services = services
        self._twilio = twilio

    def phone(self, e164: str) -> Inbox:
        """What arrived at a phone, by text message or call."""
        ours = self._inbox(e164).messages
        arrived = [*ours, *self._made_elsewhere(e164)]
        return Inbox(messages=sorted(arrived, key=lambda message: message.at))

    def mail(self, address: str) -> Inbox:
        """What arrived at a mailbox."""
        return self._inbox(address.lower())

    def accounts(self) -> DemoAccounts:
        """The accounts that the demo starts with."""
        people = (
            DemoAccount(
                email=person.email, language=person.language, phones=[*person.numbers]
            )
            for person in demo_accounts()
        )
        return DemoAccounts(accounts=list(people))

    def _inbox(self, address: str) -> Inbox:
        # A code without a text was made and worded elsewhere.
        sent = (each for each in self._services.outbox.sent_to(address) if each.text)
        return Inbox(messages=[Arrived.of(message) for message in sent])

    def _made_elsewhere(self, e164: str) -> list[Arrived]:
        """Codes of Twilio Verify, which only its stand-in knows."""
        if self._twilio is None:
            return []
        return [
            Arrived(text=one.body, by="sms", code=CODE.findall(one.body)[0], at=one.at)
            for one in self._twilio.state.texts
            if one.to == e164 and one.sender == SENDER
        ]


def demo_router(services: Services, twilio: StandIn | None = None) -> APIRouter:
    """`/demo`; mounted in demo mode only, beside the stand-in if that is used."""
    pages, router = DemoPages(services, twilio), APIRouter(tags=["demo"])
    router.get("/demo/phones/{e164}")(pages.phone)
    router.get("/demo/mail/{address}")(pages.mail)
    router.get("/demo/accounts")(pages.accounts)
    for path, name in FILES.items():
        router.get(path, include_in_schema=False)(_file(name))

    @router.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/demo")

    return router


def _file(name: str) -> Callable[[], Awaitable[Response]]:
    async def send() -> Response:
        return FileResponse(PAGES / name, headers=POLICY)

    return send
