"""The page behind a link from a text; every text in it is escaped."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Literal

from bot.brand import Brand
from bot.conversations.lines import MessageView
from bot.documents import parse
from bot.language import Language

PAGES = Path(__file__).parents[1] / "pages" / "link"

Outcome = Literal["open", "read", "used", "expired", "unknown"]


class LinkPage:
    """Writes the page; the link's code is not in it."""

    def __init__(self, brand: Brand, *, folder: Path = PAGES) -> None:
        self._brand = brand
        self._page = Template((folder / "page.html").read_text(encoding="utf-8"))
        strings = (folder / "strings.yml").read_text(encoding="utf-8")
        self._strings: dict[str, Any] = parse(strings)

    def question(self, language: Language) -> str:
        """The button that follows the link."""
        button = escape(self._say(language, "button"))
        form = f'<form method="post"><button>{button}</button></form>'
        return self._write(language, "open", form)

    def conversation(self, language: Language, messages: Sequence[MessageView]) -> str:
        """What was said, with what is shown of secrets just now."""
        items = "".join(self._item(language, message) for message in messages)
        return self._write(language, "read", f"<ol>{items}</ol>")

    def outcome(self, outcome: Outcome, language: Language) -> str:
        """Why there is nothing to see."""
        return self._write(language, outcome, "")

    def _item(self, language: Language, message: MessageView) -> str:
        author = escape(self._say(language, "author", message.author))
        options = "".join(f"<li>{escape(each.title)}</li>" for each in message.options)
        parts = [
            f'<li class="{escape(message.author)}"><strong>{author}</strong>\n',
            escape(message.text),
            f"<ul>{options}</ul>" if options else "",
            *self._secret(language, message.data.get("secret", {})),
            "</li>",
        ]
        return "".join(parts)

    def _secret(self, language: Language, secret: Mapping[str, Any]) -> Iterator[str]:
        for shown in (secret.get("secret"), *secret.get("codes", ())):
            if shown:
                yield f"\n<code>{escape(str(shown))}</code>"
        if picture := secret.get("qr_svg"):
            encoded = base64.b64encode(str(picture).encode()).decode()
            alt = escape(self._say(language, "qr"))
            yield f'<img alt="{alt}" src="data:image/svg+xml;base64,{encoded}">'

    def _write(self, language: Language, outcome: Outcome, body: str) -> str:
        return self._page.substitute(
            language=language,
            brand=escape(self._brand.name),
            heading=escape(self._say(language, "heading", outcome)),
            told=escape(self._say(language, "told", outcome)),
            body=body,
        )

    def _say(self, language: Language, *place: str) -> str:
        text = self._strings
        for name in place:
            text = text[name]
        return str(text[language]).format_map({"brand": self._brand.name})
