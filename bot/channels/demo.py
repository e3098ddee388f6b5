"""The demo's website, phones and mailboxes, codes and all. Never in production."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from bot.accounts.errors import AccountNotFound
from bot.channels.demo_page import add_page
from bot.channels.demo_shapes import (
    CODE,
    Arrivals,
    Arrived,
    ArrivedAt,
    CodeOnItsWay,
    CodeTyped,
    DemoAccounts,
    DemoAccountShape,
    Identity,
    Inbox,
    SomebodySignsIn,
)
from bot.demo_site import DemoSite
from bot.http import Problem, ProblemDetails
from bot.services import Services
from bot.telephony.standin.app import StandIn
from bot.telephony.standin.verify import SENDER
from bot.verification.errors import VerificationError

MOST_ARRIVALS = 100


def account_unknown() -> Problem:
    """Nobody on the made-up website has that address."""
    detail = "Use an address that /demo/accounts names."
    return Problem(404, "demo-account-unknown", "No such account", detail)


def code_refused() -> Problem:
    """The sign-in page does not take that code."""
    detail = "Use the newest code that arrived, once, while it is good."
    return Problem(409, "demo-code-refused", "Code refused", detail)


class DemoApi:
    """What `/demo` answers."""

    def __init__(self, services: Services, twilio: StandIn | None = None) -> None:
        self._outbox = services.outbox
        self._site = DemoSite(services)
        self._twilio = twilio

    def phone(self, e164: str) -> Inbox:
        """What arrived at a phone, by text message or call."""
        ours = self._inbox(e164).messages
        arrived = [*ours, *self._made_elsewhere(e164)]
        return Inbox(messages=sorted(arrived, key=lambda message: message.at))

    def mail(self, address: str) -> Inbox:
        """What arrived at a mailbox."""
        return self._inbox(address.lower())

    def arrivals(self) -> Arrivals:
        """What arrived lately at any phone or mailbox, newest last."""
        arrived = self._outbox.arrivals(most=MOST_ARRIVALS)
        told = (each for each in arrived if each.message.text)
        return Arrivals(messages=[ArrivedAt.at_address(each) for each in told])

    def accounts(self) -> DemoAccounts:
        """The accounts that the demo starts with."""
        accounts = map(DemoAccountShape.of, self._site.accounts())
        return DemoAccounts(accounts=list(accounts))

    def send_code(self, somebody: SomebodySignsIn) -> CodeOnItsWay:
        """Begin to sign in on the made-up website: it sends a code."""
        try:
            sent = self._site.sign_in_page.send(somebody.email)
        except AccountNotFound:
            raise account_unknown() from None
        return CodeOnItsWay(to=sent.to_masked, by=sent.by)

    def take_code(self, typed: CodeTyped) -> Identity:
        """Finish signing in on the made-up website with the newest code."""
        try:
            self._site.sign_in_page.check(typed.email, typed.code)
            return Identity.of(self._site.vouch(typed.email))
        except AccountNotFound:
            raise account_unknown() from None
        except VerificationError:
            raise code_refused() from None

    def vouch(self, somebody: SomebodySignsIn) -> Identity:
        """The made-up website's word for somebody, without a code."""
        try:
            return Identity.of(self._site.vouch(somebody.email))
        except AccountNotFound:
            raise account_unknown() from None

    def _inbox(self, address: str) -> Inbox:
        # A code without a text was made and worded elsewhere.
        sent = (each for each in self._outbox.sent_to(address) if each.text)
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
    """`/demo` and the page at `/`; mounted in demo mode only."""
    api, router = DemoApi(services, twilio), APIRouter(tags=["demo"])
    add_page(router, services)

    @router.get("/demo", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/")

    router.get("/demo/phones/{e164}")(api.phone)
    router.get("/demo/mail/{address}")(api.mail)
    router.get("/demo/arrivals")(api.arrivals)
    router.get("/demo/accounts")(api.accounts)
    router.post("/demo/sign-in", responses=_refusals(400, 404, 413, 422))(api.send_code)
    router.post("/demo/sign-in/code", responses=_refusals(400, 404, 409, 413, 422))(
        api.take_code
    )
    router.post("/demo/identity", responses=_refusals(400, 404, 413, 422))(api.vouch)
    return router


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemDetails} for status in statuses}
