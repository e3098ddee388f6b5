"""How long it takes from pressing the launcher until the chat is of use."""

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser, async_playwright

from tests.browser.chat import Chat
from tests.browser.chromium import find_chromium, launch
from tests.browser.host import HostSite
from tests.browser.server import Server

BUDGET_MS = 150
OPENINGS = 15
# Both documents tell the moment by the same clock. The field has its name once the
# scripts listen to it.
NOTE_THE_MOMENTS = """
const now = () => performance.timeOrigin + performance.now();
const marks = {
  usableAt: "#text[aria-label]",
  connectedAt: '#status[data-state="online"]',
};
addEventListener("click", () => (globalThis.pressedAt ??= now()), true);
new MutationObserver(() => {
  for (const [name, mark] of Object.entries(marks))
    if (document.querySelector(mark)) globalThis[name] ??= now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


class Opening(NamedTuple):
    """Milliseconds until something can be typed, and until the server is heard."""

    usable: float
    connected: float


async def time_opening() -> Opening | None:
    """The medians, in a fresh profile each time; None: there is no Chromium."""
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
    return Opening(*map(statistics.median, zip(*times, strict=True)))


async def _open(browser: Browser, url: str) -> Opening:
    context = await browser.new_context()
    await context.add_init_script(NOTE_THE_MOMENTS)
    chat = await Chat.on(context, url)
    await chat.open()
    pressed: float = await chat.page.evaluate("pressedAt")
    moments = await chat.status.evaluate("() => [usableAt, connectedAt]")
    await context.close()
    return Opening(*(moment - pressed for moment in moments))
