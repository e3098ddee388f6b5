"""Text as later components read it: folded, spelt out, without decoration."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bot.documents import parse
from bot.language import Language, detect

ABBREVIATIONS_FILE = Path(__file__).with_name("abbreviations.yml")

QUOTES = str.maketrans("\u2018\u2019\u02bc\u00b4`\u201c\u201d", "'''''\"\"")
BLANKS = "\t\n\r\x0b\x0c"
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs")
EDGES = ".,;:!?\u00a1\u00bf()*~\"'_-\u2013\u2014\u2026"
# Masked values of which there are too few to learn from read like a code.
RARE_VALUE = re.compile(r"\[(?:card|ssn|recovery_code|number)\]")
REPEATED = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True)
class Abbreviations:
    """Short forms, folded, and what they stand for; emoji as they are."""

    both: dict[str, str]
    en: dict[str, str]
    es: dict[str, str]
    emoji: dict[str, str]

    def spell_out(self, word: str, language: Language | None) -> str:
        """The long form of `word`; a short form of both languages needs to know."""
        short = fold(word)
        if short in self.both:
            return self.both[short]
        lists = {"en": (self.en,), "es": (self.es,)}.get(language or "", ())
        found = [
            list_[short] for list_ in lists or (self.en, self.es) if short in list_
        ]
        return found[0] if len(found) == 1 else word


def load_abbreviations(path: Path = ABBREVIATIONS_FILE) -> Abbreviations:
    """Read the lists."""
    lists = parse(path.read_text(encoding="utf-8"))
    emoji = lists.pop("emoji")
    folded = {
        name: {fold(short): long for short, long in list_.items()}
        for name, list_ in lists.items()
    }
    return Abbreviations(emoji=emoji, **folded)


def fold(text: str) -> str:
    """Lower case without accents; keeps each character's place."""
    return "".join(_fold_letter(letter) for letter in text)


def _fold_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    base = unicodedata.normalize("NFKD", letter)[:1].lower()
    return base if len(base) == 1 else letter


def normalise(text: str, abbreviations: Abbreviations) -> str:
    """Plain lower case with words spelt out; `[phone]` and the like stay."""
    plain = _plain(text, abbreviations.emoji)
    language = detect(plain)
    words = (_rewrite(word, abbreviations, language) for word in plain.split())
    return " ".join(word for word in words if word)


def _plain(text: str, emoji: dict[str, str]) -> str:
    for picture, word in emoji.items():
        text = text.replace(picture, f" {word} ")
    text = unicodedata.normalize("NFKC", text.translate(QUOTES))
    seen = "".join(letter for letter in text if _is_seen(letter)).lower()
    return RARE_VALUE.sub("[code]", seen)


def _is_seen(letter: str) -> bool:
    return letter in BLANKS or unicodedata.category(letter) not in UNSEEN


def _rewrite(word: str, abbreviations: Abbreviations, language: Language | None) -> str:
    core = word.strip(EDGES)
    if not core:
        return word
    before, _, after = word.partition(core)
    plain = REPEATED.sub(r"\1", core)
    return before + abbreviations.spell_out(plain, language) + after
