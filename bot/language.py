"""Which of the two languages a text is written in, told by its words and letters."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from bot.documents import parse

Language = Literal["en", "es"]
OTHER: Mapping[Language, Language] = {"en": "es", "es": "en"}

WORDS_FILE = Path(__file__).with_name("language.yml")

STRONG, WEAK, LETTERS, SHAPE = 2.0, 1.0, 1.0, 0.5
CERTAIN = 1.0

NOT_WORDS = re.compile(r"\[[a-z_]+\]|https?://\S+|\S+@\S+")
WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
SPANISH_LETTERS = re.compile(r"[ñáéíóú¿¡]")
# Endings and letter pairs of words that neither list knows.
SPANISH_SHAPE = re.compile(
    r"(?:cion|ciones|mente|[ai]ndo|iendo|idad|[ai]d[ao]s?|[ai]ron|[ai]ste|[aei]mos|"
    r"[aei]r(?:me|te|se|l[ao]s?)|[aeio]s[ao]|ito|ita)$"
)
ENGLISH_SHAPE = re.compile(
    r"'(?:s|t|m|d|re|ve|ll)$|(?:ing|tions?|ly|ness|ment|[^aeiou]ed)$|"
    r"ght|wh|th|sh|ck|ee|oo|w|k|ph|ss|tt|ff"
)


def detect(text: str) -> Language | None:
    """The language of `text`; None when its words do not tell."""
    plain = NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).lower())
    score = sum(_weigh(word) for word in WORD.findall(_without_accents(plain)))
    if SPANISH_LETTERS.search(plain):
        score -= LETTERS
    if abs(score) < CERTAIN:
        return None
    return "en" if score > 0 else "es"


def _weigh(word: str) -> float:
    """How much one word speaks for English (> 0) or Spanish (< 0)."""
    known = _words().get(word)
    if known is not None:
        return known
    if len(word) < 4:
        return 0.0
    english, spanish = ENGLISH_SHAPE.search(word), SPANISH_SHAPE.search(word)
    return SHAPE * (bool(english) - bool(spanish))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


@cache
def _words() -> dict[str, float]:
    lists = parse(WORDS_FILE.read_text(encoding="utf-8"))
    return {
        word: sign * weight
        for language, sign in (("en", 1.0), ("es", -1.0))
        for strength, weight in (("weak", WEAK), ("strong", STRONG))
        for word in lists[language][strength].split()
    }
