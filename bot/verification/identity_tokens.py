"""Identity tokens: the host website says who is signed in (HS256, RFC 7519)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from bot.clock import Clock
from bot.settings import Settings
from bot.verification.errors import IdentityTokenInvalid

MOST_CHARACTERS = 4096


@dataclass(frozen=True)
class SignedIn:
    """Whom the host website has signed in, and until when it vouches for that."""

    email: str
    until: datetime


class IdentityTokens:
    """Reads tokens; expiry and audience are required, other algorithms refused."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._key = settings.identity_token_key
        self._audience = settings.identity_token_audience
        self._clock = clock

    def read(self, token: str) -> SignedIn:
        """Whom a token names, by the claim `email` or else `sub`.

        Raises:
            IdentityTokenInvalid: it proves nothing.
        """
        claims = self._claims(token)
        email = claims.get("email", claims.get("sub"))
        if not isinstance(email, str):
            raise IdentityTokenInvalid("claims")
        until, now = _moment(claims["exp"]), self._clock.now()
        if until <= now:
            raise IdentityTokenInvalid("expired")
        if _moment(claims.get("nbf", 0)) > now:
            raise IdentityTokenInvalid("early")
        return SignedIn(email, until)

    def _claims(self, token: str) -> dict[str, Any]:
        if self._key is None:
            raise IdentityTokenInvalid("unset")
        if len(token) > MOST_CHARACTERS:
            raise IdentityTokenInvalid("unreadable")
        try:
            return jwt.decode(
                token,
                self._key.get_secret_value(),
                algorithms=["HS256"],
                audience=self._audience,
                # The times are compared with the product's own clock.
                options={
                    "require": ["exp", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidAudienceError:
            raise IdentityTokenInvalid("audience") from None
        except jwt.MissingRequiredClaimError:
            raise IdentityTokenInvalid("claims") from None
        except jwt.PyJWTError:
            raise IdentityTokenInvalid("unreadable") from None


def _moment(claim: object) -> datetime:
    if not isinstance(claim, int | float):
        raise IdentityTokenInvalid("claims")
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (OverflowError, ValueError, OSError):
        raise IdentityTokenInvalid("claims") from None
