"""Segments: how many SMS a text is sent and paid as (3GPP TS 23.038, 23.040)."""

from collections.abc import Iterable

# The GSM 7-bit default alphabet; the extension table costs two places a character.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM7_LENGTHS = (160, 153)
UCS2_LENGTHS = (70, 67)

# What a text message can do without: accents that its alphabet lacks, typographic
# quotes, dashes and spaces, and the dots that hide a number.
FOLDED = str.maketrans(
    "áíóúÁÍÓÚ•“”„«»‘’‚′″–—‐‑−…\u00a0\u202f",
    "aiouAIOU*" + '"' * 5 + "'" * 4 + '"' + "-" * 5 + ".  ",
)


def fold(text: str) -> str:
    """The text in letters that cost one place each in a text message."""
    return text.translate(FOLDED)


def is_gsm7(text: str) -> bool:
    """Whether the text fits the GSM alphabet; else every character costs double."""
    return BASIC.union(EXTENSION).issuperset(text)


def segments(text: str) -> int:
    """The number of SMS for a text; the empty text is sent as one."""
    if is_gsm7(text):
        return _count((1 + (each in EXTENSION) for each in text), *GSM7_LENGTHS)
    return _count((1 + (each > "\uffff") for each in text), *UCS2_LENGTHS)


def _count(widths: Iterable[int], alone: int, joined: int) -> int:
    """Pack whole characters: one of width two never spans two segments."""
    total, count, used = 0, 1, 0
    for width in widths:
        total += width
        if used + width > joined:
            count, used = count + 1, 0
        used += width
    return 1 if total <= alone else count
