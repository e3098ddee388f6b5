"""What the settings of Twilio have to fulfil together, outside the demo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

GATEWAY_NEEDS = (
    *("twilio_account_sid", "twilio_auth_token", "public_url"),
    *("twilio_code_sender", "twilio_conversation_sender", "twilio_voice_sender"),
)
QUESTIONS_NEED = ("twilio_account_sid", "twilio_auth_token")
VERIFY_NEEDS = ("twilio_verify_service",)


def twilio_fault(settings: Settings) -> str | None:
    """What is missing or wrong, and the variable it is about; None: nothing."""
    return next(_faults(settings), None)


def _faults(settings: Settings) -> Iterator[str]:
    if settings.gateway == "twilio":
        yield from _missing(settings, GATEWAY_NEEDS, "BOT_GATEWAY=twilio needs it")
        yield from _unsafe(settings)
    if settings.asks_twilio:
        yield from _missing(
            settings, QUESTIONS_NEED, "what is asked of Twilio needs it"
        )
    if settings.code_engine == "verify":
        yield from _missing(settings, VERIFY_NEEDS, "codes by Verify need it")


def _missing(settings: Settings, names: tuple[str, ...], why: str) -> Iterator[str]:
    for name in names:
        if not getattr(settings, name):
            yield f"BOT_{name.upper()} is not set; {why}"


def _unsafe(settings: Settings) -> Iterator[str]:
    if settings.twilio_code_sender == settings.twilio_conversation_sender:
        yield (
            "BOT_TWILIO_CONVERSATION_SENDER is BOT_TWILIO_CODE_SENDER: whoever texts"
            " STOP to the one would get no codes from the other"
        )
    if not settings.public_url.startswith("https://"):
        yield "BOT_PUBLIC_URL: Twilio calls and signs an https address"
