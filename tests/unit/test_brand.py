from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.brand import BRAND_FILE, Theme, ThemeUnusable, load_brand

WHITE, DARK = "#ffffff", "#10131a"
READABLE = 4.5


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert round(contrast("#000000", WHITE), 2) == 21
    assert round(contrast("#767676", WHITE), 2) == 4.54


def test_the_shipped_colours_are_readable() -> None:
    theme = load_brand().theme

    assert contrast(theme.accent, WHITE) >= READABLE
    assert contrast(theme.accent_dark, DARK) >= READABLE


def test_the_theme_becomes_custom_properties() -> None:
    theme = Theme("#1d4ed8", "#93b4ff", "14px", "system-ui, 'Segoe UI'")

    assert theme.style_sheet() == (
        ":root{--brand-accent:#1d4ed8;--brand-accent-dark:#93b4ff;"
        "--brand-radius:14px;--brand-font:system-ui, 'Segoe UI'}\n"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"accent": "blue"},
        {"accent": "#12345"},
        {"accent": "#1d4ed8;background:url(//x)"},
        {"accent_dark": "#1d4ed8\n"},
        {"radius": "14"},
        {"radius": "1e9px"},
        {"radius": 14},
        {"font": "serif}*{display:none"},
        {"font": "serif; color: red"},
        {"font": "</style><script>"},
        {"font": "url(https://example.com)"},
        {"font": "/* x"},
        {"font": ""},
        {"font": None},
    ],
)
def test_a_value_that_is_no_such_thing_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ThemeUnusable, match=f"theme.{next(iter(wrong))}"):
        replace(load_brand().theme, **wrong)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("accent: ", "accents: ", "accents"),
        ("theme:", "themes:", "accent"),
        ("  radius:", "  corners:", "corners"),
    ],
)
def test_a_key_that_is_missing_or_unknown_is_named(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    path = tmp_path / "brand.yml"
    path.write_text(BRAND_FILE.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(TypeError, match=named):
        load_brand(path)
