"""The stand-in: Twilio's HTTP for Messages, Calls, Lookup v2 and Verify v2.

The unmodified `twilio` client works against it. Nothing ever leaves the machine.
"""

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from bot.clock import Clock, SystemClock
from bot.telephony.standin.callbacks import Callbacks
from bot.telephony.standin.carrier import Carrier
from bot.telephony.standin.lookups import Lookups
from bot.telephony.standin.messaging import Messaging
from bot.telephony.standin.phones import Phones
from bot.telephony.standin.requests import Credentials, Doorkeeper
from bot.telephony.standin.state import State
from bot.telephony.standin.verify import Verify
from bot.telephony.twilio.account import INCOMING_PATH, TwilioAccount

ACCOUNT = "/2010-04-01/Accounts/{account}"
SERVICE = "/v2/Services/{service}"


class StandIn:
    """The application, and what a test or the demo may look at behind its back."""

    def __init__(
        self, credentials: Credentials, *, incoming_url: str, clock: Clock | None = None
    ) -> None:
        self.state = State(clock or SystemClock())
        callbacks = Callbacks(self.state, credentials.token)
        self._credentials = credentials
        self._carrier = Carrier(self.state, credentials.sid, callbacks)
        self._messaging = Messaging(self.state, credentials.sid, self._carrier)
        self._phones = Phones(self.state, credentials.sid, callbacks, incoming_url)
        self._doorkeeper = Doorkeeper(credentials, self.state)
        self.app = Starlette(routes=[*self._twilio(), *self._own()])

    @property
    def is_idle(self) -> bool:
        """Whether every text has arrived and every call has ended."""
        return self._carrier.is_idle

    async def start(self) -> None:
        """Nothing is to be done before the first request."""

    async def stop(self) -> None:
        """Drop callbacks that are still to come."""
        await self._carrier.stop()

    def _twilio(self) -> list[BaseRoute]:
        messaging, guard = self._messaging, self._doorkeeper.guard
        verify, lookups = Verify(self.state, self._credentials), Lookups()
        routes = [
            ("POST", f"{ACCOUNT}/Messages.json", messaging.create_text, True),
            ("GET", f"{ACCOUNT}/Messages.json", messaging.list_texts, False),
            ("GET", f"{ACCOUNT}/Messages/{{sid}}.json", messaging.fetch_text, False),
            ("POST", f"{ACCOUNT}/Calls.json", messaging.create_call, True),
            ("GET", f"{ACCOUNT}/Calls.json", messaging.list_calls, False),
            ("GET", f"{ACCOUNT}/Calls/{{sid}}.json", messaging.fetch_call, False),
            ("GET", "/v2/PhoneNumbers/{number}", lookups.fetch, False),
            ("POST", f"{SERVICE}/Verifications", verify.create, False),
            ("GET", f"{SERVICE}/Verifications/{{sid}}", verify.fetch, False),
            ("POST", f"{SERVICE}/Verifications/{{sid}}", verify.update, False),
            ("POST", f"{SERVICE}/VerificationCheck", verify.check, False),
        ]
        return [
            Route(path, guard(endpoint, faulty=faulty), methods=[method])
            for method, path, endpoint, faulty in routes
        ]

    def _own(self) -> list[BaseRoute]:
        phones, guard = self._phones, self._doorkeeper.open
        return [
            Route("/standin/phones/{number}", guard(phones.show)),
            Route(
                "/standin/phones/{number}/messages",
                guard(phones.send),
                methods=["POST"],
            ),
            Route("/standin/faults", guard(phones.plan_faults), methods=["POST"]),
            Route("/standin/behaviour", guard(phones.behave), methods=["POST"]),
        ]


def stand_in(account: TwilioAccount) -> StandIn:
    """The stand-in for an account of the settings."""
    return StandIn(
        Credentials(account.sid, account.auth_token),
        incoming_url=account.webhook(INCOMING_PATH),
    )
