"""The page behind an undo link, in two languages; every text in it is escaped."""

from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Literal

from bot.accounts.models import UndoKind
from bot.brand import Brand
from bot.channels.private_pages import PrivatePage
from bot.dates import at_time
from bot.language import OTHER, Language

PAGES = Path(__file__).parents[1] / "pages" / "undo"

Outcome = Literal["used", "expired", "unknown", "impossible"]


class UndoPage(PrivatePage):
    """Writes the page; the token is not in it, so that a saved copy gives no right."""

    def __init__(self, brand: Brand, *, folder: Path = PAGES) -> None:
        super().__init__(brand, folder)
        self._form = Template((folder / "form.html").read_text(encoding="utf-8"))

    def question(self, kind: UndoKind, language: Language, *, until: datetime) -> str:
        """What would be taken back, with the button that does it."""
        form = self._form.substitute(
            language=language,
            button=escape(self._say(language, "button", kind)),
            until=escape(self._say(language, "until", until=at_time(until, language))),
        )
        what = self._paragraph(language, "what", kind)
        effect = self._paragraph(language, "effect", kind)
        return self._write(language, "open", what + effect + form)

    def done(self, kind: UndoKind, language: Language) -> str:
        """It was taken back just now."""
        return self._write(language, "done", self._paragraph(language, "done", kind))

    def outcome(self, outcome: Outcome, language: Language) -> str:
        """Nothing was done, and why."""
        return self._write(
            language, outcome, self._paragraph(language, "text", outcome)
        )

    def _write(self, language: Language, heading: str, body: str) -> str:
        return self._page.substitute(
            language=language,
            other=OTHER[language],
            brand=escape(self._brand.name),
            heading=escape(self._say(language, "heading", heading)),
            body=body,
            support_url=escape(self._brand.support_url),
            support=escape(self._say(language, "support")),
            switch=escape(self._say(language, "switch")),
        )

    def _paragraph(self, language: Language, *place: str) -> str:
        return f"<p>{escape(self._say(language, *place))}</p>\n  "
