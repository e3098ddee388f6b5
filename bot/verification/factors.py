"""How the services on apps, saved codes and the secrets in them are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.verification.recovery import RecoveryCodes
from bot.verification.totp import Totp
from bot.verification.two_factor import TwoFactor

if TYPE_CHECKING:
    from bot.verification.assembly import Assembly


def totp(parts: Assembly) -> Totp:
    """Apps and their codes."""
    outside = parts.outside
    return Totp(
        outside.sessions,
        outside.clock,
        outside.cipher,
        outside.randomness,
        parts.authenticators,
        parts.proofs,
        parts.guesses,
        parts.bindings,
        outside.outbox,
        issuer=outside.brand.name,
    )


def recovery_codes(parts: Assembly) -> RecoveryCodes:
    """Saved codes."""
    outside = parts.outside
    return RecoveryCodes(
        outside.sessions,
        outside.clock,
        outside.lasting("recovery_codes"),
        outside.randomness,
        parts.authenticators,
        parts.proofs,
        parts.guesses,
        parts.bindings,
        outside.outbox,
    )


def two_factor(parts: Assembly, apps: Totp, saved: RecoveryCodes) -> TwoFactor:
    """Setting them up and taking them off in a chat."""
    return TwoFactor(
        parts.outside.sessions,
        parts.outside.clock,
        apps,
        saved,
        parts.showings,
        parts.authenticators,
        parts.proofs,
        parts.rebinding,
        parts.bindings,
        parts.outside.outbox,
    )
