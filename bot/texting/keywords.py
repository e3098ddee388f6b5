"""What a text says about texts: that none are wanted, or that they are again.

Twilio takes the single English words itself, answers them, and tells us of them
(twilio.com/docs/messaging/tutorials/advanced-opt-out); whatever else refuses our texts
counts as much (47 CFR 64.1200(a)(10)) and is for us to notice.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bot.documents import parse
from bot.texting.folding import fold_words

KEYWORDS = Path(__file__).with_name("keywords.yml")
# Refusals are short; what tells a story is read by the assistant.
LONGEST = 200
OPT_OUT_TYPES: dict[str, "Keyword"] = {
    "STOP": "opt_out",
    "START": "opt_in",
    "HELP": "help",
}

Keyword = Literal["opt_out", "opt_in", "help"]


def keyword_in(text: str, opt_out_type: str | None = None) -> Keyword | None:
    """The keyword that Twilio has answered already, if the text is one.

    `opt_out_type` is Twilio's own word for it, where Advanced Opt-Out is on.
    """
    if opt_out_type:
        return OPT_OUT_TYPES.get(opt_out_type.strip().upper())
    return _twilio_words().get(text.strip().upper())


def refuses_texts(text: str) -> bool:
    """Whether somebody says in words of their own that they want no more texts."""
    if len(text) > LONGEST:
        return False
    folded = fold_words(text)
    if any(pattern.search(folded) for pattern in _patterns("about_the_account")):
        return False
    return any(pattern.fullmatch(folded) for pattern in _patterns("refusals"))


@cache
def _twilio_words() -> dict[str, Keyword]:
    return {
        word: kind for kind, words in _document()["twilio"].items() for word in words
    }


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    document = _document()
    listed = document[name]
    if isinstance(listed, dict):
        listed = [pattern for patterns in listed.values() for pattern in patterns]
    return tuple(re.compile(_filled(each, document["parts"])) for each in listed)


def _filled(pattern: str, parts: dict[str, str]) -> str:
    for name, words in parts.items():
        pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = parse(KEYWORDS.read_text(encoding="utf-8"))
    return document
