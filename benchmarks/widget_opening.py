"""How long it takes from pressing the launcher until something can be typed."""

import statistics
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.browser.chat import Chat
from tests.browser.chromium import find_chromium, launch
from tests.browser.host import HostSite
from tests.browser.server import Server

BUDGET_MS = 150
OPENINGS = 9
# Both documents tell the moment by the same clock.
NOTE_BOTH_MOMENTS = """
const now = () => performance.timeOrigin + performance.now();
addEventListener("click", () => (globalThis.pressedAt ??= now()), true);
const usable = () => document.querySelector('#status[data-state="online"]');
const look = new MutationObserver(() => usable() && (globalThis.usableAt ??= now()));
look.observe(document, { subtree: true, childList: true, attributes: true });
"""


async def time_opening() -> float | None:
    """The median in milliseconds, in a fresh profile each time; None: no Chromium."""
    program = find_chromium()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        with HostSite(server.url) as site:
            server.allow(site.url)
            with server:
                async with async_playwright() as driver:
                    browser = await launch(driver, program)
                    times = [await _open(browser, site.url) for _ in range(OPENINGS)]
                    await browser.close()
    return statistics.median(times)


async def _open(browser: Browser, url: str) -> float:
    context = await browser.new_context()
    await context.add_init_script(NOTE_BOTH_MOMENTS)
    chat = await Chat.on(context, url)
    await chat.open()
    pressed: float = await chat.page.evaluate("pressedAt")
    usable: float = await chat.status.evaluate("() => usableAt")
    await context.close()
    return usable - pressed
