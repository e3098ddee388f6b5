"""Takes the README's pictures of a running demo: `python -m tests.browser.pictures`."""

import argparse
import asyncio
import io
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.chat import Chat
from tests.browser.chromium import find_chromium, launch

FOLDER = Path(__file__).with_name("pictures")
QUALITY = 70
Scheme = Literal["light", "dark"]
# Nobody twice: a second code within a minute would be another story.
PICTURES: tuple[tuple[Scheme, int, int, str], ...] = (
    ("light", 375, 812, "maria@example.com"),
    ("dark", 375, 812, "james@example.com"),
    ("light", 768, 1024, "dana@example.com"),
    ("dark", 768, 1024, "omar@example.com"),
    ("light", 1440, 900, "ana@example.com"),
    ("dark", 1440, 900, "linh@example.com"),
)


async def take(
    browser: Browser, url: str, scheme: Scheme, width: int, height: int, email: str
) -> None:
    """Play the beginning of a story, and keep how it looks."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme
    )
    page = await context.new_page()
    await page.goto(url)
    chat = Chat(page)
    await page.locator("#locked-out").click()
    await expect(chat.status).to_have_attribute("data-state", "online")
    await chat.say("My code never came")
    await chat.say(email)
    await page.wait_for_timeout(3000)
    keep(await page.screenshot(), f"{scheme}-{width}.webp")
    await context.close()


def keep(picture: bytes, name: str) -> None:
    """Store a picture as a small file."""
    Image.open(io.BytesIO(picture)).save(FOLDER / name, quality=QUALITY, method=6)


async def main(url: str) -> None:
    """Take a picture of each size in each theme."""
    program = find_chromium()
    assert program is not None, "there is no Chromium on PATH"
    async with async_playwright() as driver:
        browser = await launch(driver, program)
        for picture in PICTURES:
            await take(browser, url, *picture)
        await browser.close()


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("url", nargs="?", default="http://127.0.0.1:8000/")
    asyncio.run(main(reader.parse_args().url))
