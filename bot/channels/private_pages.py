"""Pages behind a link that is a right: how they are sent, and written."""

from pathlib import Path
from string import Template
from typing import Any

from bot.brand import Brand
from bot.documents import parse
from bot.language import Language

# The address is a right: it is kept and passed on by nobody.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
}


class PrivatePage:
    """A page's template, and its texts in two languages."""

    def __init__(self, brand: Brand, folder: Path) -> None:
        self._brand = brand
        self._page = Template((folder / "page.html").read_text(encoding="utf-8"))
        strings = (folder / "strings.yml").read_text(encoding="utf-8")
        self._strings: dict[str, Any] = parse(strings)

    def _say(self, language: Language, *place: str, **values: str) -> str:
        text = self._strings
        for name in place:
            text = text[name]
        filled = {"brand": self._brand.name, **values}
        return str(text[language]).format_map(filled)
