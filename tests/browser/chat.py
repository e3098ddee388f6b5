"""The chat as a person sees it: a launcher on the page, and a frame behind it."""

import asyncio
from typing import NamedTuple

from playwright.async_api import BrowserContext, Frame, Locator, Page, expect

PATIENCE = 30
LOOK_AGAIN = 0.03
READ = """lines => lines.map((line) => [
  Number(line.dataset.seq) || null, line.dataset.author,
  line.querySelector(".text").textContent])"""
# A browser may keep a frame of another website from storing anything.
STORED = """() => {
  try { return {...localStorage, ...sessionStorage}; } catch { return {}; }
}"""


class Shown(NamedTuple):
    """A line as it is on the screen; without a number it is on its way."""

    seq: int | None
    author: str
    text: str


class Chat:
    """One page with the chat on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element = page.locator("switchboard-chat")
        self.launcher = self.element.locator("button.launcher")
        self.badge = self.element.locator(".badge")
        self.iframe = self.element.locator("iframe")
        self.frame = self.iframe.content_frame
        self.log = self.frame.locator("#log")
        self.lines = self.log.locator(".line")
        self.said = self.log.locator('.line[data-author="visitor"]')
        self.answers = self.log.locator('.line[data-author="bot"]')
        self.field = self.frame.locator("#composer [name=text]")
        self.code = self.frame.locator(".code-entry input")
        self.status = self.frame.locator("#status")
        self.article = self.frame.locator("#article")
        self.end = self.frame.locator("#end")

    @classmethod
    async def on(cls, context: BrowserContext, url: str) -> "Chat":
        """Open a page in a person's browser that has the chat on it."""
        page = await context.new_page()
        await page.goto(url)
        return cls(page)

    async def open(self) -> None:
        """Press the launcher, and wait until something can be typed."""
        await self.launcher.click()
        await self.connected()

    async def reload(self) -> None:
        """Load the page anew; a chat that was open opens again."""
        await self.page.reload()
        await self.connected()

    async def connected(self) -> None:
        """Wait until the server is heard."""
        await expect(self.status).to_have_attribute("data-state", "online")

    async def type(self, text: str) -> None:
        """Type something and send it, and do not wait."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def say(self, text: str) -> str:
        """Type something and send it; gives the newest line of the answer."""
        before = await self.newest()
        await self.type(text)
        return await self.answer(before)

    async def choose(self, title: str) -> str:
        """Press an option; gives the newest line of the answer."""
        before = await self.newest()
        await self.option(title).click()
        return await self.answer(before)

    async def enter_code(self, code: str) -> str:
        """Fill in the field for a code; gives the newest line of the answer."""
        before = await self.newest()
        await self.code.fill(code)
        await self.code.press("Enter")
        return await self.answer(before)

    async def enter_phone(self, number: str) -> str:
        """Fill in the field for a number; gives the newest line of the answer."""
        before = await self.newest()
        field = self.frame.locator(".phone-entry input[type=tel]")
        await field.fill(number)
        await field.press("Enter")
        return await self.answer(before)

    async def pick(self, item: str) -> None:
        """Choose something from the menu, by its id."""
        await self.frame.locator("#menu-button").click()
        await self.frame.locator(f"#menu #{item}").click()

    def option(self, title: str) -> Locator:
        """The newest option with a title."""
        options = self.frame.locator(".options")
        return options.get_by_role("button", name=title, exact=True).last

    async def shown(self) -> list[Shown]:
        """Every line on the screen."""
        return [Shown(*line) for line in await self.lines.evaluate_all(READ)]

    async def newest(self, author: str | None = None) -> int:
        """The number of the newest line, perhaps of one author; 0: there is none."""
        return max(
            (
                line.seq or 0
                for line in await self.shown()
                if author in (None, line.author)
            ),
            default=0,
        )

    async def answer(self, after: int) -> str:
        """Wait until what was said after a line is answered."""
        async with asyncio.timeout(PATIENCE):
            while not await self._answered(after):
                await asyncio.sleep(LOOK_AGAIN)
        return await self.answers.last.locator(".text").inner_text()

    async def stored(self) -> dict[str, str]:
        """What the widget keeps on this device, beside the cookie."""
        kept: dict[str, str] = await (await self.content()).evaluate(STORED)
        return kept

    async def content(self) -> Frame:
        """The document in the frame."""
        handle = await self.iframe.element_handle()
        content = await handle.content_frame()
        assert content is not None
        return content

    async def _answered(self, after: int) -> bool:
        asked, answered = [await self.newest(who) for who in ("visitor", "bot")]
        on_its_way = any(line.seq is None for line in await self.shown())
        return after < asked < answered and not on_its_way
