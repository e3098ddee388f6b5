"""The chat as a person sees it: a launcher on the page, and a frame behind it."""

import asyncio

from playwright.async_api import BrowserContext, Locator, Page, expect

PATIENCE = 20
LOOK_AGAIN = 0.03


class Chat:
    """One page with the chat on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element = page.locator("switchboard-chat")
        self.launcher = self.element.locator("button.launcher")
        self.badge = self.element.locator(".badge")
        self.frame = self.element.locator("iframe").content_frame
        self.log = self.frame.locator("#log")
        self.lines = self.log.locator(".line")
        self.composer = self.frame.locator("#composer")
        self.field = self.composer.locator("[name=text]")
        self.status = self.frame.locator("#status")
        self.menu = self.frame.locator("#menu")

    @classmethod
    async def on(cls, context: BrowserContext, url: str) -> "Chat":
        """Open a page in a person's browser that has the chat on it."""
        page = await context.new_page()
        await page.goto(url)
        return cls(page)

    async def open(self) -> None:
        """Press the launcher, and wait until something can be typed."""
        await self.launcher.click()
        await expect(self.status).to_have_attribute("data-state", "online")

    async def say(self, text: str) -> Locator:
        """Type something and send it; gives the newest line of the answer."""
        before = await self.newest()
        await self.field.fill(text)
        await self.field.press("Enter")
        return await self.answer(before)

    async def choose(self, title: str) -> Locator:
        """Press an option."""
        before = await self.newest()
        await (
            self.frame.locator(".options")
            .get_by_role("button", name=title, exact=True)
            .last.click()
        )
        return await self.answer(before)

    async def enter_code(self, code: str) -> Locator:
        """Fill in the field for a code and send it."""
        before = await self.newest()
        field = self.frame.locator(".code-entry input[autocomplete=one-time-code]")
        await field.fill(code)
        await field.press("Enter")
        return await self.answer(before)

    async def newest(self) -> int:
        """The number of the newest line; 0 where there is none."""
        return max(await self.numbers(), default=0)

    async def numbers(self, author: str | None = None) -> list[int]:
        """The numbers of the lines that the log shows, perhaps one author's only."""
        whose = f'[data-author="{author}"]' if author else ""
        shown: list[int] = await self.log.locator(
            f".line{whose}[data-seq]"
        ).evaluate_all("lines => lines.map((line) => Number(line.dataset.seq))")
        return shown

    async def answer(self, after: int) -> Locator:
        """Wait until what was said after a line is answered; gives the newest line."""
        async with asyncio.timeout(PATIENCE):
            while not await self._answered(after):
                await asyncio.sleep(LOOK_AGAIN)
        return self.log.locator('.line[data-author="bot"]').last

    async def _answered(self, after: int) -> bool:
        asked = max(await self.numbers("visitor"), default=0)
        answered = max(await self.numbers("bot"), default=0)
        return after < asked < answered
