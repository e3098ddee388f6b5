"""Digits that are spelled in words: `four eight two` or `cuatro, ocho, dos`."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.privacy.digits import kind_of
from bot.privacy.patterns import Found, Span

# Fewer words are as likely a count or a time of day.
FEWEST_WORDS = 3
FEWEST_DIGITS = 4
TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
BETWEEN = re.compile(r"[ \t\n,.;:/()-]{1,4}")


@dataclass(frozen=True)
class Language:
    """Number words by their value; `joins` stand between tens and units."""

    values: dict[str, int]
    times: dict[str, int]
    joins: frozenset[str]


def _counted(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


ENGLISH = Language(
    _counted("zero one two three four five six seven eight nine")
    | _counted("ten eleven twelve thirteen fourteen fifteen", 10)
    | _counted("sixteen seventeen eighteen nineteen", 16)
    | _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
    | {"oh": 0, "o": 0, "nought": 0, "fourty": 40, "hundred": 100},
    {"double": 2, "triple": 3},
    frozenset({"and"}),
)
SPANISH = Language(
    _counted("cero uno dos tres cuatro cinco seis siete ocho nueve")
    | _counted("diez once doce trece catorce quince dieciseis diecisiete", 10)
    | _counted("dieciocho diecinueve veinte veintiuno veintidos veintitres", 18)
    | _counted("veinticuatro veinticinco veintiseis veintisiete veintiocho", 24)
    | _counted("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 30, 10)
    | _counted("ciento doscientos trescientos cuatrocientos quinientos", 100, 100)
    | _counted("seiscientos setecientos ochocientos novecientos", 600, 100)
    | {"un": 1, "una": 1, "veintinueve": 29, "cien": 100},
    {"doble": 2, "triple": 3},
    frozenset({"y"}),
)


def find_spoken_digits(text: str) -> Iterator[Span]:
    """Codes and numbers in words, among which digits may stand; given as digits."""
    tokens = list(TOKEN.finditer(text))
    place = 0
    while place < len(tokens):
        runs = (_run(text, tokens, place, each) for each in (ENGLISH, SPANISH))
        run, language = max(zip(runs, (ENGLISH, SPANISH), strict=True), key=_length)
        found = _found([_plain(token[0]) for token in run], language)
        if found is not None:
            yield run[0].start(), run[-1].end(), found
        place += max(len(run), 1)


def _length(run: tuple[Sequence[re.Match[str]], Language]) -> int:
    return len(run[0])


def _run(
    text: str, tokens: Sequence[re.Match[str]], start: int, language: Language
) -> Sequence[re.Match[str]]:
    """The number words from `start` on; a word that is none stands only between two."""
    run: list[re.Match[str]] = []
    helps = language.joins | set(language.times)
    for place in range(start, len(tokens)):
        token = tokens[place]
        word, last = _plain(token[0]), _plain(run[-1][0]) if run else ""
        gap = text[run[-1].end() : token.start()] if run else " "
        begins = word in language.joins and not run
        if not _counts(word, language) or not BETWEEN.fullmatch(gap) or begins:
            break
        if word in helps and last in helps:
            break
        run.append(token)
    return run[:-1] if run and _plain(run[-1][0]) in helps else run


def _counts(word: str, language: Language) -> bool:
    known = word in language.values or word in language.joins or word in language.times
    return known or (word.isdecimal() and len(word) <= FEWEST_DIGITS)


def _found(words: Sequence[str], language: Language) -> Found | None:
    spelled = sum(word in language.values for word in words)
    if spelled < FEWEST_WORDS:
        return None
    digits = _digits(words, language)
    kind = kind_of(digits) if len(digits) >= FEWEST_DIGITS else None
    return Found(kind, digits) if kind else None


def _digits(words: Sequence[str], language: Language) -> str:
    """What is written when it is dictated: `forty two` is 42, `double four` 44."""
    written: list[str] = []
    open_for, times = 0, 1
    for word in words:
        if word in language.joins:
            continue
        if word in language.times:
            times = language.times[word]
            continue
        value = word if word.isdecimal() else str(language.values[word])
        number = -1 if word.isdecimal() else language.values[word]
        if number == 100 and word == "hundred" and written and len(written[-1]) == 1:
            written[-1] += "00"
            open_for = 100
        elif 0 < number < open_for:
            written[-1] = str(int(written[-1]) + number)
            open_for = 10 if number >= 20 and number % 10 == 0 else 0
        else:
            written.append(value * times)
            open_for = _room(number)
        times = 1
    return "".join(written)


def _room(number: int) -> int:
    """Below which value the next word is added to a number: 10 after `forty`."""
    if number >= 100 and number % 100 == 0:
        return 100
    return 10 if 20 <= number < 100 and number % 10 == 0 else 0


def _plain(word: str) -> str:
    """A word in small letters without accents."""
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(each for each in apart if not unicodedata.combining(each))
