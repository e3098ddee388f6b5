"""Values made of digits alone: phone numbers, codes, and whatever is longer."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatch, PhoneNumberMatcher

from bot.privacy.patterns import Finder, Found, Span, has_check_digit

MOST_TRIES = 200
NORTH_AMERICA = 1
# Fewer digits without a country code are as likely a code as a number.
FEWEST_DIGITS = 7
MOST_DIGITS = 15
LONGEST_EXTENSION = 5

NORTH_AMERICAN = re.compile(
    r"(?<![\d+])(?:(?<!\d[ .-])|(?<=\d{4}[ .-])(?<!00\d\d[ .-]))"
    r"(?:\+?1[-. ]{0,3})?\(?[2-9]\d\d\)?[-. ]{0,3}\d{3}[-. ]{0,3}\d{4}(?!\d)"
)
_PART = r"(?:\d++|\(\d{1,5}\))"
_SEPARATOR = r"(?:[ \t]?[-/_]{1,3}[ \t]?|\.{1,3}|[ \t]{1,3})"
RUN = re.compile(rf"\+?+{_PART}(?:{_SEPARATOR}?+{_PART})*+")
YEAR = re.compile("(?:19|20)[0-9]{2}")
CODE_SHAPES = frozenset({(3, 3), (4, 4), (2, 2, 2)})


def find_valid_phones(region: str) -> Finder:
    """Numbers that exist in some numbering plan, with their extensions."""

    def find(text: str) -> Iterator[Span]:
        for match in PhoneNumberMatcher(text, region, Leniency.VALID, MOST_TRIES):
            raw = _without_code(match)
            start, end = match.start, match.start + len(raw)
            if raw.startswith("(") and ")" not in raw:
                raw, start = raw[1:], start + 1
            if sum(map(str.isdigit, raw)) >= FEWEST_DIGITS:
                yield start, end, Found("phone", raw)

    return find


def find_north_american_phones(region: str) -> Finder:
    """Numbers of the right shape, given out or not, where that shape is at home."""
    at_home = phonenumbers.country_code_for_region(region) == NORTH_AMERICA

    def find(text: str) -> Iterator[Span]:
        for match in NORTH_AMERICAN.finditer(text) if at_home else ():
            yield *match.span(), Found("phone", match[0])

    return find


def find_runs(text: str) -> Iterator[Span]:
    """Every other run of digits, by its length and grouping."""
    for match in RUN.finditer(text):
        groups = list(re.finditer(r"\d+", match[0]))
        for chunk in _chunks(groups):
            first, last = chunk[0].start(), chunk[-1].end()
            start = 0 if chunk[0] is groups[0] else first
            yield from _named(match[0], match.start(), start, last, chunk)


def _named(
    run: str, offset: int, start: int, end: int, groups: list[re.Match[str]]
) -> Iterator[Span]:
    kind = _kind(run[start:end], [group[0] for group in groups])
    if kind:
        value = run[start:end]
        yield offset + start, offset + end, Found(kind, _tidy(kind, value))
        return
    for group in groups if len(groups) > 1 else ():
        yield from _named(run, offset, *group.span(), [group])


def _chunks(groups: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Neighbours that can be one number; no number has more than 15 digits."""
    digits = "".join(group[0] for group in groups)
    if has_check_digit(digits):
        yield groups
        return
    chunk: list[re.Match[str]] = []
    for group in groups:
        length = sum(len(each[0]) for each in chunk)
        if chunk and length + len(group[0]) > MOST_DIGITS:
            yield chunk
            chunk = []
        chunk.append(group)
    yield chunk


def kind_of(digits: str) -> str | None:
    """What digits in one piece are; None for a year and for what is too short."""
    return _kind(digits, [digits])


def _kind(text: str, groups: list[str]) -> str | None:
    digits = "".join(groups)
    if text.startswith("+") and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        return "phone"
    if all(map(_is_year, groups)):
        return None
    if has_check_digit(digits):
        return "card"
    if _is_code(text, groups):
        return "code"
    if len(digits) > MOST_DIGITS:
        return "number"
    return "phone" if len(digits) >= FEWEST_DIGITS else None


def _is_code(text: str, groups: list[str]) -> bool:
    sizes = tuple(map(len, groups))
    if len(groups) == 1:
        return 4 <= sizes[0] <= 8
    separators = set(re.findall(r"\D+", text.lstrip("+(")))
    spelled = set(sizes) == {1} and 4 <= len(sizes) <= 8
    halves = len(sizes) == 2 and sum(sizes) == 6 and not any(map(_is_year, groups))
    return len(separators) == 1 and (sizes in CODE_SHAPES or spelled or halves)


def _is_year(group: str) -> bool:
    return YEAR.fullmatch(group) is not None


def _tidy(kind: str, value: str) -> str:
    return re.sub(r"\D", "", value) if kind == "code" else value


def _without_code(match: PhoneNumberMatch) -> str:
    """The number as typed, but for an `#123456` that is no extension."""
    raw: str = match.raw_string
    if len(match.number.extension or "") <= LONGEST_EXTENSION:
        return raw
    before = [group.end() for group in re.finditer(r"\d+", raw)]
    return raw[: before[-2]]
