"""What settings add to telephony: look-ups of lines and risks, codes by Verify."""

from dataclasses import replace

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.settings import Settings
from bot.telephony.gateway import Gateway
from bot.telephony.kept_lines import KeptLineTypes
from bot.telephony.lines import LineTypes, OfflineLineTypes
from bot.telephony.risks import CarefulGateway, Risks, VerifiedOn
from bot.telephony.twilio.account import TwilioAccount
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.line_types import TwilioLineTypes
from bot.telephony.twilio.lookups import Lookups
from bot.telephony.twilio.risks import TwilioRisks
from bot.telephony.twilio.verify import Verifications, VerifyGateway

# Somebody waits for these answers, and an action gets five seconds in all: a request
# may take this long to connect, and again to be answered.
QUICK = 2.0


class Options:
    """Makes the parts that are wanted; what is not wanted is not there."""

    def __init__(
        self,
        settings: Settings,
        account: TwilioAccount,
        sessions: Sessions,
        clock: Clock,
        fingerprints: Fingerprints,
    ) -> None:
        self._settings = settings
        self._account = account
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints

    def lines(self) -> LineTypes:
        """Who says what kind of line a number is on."""
        if self._settings.line_types == "numbering_plan":
            return OfflineLineTypes()
        return KeptLineTypes(
            self._sessions,
            self._clock,
            self._fingerprints,
            TwilioLineTypes(self._lookups()),
            lifetime=self._settings.line_lifetime,
        )

    def verifications(self) -> Verifications | None:
        """Who makes and knows codes in our place."""
        if self._settings.code_engine == "own":
            return None
        made_up = f"VA{self._account.sid[2:]}"
        service = self._settings.twilio_verify_service or made_up
        return Verifications(twilio_client(self._quick()), service)

    def way_out(
        self,
        gateway: Gateway,
        verified_on: VerifiedOn,
        verifications: Verifications | None,
    ) -> Gateway:
        """The gateway with what stands before it."""
        if verifications is not None:
            gateway = VerifyGateway(
                *(self._sessions, self._clock, self._fingerprints),
                *(verifications, gateway),
            )
        risks = self.risks()
        return CarefulGateway(risks, verified_on, gateway) if risks else gateway

    def risks(self) -> Risks | None:
        """Who says what speaks against a number; nobody where it is not asked for."""
        reassigned = self._settings.reassigned_numbers == "check"
        if self._settings.sim_swap == "off" and not reassigned:
            return None
        return TwilioRisks(
            self._lookups(), sim_swap=self._settings.sim_swap, reassigned=reassigned
        )

    def _lookups(self) -> Lookups:
        return Lookups(twilio_client(self._quick()))

    def _quick(self) -> TwilioAccount:
        return replace(self._account, timeout=min(self._account.timeout, QUICK))
