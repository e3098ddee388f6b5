"""The wording of sent messages, read from `strings.yml`, English and Spanish."""

from pathlib import Path

from bot.brand import Brand
from bot.documents import parse
from bot.telephony.errors import WordingMissing

STRINGS = Path(__file__).with_name("strings.yml")


class Wording:
    """Texts by name (`code_sms`, `number_changed_email`, ...) and language."""

    def __init__(self, brand: Brand, *, path: Path = STRINGS) -> None:
        self._brand = brand
        texts: dict[str, dict[str, str]] = parse(path.read_text(encoding="utf-8"))
        self._texts = texts

    def text(self, name: str, language: str, /, **values: object) -> str:
        """The text with its values filled in; `code` may be spoken as `spoken_code`.

        Raises:
            WordingMissing: no such text, or it needs a value that was not given.
        """
        filled: dict[str, object] = {
            "brand": self._brand.name,
            "support_url": self._brand.support_url,
            "spoken_code": ", ".join(str(values.get("code", ""))),
            **values,
        }
        try:
            return self._texts[name][language].format_map(filled).strip()
        except KeyError:
            raise WordingMissing(name, language) from None
