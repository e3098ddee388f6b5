"""What a text says that no dialogue has chosen, read from `strings.yml`."""

from pathlib import Path
from typing import Any

from bot.brand import Brand
from bot.documents import parse

STRINGS = Path(__file__).with_name("strings.yml")


class Wording:
    """Texts by name and language, with the brand's own words filled in."""

    def __init__(self, brand: Brand, *, path: Path = STRINGS) -> None:
        document: dict[str, Any] = parse(path.read_text(encoding="utf-8"))
        self._texts: dict[str, dict[str, str]] = document["texts"]
        self._brand = {"brand": brand.name, "support_url": brand.support_url}

    def text(self, name: str, language: str, **values: object) -> str:
        """The text; `strings.yml` says which values it takes."""
        return self._texts[name][language].format_map({**self._brand, **values})
