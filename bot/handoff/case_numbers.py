"""Numbers of cases: 40 random bits, written so that they can be read out."""

import re

from bot.handoff.errors import CaseUnknown
from bot.privacy.folding import fold
from bot.verification.randomness import Randomness
from bot.verification.recovery import ALPHABET, MISREAD

SYMBOLS = 8


def new_case_number(randomness: Randomness) -> str:
    """A number such as `C-7K2M-9QX4`."""
    return _written(randomness.symbols(ALPHABET, SYMBOLS))


def read_case_number(text: str) -> str:
    """The number in its one spelling, however it was grouped and cased.

    Raises:
        CaseUnknown: it is something else.
    """
    folded = re.sub(r"[\s.\-]", "", fold(text)).upper()
    symbols = folded.removeprefix("C").translate(MISREAD)
    if not folded.startswith("C") or len(symbols) != SYMBOLS:
        raise CaseUnknown
    if any(symbol not in ALPHABET for symbol in symbols):
        raise CaseUnknown
    return _written(symbols)


def _written(symbols: str) -> str:
    return f"C-{symbols[:4]}-{symbols[4:]}"
