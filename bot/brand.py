"""The brand that the assistant speaks for, read from `bot/brand.yml`."""

from dataclasses import dataclass
from pathlib import Path

from bot.documents import parse

BRAND_FILE = Path(__file__).with_name("brand.yml")


@dataclass(frozen=True)
class Brand:
    """Names, links and paths; texts that differ by language are keyed en, es."""

    name: str
    site: str
    support_url: str
    help_url: str
    settings_path: dict[str, str]
    security_path: dict[str, str]
    disclaimer: dict[str, str]


def load_brand(path: Path = BRAND_FILE) -> Brand:
    """Read the brand file.

    Raises:
        TypeError: a key is missing or unknown; the text names it.
    """
    return Brand(**parse(path.read_text(encoding="utf-8")))
