"""The page behind a link from a text; every text in it is escaped."""

from html import escape
from pathlib import Path
from typing import Literal

from bot.brand import Brand
from bot.channels.private_pages import PrivatePage
from bot.language import Language

PAGES = Path(__file__).parents[1] / "pages" / "link"

Outcome = Literal["open", "used", "expired", "unknown"]


class LinkPage(PrivatePage):
    """Writes the page; the link's code is not in it."""

    def __init__(self, brand: Brand, *, folder: Path = PAGES) -> None:
        super().__init__(brand, folder)

    def question(self, language: Language) -> str:
        """The button that follows the link."""
        button = escape(self._say(language, "button"))
        form = f'<form method="post"><button>{button}</button></form>'
        return self._write(language, "open", form)

    def outcome(self, outcome: Outcome, language: Language) -> str:
        """Why there is nothing to see."""
        return self._write(language, outcome, "")

    def _write(self, language: Language, outcome: Outcome, body: str) -> str:
        return self._page.substitute(
            language=language,
            brand=escape(self._brand.name),
            heading=escape(self._say(language, "heading", outcome)),
            told=escape(self._say(language, "told", outcome)),
            body=body,
        )
