"""Folding: one spelling for digits, spaces, dashes and brackets of all scripts."""

import unicodedata

# Letters and signs that show as nothing (Unicode: Hangul fillers, Braille blank).
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
KEPT_CONTROLS = frozenset("\n\r\t")
DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
MINUS = "\u2212"


def fold(text: str) -> str:
    """NFKC, ASCII digits, plain spaces and dashes, nothing invisible (UAX #15).

    Marks on a digit (keycaps, accents) go too, so that no digit can hide.
    """
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for character in unicodedata.normalize("NFKC", text):
        folded = _fold(character)
        if kept and kept[-1].isdigit() and unicodedata.category(character)[0] == "M":
            continue
        if folded:
            kept.append(folded)
    # A mark that went may have kept a letter and its accent apart.
    return unicodedata.normalize("NFKC", "".join(kept))


def _fold(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else _control(character)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in DROPPED_CATEGORIES or character in BLANKS:
        return ""
    if category == "Zs":
        return " "
    return "-" if category == "Pd" or character == MINUS else character


def _control(character: str) -> str:
    return character if character in KEPT_CONTROLS else ""
