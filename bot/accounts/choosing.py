"""Which of several numbers or e-mail addresses is meant, by its place or a part."""

from collections.abc import Sequence

from bot.accounts.directory import Address
from bot.accounts.errors import WhichEmail, WhichNumber
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
    if _is_last(which, numbers):
        return [numbers[-1]]
    digits = "".join(filter(str.isdecimal, which))
    if len(digits) == 1:
        return list(numbers[int(digits) - 1 : int(digits)]) if digits != "0" else []
    if len(digits) < LAST_DIGITS:
        return []
    ending = digits[-LAST_DIGITS:]
    return [number for number in numbers if number.masked.endswith(ending)]


def choose_email(emails: Sequence[Address], which: str | None) -> Address | None:
    """The address meant; none when there is none to choose from.

    `which` is a place from `1`, `last`, `other` (of two), a part of the domain, or
    the address itself.

    Raises:
        WhichEmail: it may be more than one of them, or is none.
    """
    if not emails:
        return None
    meant = list(emails) if which is None else _meant_email(emails, which.lower())
    if len(meant) != 1:
        raise WhichEmail(tuple(email.masked for email in emails))
    return meant[0]


def _meant_email(emails: Sequence[Address], which: str) -> list[Address]:
    if _is_last(which, emails):
        return [emails[-1]]
    if which.isdecimal():
        return list(emails[int(which) - 1 : int(which)]) if int(which) else []
    if "@" in which:
        return [email for email in emails if email.value == which]
    return [email for email in emails if which in email.value.rpartition("@")[2]]


def _is_last(which: str, choices: Sequence[object]) -> bool:
    return which == "last" or (which == "other" and len(choices) == 2)
