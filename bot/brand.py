"""The brand that the assistant speaks for, read from `bot/brand.yml`."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.documents import parse

BRAND_FILE = Path(__file__).with_name("brand.yml")


COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# What these hold goes into a style sheet as it is.
THEME = {
    "accent": COLOUR,
    "accent_dark": COLOUR,
    "radius": re.compile(r"\d{1,2}px"),
    "font": re.compile(r"[\w ,'\"-]{1,200}"),
}


class ThemeUnusable(ValueError):
    """A value of the theme is not of its kind; the text names it."""


@dataclass(frozen=True)
class Theme:
    """How the widget looks: colours on light and on dark, corners, type."""

    accent: str
    accent_dark: str
    radius: str
    font: str

    def __post_init__(self) -> None:
        for name, pattern in THEME.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise ThemeUnusable(f"theme.{name}: {value!r}")

    def style_sheet(self) -> str:
        """The theme as custom properties of CSS."""
        properties = (
            f"--brand-{name.replace('_', '-')}:{getattr(self, name)}" for name in THEME
        )
        return f":root{{{';'.join(properties)}}}\n"


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
    theme: Theme


def load_brand(path: Path = BRAND_FILE) -> Brand:
    """Read the brand file.

    Raises:
        TypeError: a key is missing or unknown; the text names it.
        ThemeUnusable: a value of the theme is not of its kind.
    """
    read = parse(path.read_text(encoding="utf-8"))
    return Brand(**{**read, "theme": Theme(**read.get("theme", {}))})
