"""The Twilio account that is spoken for: who, from which numbers, to which address."""

from dataclasses import dataclass

from pydantic import SecretStr

from bot.privacy.cipher import Keys
from bot.settings import Settings

STATUS_PATH = "/api/sms/status"
# What a called person hears after pressing a key.
CALL_PATH = "/api/voice/code"
INCOMING_PATH = "/api/sms/incoming"
# The demo's stand-in for Twilio, in the app; see bot/telephony/standin.
STANDIN_PATH = "/twilio"
# 555-01xx is kept for fiction; no person of the demo has these.
DEMO_SENDERS = ("+12065550101", "+12065550102", "+12065550103")


@dataclass(frozen=True)
class TwilioAccount:
    """What the settings say, with the demo's own values where they say nothing.

    `auth_tokens`: the one in force first; the one before it still signs webhooks.
    A sender is a number or a Messaging Service. Without `base_url`: Twilio's own.
    """

    sid: str
    auth_tokens: tuple[SecretStr, ...]
    code_sender: str
    conversation_sender: str
    voice_sender: str
    base_url: str
    public_url: str
    timeout: float

    @property
    def auth_token(self) -> str:
        """The token in force; empty where none is set."""
        return self.auth_tokens[0].get_secret_value() if self.auth_tokens else ""

    @property
    def senders(self) -> frozenset[str]:
        """Everything that messages of ours come from, and answers go to."""
        return frozenset(filter(None, (self.code_sender, self.conversation_sender)))

    def webhook(self, path: str) -> str:
        """The public address of a path of ours, as Twilio calls and signs it."""
        return f"{self.public_url}{path}"


def twilio_account(settings: Settings, keys: Keys) -> TwilioAccount:
    """The account of the settings; the demo has one of its own, that never leaves."""
    given = (settings.twilio_auth_token, settings.twilio_old_auth_token)
    tokens = tuple(token for token in given if token is not None)
    senders: tuple[str, ...] = (
        settings.twilio_code_sender,
        settings.twilio_conversation_sender,
        settings.twilio_voice_sender,
    )
    sid, base_url = settings.twilio_account_sid, settings.twilio_base_url
    if settings.demo:
        made_up = keys.derive("twilio account").hex()
        sid = sid or f"AC{made_up[:32]}"
        tokens = tokens or (SecretStr(made_up[32:]),)
        senders = tuple(map(_either, senders, DEMO_SENDERS))
        base_url = base_url or f"{settings.own_url}{STANDIN_PATH}"
    code, conversation, voice = senders
    return TwilioAccount(
        sid=sid,
        auth_tokens=tokens,
        code_sender=code,
        conversation_sender=conversation,
        voice_sender=voice,
        base_url=base_url.rstrip("/"),
        public_url=settings.link_base,
        timeout=settings.twilio_timeout,
    )


def _either(given: str, made_up: str) -> str:
    return given or made_up
