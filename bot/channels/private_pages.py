"""Pages behind a link that is a right, in the language that a browser likes."""

from collections.abc import Iterator

from bot.language import Language

# The address is a right: it is kept and passed on by nobody.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


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
