"""Values that have a shape of their own: e-mails, recovery codes, cards, dates.

Every pattern is linear: where a repetition may fail it is possessive or bounded,
and none starts in the middle of what it could not finish.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A value that was taken out, by its kind (`phone`, `code`, `email`, ...)."""

    kind: str
    value: str


Span = tuple[int, int, Found]
Finder = Callable[[str], Iterator[Span]]

_LOCAL = r"[\w.%+'-]"
EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++ ?@ ?[\w-]++(?:\.[\w-]++)++")
NUMERIC_ENDING = re.compile(r"(?:\.[\d_-][\w-]*)+$")
# Crockford's base 32, with the letters that people mistake for its digits. Six
# four-letter words would fit as well, so a group has to mix letters and digits.
_CROCKFORD = "[0-9A-TV-Za-tv-z]"
RECOVERY_CODE = re.compile(
    rf"(?<![0-9A-Za-z]){_CROCKFORD}{{4}}(?:[- ]?{_CROCKFORD}{{4}}){{5}}"
    r"(?![0-9A-Za-z])"
)
# C-XXXX-XXXX in the same letters. Two words may follow a "c", and so may a number, so
# without its dashes it has to mix letters and digits; in one piece with a digit before
# a letter, as "class2024" has not.
_BETWEEN = "(?: ?- ?| |)"
CASE_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])[Cc]{_BETWEEN}({_CROCKFORD}{{4}}){_BETWEEN}({_CROCKFORD}{{4}})"
    r"(?![0-9A-Za-z])"
)
MISREAD = str.maketrans("OIL", "011")
DIGIT_FIRST = re.compile(r"[0-9][A-Za-z]")
MIXED_GROUP = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]")
SSN = re.compile(r"(?<!\d)(?<!\d[-. ])\d{3}([-. ])\d{2}\1\d{4}(?!\d)")
CARD = re.compile(
    r"(?<![\d+])(?:\d{13,19}"
    r"|\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?"
    r"|\d{4}([ -])\d{6}\2\d{5})(?!\d)"
)
_YEAR = "(?:19|20)[0-9]{2}"
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"
DATE = re.compile(
    rf"(?<!\d)(?<!\d[-./])(?:{_YEAR}([-./]){_DAY}\1{_DAY}"
    rf"|{_DAY}([-./]){_DAY}\2{_YEAR})(?!\d)(?![-./]\d)"
)
# Capitals only: "100 dollars" is no phone number. The names of brands are not told
# apart; what matters is that the number can be refused by what is wrong with it.
VANITY = re.compile(
    r"(?<![\w+])(?:\+?1[-. ])?\(?\d{3}\)?[-. ]?"
    r"(?:[A-Z]{7}|[A-Z]{3}-[A-Z]{4}|\d{3}[-. ][A-Z]{4})(?![A-Za-z\d])"
)


def find_vanity_numbers(text: str) -> Iterator[Span]:
    """North American numbers with letters in place of digits, as on advertisements."""
    for match in VANITY.finditer(text):
        yield *match.span(), Found("phone", match[0])


def find_emails(text: str) -> Iterator[Span]:
    """E-mail addresses; a space beside the `@` is the telephone keyboard's."""
    for match in EMAIL.finditer(text):
        address = NUMERIC_ENDING.sub("", match[0])
        if "." in address.rpartition("@")[2]:
            end = match.start() + len(address)
            yield match.start(), end, Found("email", address.replace(" ", ""))


def find_recovery_codes(text: str) -> Iterator[Span]:
    """Saved recovery codes, given without separators and in capitals."""
    for match in RECOVERY_CODE.finditer(text):
        if "-" in match[0] or MIXED_GROUP.search(match[0]):
            value = re.sub("[- ]", "", match[0]).upper()
            yield *match.span(), Found("recovery_code", value)


def find_case_numbers(text: str) -> Iterator[Span]:
    """Numbers of support cases, given in their one spelling."""
    for match in CASE_NUMBER.finditer(text):
        symbols = match[1] + match[2]
        pieces = len(re.findall("[0-9A-Za-z]+", match[0]))
        mixed = not symbols.isalpha() and not symbols.isdecimal()
        told = mixed if pieces == 3 else DIGIT_FIRST.search(symbols)
        if told or match[0].count("-") == 2:
            read = symbols.upper().translate(MISREAD)
            yield *match.span(), Found("case", f"C-{read[:4]}-{read[4:]}")


def find_ssns(text: str) -> Iterator[Span]:
    """Social security numbers (and ITINs) written as 3-2-4 digits."""
    for match in SSN.finditer(text):
        yield *match.span(), Found("ssn", match[0])


def find_cards(text: str) -> Iterator[Span]:
    """Card numbers of 13 to 19 digits with a right check digit (ISO/IEC 7812-1)."""
    for match in CARD.finditer(text):
        if has_check_digit(re.sub(r"\D", "", match[0])):
            yield *match.span(), Found("card", match[0])


def find_dates(text: str) -> Iterator[Span]:
    """Dates with a full year: often a birthday, and never a phone number."""
    for match in DATE.finditer(text):
        yield *match.span(), Found("number", match[0])


def has_check_digit(digits: str) -> bool:
    """Whether 13 to 19 digits pass Luhn's test."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    rest = (int(digit) for digit in digits[::-2])
    return 13 <= len(digits) <= 19 and (sum(doubled) + sum(rest)) % 10 == 0
