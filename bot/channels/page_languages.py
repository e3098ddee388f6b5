"""The language of a page: what somebody has chosen, else what their browser likes."""

from collections.abc import Iterator
from typing import cast

from bot.language import OTHER, Language


def page_language(
    *chosen: str | None, accepted: str | None, default: Language
) -> Language:
    """The first of the choices that is a language here, else by `Accept-Language`."""
    for language in chosen:
        if language in OTHER:
            return cast("Language", language)
    return accepted_language(accepted or "", default=default)


def accepted_language(header: str, *, default: Language) -> Language:
    """The one of the two languages that a browser likes best (RFC 9110, 12.5.4)."""
    liked = dict.fromkeys(("en", "es"), 0.0)
    for tag, weight in _weighed(header):
        language = tag.split("-")[0]
        if language in liked:
            liked[language] = max(liked[language], weight)
    if liked["en"] == liked["es"]:
        return default
    return "en" if liked["en"] > liked["es"] else "es"


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    for part in header.lower().replace(" ", "").split(","):
        tag, _, weight = part.partition(";q=")
        try:
            yield tag, float(weight or 1)
        except ValueError:
            continue
