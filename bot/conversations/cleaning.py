"""What is left of a typed text before anything else looks at it."""

import unicodedata

from bot.conversations.errors import TextMissing, TextTooLong

LINE_CHARACTERS = "\n\t"
# Marks that turn the order of what follows around; nobody types them.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str, *, limit: int) -> str:
    """Take control characters and lone surrogates out, and outer spaces off.

    Raises:
        TextTooLong: more than `limit` characters are left.
        TextMissing: nothing readable is left.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in unified if _is_text(character)).strip()
    if len(kept) > limit:
        raise TextTooLong(limit)
    if not any(_is_visible(character) for character in kept):
        raise TextMissing
    return kept


def _is_text(character: str) -> bool:
    if character in LINE_CHARACTERS:
        return True
    if character in TURNING:
        return False
    return unicodedata.category(character) not in ("Cc", "Cs")


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"
