"""One spelling for what people text: lower case, no accents, nothing but words."""

import re
import unicodedata

NOT_WORDS = re.compile(r"[^a-z0-9]+")


def fold_words(text: str) -> str:
    """The words of a text, single spaces between them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return NOT_WORDS.sub(" ", letters).strip()
