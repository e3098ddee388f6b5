"""What a person keeps of what is shown but once: an app's secret, saved codes."""

import base64
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyotp

from bot.accounts.demo import HAS_APP, HAS_RECOVERY_CODES
from bot.verification.randomness import FixedRandomness
from bot.verification.recovery import ALPHABET, CODES, SYMBOLS
from bot.verification.totp import SECRET_BYTES, STEP
from tests.conversations.visitor import Line


class Kept:
    """Apps and sheets of codes, oldest first: the demo's, then those that are shown."""

    def __init__(self) -> None:
        octets = FixedRandomness(seed=HAS_APP).octets(SECRET_BYTES)
        chance = FixedRandomness(seed=HAS_RECOVERY_CODES)
        self._secrets = [base64.b32encode(octets).decode()]
        self._codes = [chance.symbols(ALPHABET, SYMBOLS) for _ in range(CODES)]

    def look(self, lines: Iterable[Line]) -> None:
        """Keep what lines of the bot show, while they show it."""
        for line in lines:
            shown = line["data"].get("secret", {})
            if "secret" in shown:
                self._secrets.append(shown["secret"].replace(" ", ""))
            self._codes += (code.replace("-", "") for code in shown.get("codes", ()))

    def app_code(self, nth: int, at: datetime) -> str:
        """What an app shows at a moment."""
        return pyotp.TOTP(self._secrets[nth], interval=STEP).at(at)

    def saved_code(self, nth: int) -> str:
        """A code as it stands on its sheet, in groups."""
        return _grouped(self._codes[nth], "-")

    def traces(self, files: Iterable[Path]) -> list[str]:
        """Files that hold one of the secrets in the clear, however it is grouped."""
        spellings = {
            spelling.encode()
            for secret in (*self._secrets, *self._codes)
            for spelling in (secret, _grouped(secret, " "), _grouped(secret, "-"))
        }
        return [
            f"{path.name} holds a secret"
            for path in files
            for content in (path.read_bytes(),)
            if any(spelling in content for spelling in spellings)
        ]


def _grouped(symbols: str, between: str) -> str:
    groups = (symbols[place : place + 4] for place in range(0, len(symbols), 4))
    return between.join(groups)
