"""What the widget weighs on its way to a browser."""

import gzip
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "bot" / "pages" / "widget"
SERVED = (".html", ".css", ".js", ".svg")
# Kilobytes of 1000 bytes, the smaller ones.
SCRIPT_LIMIT = 4_000
OPENED_LIMIT = 25_000


def sizes() -> dict[str, int]:
    """Bytes of each file, gzipped as the app does; the opened widget loads them all.

    The theme comes from the brand and adds some hundred bytes.
    """
    return {path.name: weigh(path.read_bytes()) for path in files()}


def files() -> list[Path]:
    """Every file that a browser gets."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix in SERVED)


def weigh(content: bytes) -> int:
    """The length of `content` when it is gzipped."""
    return len(gzip.compress(content, compresslevel=9))
