"""The demo's page: words in two languages, put in where the page names them."""

import re
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from bot.brand import Brand
from bot.channels.page_languages import page_language
from bot.documents import parse
from bot.language import Language
from bot.services import Services

PAGES = Path(__file__).parents[1] / "pages" / "demo"
SERVED = ("*.js", "*.css", "*.svg")
LANGUAGES: tuple[Language, ...] = ("en", "es")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none';"
    " object-src 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
# Where the page wants a text: inside of an element, or as its accessible name.
TEXT = re.compile(r'data-say="([\w.]+)">')
LABEL = re.compile(r'data-label="([\w.]+)"')
Words = Mapping[str, str]


class DemoPage:
    """Writes the page."""

    def __init__(self, brand: Brand, *, folder: Path = PAGES) -> None:
        self._page = (folder / "index.html").read_text(encoding="utf-8")
        self.words = {
            language: read_words(brand, language, folder=folder)
            for language in LANGUAGES
        }

    def write(self, language: Language) -> str:
        """The page in a language; its script can change that later."""
        words = self.words[language]

        def text(place: re.Match[str]) -> str:
            return place[0] + escape(words[place[1]])

        def label(place: re.Match[str]) -> str:
            return f'{place[0]} aria-label="{escape(words[place[1]])}"'

        page = Template(self._page).substitute(
            language=language, title=escape(words["title"])
        )
        return LABEL.sub(label, TEXT.sub(text, page))


def read_words(
    brand: Brand, language: Language, *, folder: Path = PAGES
) -> dict[str, str]:
    """Every text of a language by its dotted name, with the brand filled in."""
    strings = parse((folder / "strings.yml").read_text(encoding="utf-8"))
    filled = {
        "{brand}": brand.name,
        "{site}": brand.site.removeprefix("https://"),
        "{disclaimer}": brand.disclaimer[language],
    }
    return {
        name: _fill(texts[language], filled) for name, texts in _leaves("", strings)
    }


def _leaves(prefix: str, tree: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    if set(tree) == set(LANGUAGES):
        return [(prefix, dict(tree))]
    return [
        leaf
        for name, branch in tree.items()
        for leaf in _leaves(f"{prefix}.{name}" if prefix else name, branch)
    ]


def _fill(text: str, values: Mapping[str, str]) -> str:
    # What is left in braces is the script's to fill in.
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def add_page(router: APIRouter, services: Services) -> None:
    """The page at `/`, its words, and the files that it is made of."""
    page, default = DemoPage(services.brand), services.settings.language

    @router.get("/", include_in_schema=False)
    async def home(
        chosen: Annotated[str | None, Query(alias="language")] = None,
        accepted: Annotated[str | None, Header(alias="Accept-Language")] = None,
    ) -> Response:
        language = page_language(chosen, accepted=accepted, default=default)
        return HTMLResponse(page.write(language), headers=HEADERS)

    @router.get("/demo/strings.json", include_in_schema=False)
    async def words() -> Response:
        return JSONResponse(page.words, headers=HEADERS)

    for path in (path for kind in SERVED for path in sorted(PAGES.glob(kind))):
        router.get(f"/demo/{path.name}", include_in_schema=False)(_file(path))


def _file(path: Path) -> Callable[[], Awaitable[Response]]:
    async def send() -> Response:
        return FileResponse(path, headers=HEADERS)

    return send
