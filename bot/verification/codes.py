"""Six-digit codes: made at random, kept as a keyed hash bound to their use."""

import hashlib
import hmac
import re

from bot.privacy.folding import fold
from bot.verification.errors import CodeMalformed
from bot.verification.models import Challenge
from bot.verification.randomness import Randomness

DIGITS = 6
SEPARATORS = re.compile(r"[\s.\-]")


class Codes:
    """Makes, seals and compares codes."""

    def __init__(self, key: bytes, randomness: Randomness, *old_keys: bytes) -> None:
        self._keys = (key, *old_keys)
        self._randomness = randomness

    def new(self) -> str:
        """A random code; leading zeros stay."""
        return self._randomness.symbols("0123456789", DIGITS)

    def seal(self, challenge: Challenge, code: str, key: bytes = b"") -> str:
        """The hash of a code for this challenge and no other use of it."""
        bound = (
            challenge.id,
            challenge.purpose,
            challenge.conversation_id,
            challenge.account_id or "",
            challenge.destination_fingerprint,
            code,
        )
        message = "".join(f"{len(part)}:{part}" for part in bound)
        return hmac.new(
            key or self._keys[0], message.encode(), hashlib.sha256
        ).hexdigest()

    def seal_nothing(self, challenge: Challenge) -> str:
        """A hash that no code has, made with the same work."""
        return self.seal(challenge, self._randomness.octets(16).hex())

    def fits(self, challenge: Challenge, code: str) -> bool:
        """Whether this is the challenge's code; takes the same time either way."""
        # A code that was sent just before the secret changed is good to its end.
        sealed = (self.seal(challenge, code, key) for key in self._keys)
        fits = [hmac.compare_digest(challenge.code_hmac, each) for each in sealed]
        return any(fits)

    def may_fit(self, challenge: Challenge, code: str) -> bool:
        """Whether it could be the challenge's code; one made elsewhere may be any."""
        return self.fits(challenge, code) or challenge.engine != "own"


def read_code(text: str) -> str:
    """The six digits in a text, in any script and grouping.

    Raises:
        CodeMalformed: it is something else.
    """
    code = SEPARATORS.sub("", fold(text))
    if re.fullmatch(rf"[0-9]{{{DIGITS}}}", code) is None:
        raise CodeMalformed
    return code
