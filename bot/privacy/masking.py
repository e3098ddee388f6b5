"""Masking: what a person typed, with the personal values taken out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bot.privacy import digits, patterns, spoken
from bot.privacy.folding import fold
from bot.privacy.patterns import Finder, Found

__all__ = ["Found", "Masked", "mask", "redact"]

# Taking a value out can leave a neighbour standing alone that is a value too.
MOST_ROUNDS = 4
NO_BRACKETS = str.maketrans("[]", "()")


@dataclass(frozen=True)
class Masked:
    """A text with placeholders such as `[phone]`, and what they stand for in order."""

    text: str
    found: tuple[Found, ...]


def mask(text: str, *, region: str) -> Masked:
    """Take the personal values out of a message that a person typed.

    Square brackets in the text become round ones, so that every placeholder in the
    result stands for a value that was found here.
    """
    pieces = _pieces(fold(text).translate(NO_BRACKETS), region)
    found = tuple(piece for piece in pieces if isinstance(piece, Found))
    return Masked(_join(pieces), found)


def redact(text: str, *, region: str) -> str:
    """The same for text that may be masked already; what is masked stays as it is."""
    return _join(_pieces(fold(text), region))


def _pieces(text: str, region: str) -> list[str | Found]:
    pieces: list[str | Found] = [text]
    for _ in range(MOST_ROUNDS):
        count = len(pieces)
        for find in _finders(region):
            pieces = [part for piece in pieces for part in _split(piece, find)]
        if len(pieces) == count:
            break
    return pieces


def _split(piece: str | Found, find: Finder) -> Iterator[str | Found]:
    if isinstance(piece, Found):
        yield piece
        return
    end = 0
    for start, next_end, found in find(piece):
        yield from (piece[end:start], found)
        end = next_end
    yield piece[end:]


def _join(pieces: Iterable[str | Found]) -> str:
    return "".join(
        f"[{piece.kind}]" if isinstance(piece, Found) else piece for piece in pieces
    )


@cache
def _finders(region: str) -> tuple[Finder, ...]:
    """In order: what has a shape of its own goes before what is only digits."""
    return (
        patterns.find_emails,
        patterns.find_recovery_codes,
        patterns.find_case_numbers,
        patterns.find_ssns,
        patterns.find_cards,
        patterns.find_dates,
        patterns.find_vanity_numbers,
        spoken.find_spoken_digits,
        digits.find_valid_phones(region),
        digits.find_north_american_phones(region),
        digits.find_runs,
    )
