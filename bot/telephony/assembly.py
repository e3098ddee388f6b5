"""Puts telephony together from the settings."""

from bot.settings import Settings
from bot.telephony.gateway import ConsoleGateway, Gateway
from bot.telephony.standin.app import StandIn, stand_in
from bot.telephony.twilio.account import TwilioAccount
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.gateway import TwilioGateway
from bot.telephony.wording import Wording

# Requests to Twilio that wait at the same time, so that a slow one holds up few.
HANDS = 4


def build_gateway(
    settings: Settings, account: TwilioAccount, wording: Wording
) -> Gateway:
    """The way out that the settings name."""
    if settings.gateway == "console":
        return ConsoleGateway()
    return TwilioGateway(account, twilio_client(account), wording, ConsoleGateway())


def hands(settings: Settings) -> int:
    """How many messages are on their way out at the same time."""
    return 1 if settings.gateway == "console" else HANDS


def demo_stand_in(settings: Settings, account: TwilioAccount) -> StandIn | None:
    """The demo's own Twilio, unless another is set or none is wanted."""
    wanted = settings.demo and settings.uses_twilio
    return stand_in(account) if wanted and not settings.twilio_base_url else None
