"""Takes the README's pictures of a running demo: `python -m tests.browser.pictures`."""

import argparse
import asyncio
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pyotp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.desk.demo import AGENTS, DemoAgent
from tests.browser.chat import Chat
from tests.browser.chromium import find_chromium, launch

FOLDER = Path(__file__).with_name("pictures")
QUALITY = 70
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
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


async def take_desk(
    browser: Browser, url: str, scheme: Scheme, agent: DemoAgent, key: str
) -> None:
    """Sign in as somebody of the team, and take who waits longest."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme=scheme
    )
    page = await context.new_page()
    await page.goto(f"{url}desk")
    await page.locator("#email").fill(agent.email)
    await page.locator("#password").fill(agent.password)
    await page.locator("#code").fill(pyotp.TOTP(key).now())
    await page.locator("button.primary").click()
    await page.locator("#list tbody tr a").first.click()
    await page.locator("#log").wait_for()
    await page.wait_for_timeout(1000)
    keep(await page.screenshot(), f"desk-{scheme}.webp")
    if agent.role == "supervisor":
        await take_insights(page, url)
    await context.close()


async def take_insights(page: Page, url: str) -> None:
    """Take the figures; `seed --history` has to have made some up."""
    await page.goto(f"{url}desk/insights")
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        keep(await page.screenshot(), f"insights-{scheme}.webp")


def keep(picture: bytes, name: str) -> None:
    """Store a picture as a small file."""
    Image.open(io.BytesIO(picture)).save(FOLDER / name, quality=QUALITY, method=6)


async def main(url: str, keys: Sequence[str]) -> None:
    """Take the chat in each size and theme; the desk, where its app keys are given."""
    program = find_chromium()
    assert program is not None, "there is no Chromium on PATH"
    async with async_playwright() as driver:
        browser = await launch(driver, program)
        for picture in PICTURES:
            await take(browser, url, *picture)
        for scheme, agent, key in zip(SCHEMES, AGENTS, keys, strict=False):
            await take_desk(browser, url, scheme, agent, key)
        await browser.close()


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("url", nargs="?", default="http://127.0.0.1:8000/")
    reader.add_argument("--keys", nargs=2, default=(), help="Lee's and Sam's")
    given = reader.parse_args()
    asyncio.run(main(given.url, given.keys))
