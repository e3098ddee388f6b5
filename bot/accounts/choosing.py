"""Which of several numbers is meant, by its place or its last digits."""

from collections.abc import Sequence

from bot.accounts.errors import WhichNumber
from bot.accounts.models import PhoneNumber

LAST_DIGITS = 4


def choose(numbers: Sequence[PhoneNumber], which: str | None) -> PhoneNumber | None:
    """The number meant; none when there is none to choose from.

    `which` is a place from `1`, `last`, `other` (of two), or a number's last digits.

    Raises:
        WhichNumber: it may be more than one of them, or is none.
    """
    if not numbers:
        return None
    meant = list(numbers) if which is None else _meant(numbers, which)
    if len(meant) != 1:
        raise WhichNumber(tuple(number.masked for number in numbers))
    return meant[0]


def _meant(numbers: Sequence[PhoneNumber], which: str) -> list[PhoneNumber]:
    if which == "last" or (which == "other" and len(numbers) == 2):
        return [numbers[-1]]
    digits = "".join(filter(str.isdecimal, which))
    if len(digits) == 1:
        return list(numbers[int(digits) - 1 : int(digits)]) if digits != "0" else []
    if len(digits) < LAST_DIGITS:
        return []
    ending = digits[-LAST_DIGITS:]
    return [number for number in numbers if number.masked.endswith(ending)]
