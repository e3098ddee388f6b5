"""What the widget weighs on its way to a browser."""

import gzip

from bot.brand import load_brand
from bot.channels.scripts import Scripts
from bot.channels.widget_pages import BUNDLES, PAGES

# Kilobytes of 1000 bytes, the smaller ones.
SCRIPT_LIMIT = 4_000
OPENED_LIMIT = 25_000


def sizes() -> dict[str, int]:
    """Bytes of each file, gzipped as the app does; the opened widget loads them all."""
    served = Scripts(PAGES, bundles=BUNDLES).items()
    files = {name: weigh(file.content) for name, file in served}
    theme = load_brand().theme.style_sheet().encode()
    return {**files, "theme.css": weigh(theme)}


def weigh(content: bytes) -> int:
    """The length of `content` when it is gzipped."""
    return len(gzip.compress(content, compresslevel=9))
