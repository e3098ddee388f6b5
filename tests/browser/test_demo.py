"""The demo's page: a newcomer plays both stories, and texts from the phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.axe import faults
from tests.browser.chat import Chat
from tests.browser.running_clock import RunningClock
from tests.conversations.house import House
from tests.conversations.stage import Scene, Stage

LINHS = "+13125550188"


@pytest.fixture
def demo_stage(house: House, seeded_today: Path, tmp_path: Path) -> Iterator[Stage]:
    database = shutil.copy(seeded_today, tmp_path / "switchboard.db")
    with Stage(house, database, Scene(), RunningClock()) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext, demo_stage: Stage, house: House) -> Page:
    page = await context.new_page()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(f"{house.url}/")
    return page


async def test_a_code_that_never_came_is_got_back(page: Page) -> None:
    chat = Chat(page)
    await page.locator("#story-start").click()
    await page.locator("#code-lost").click()
    await chat.connected()

    await chat.say("My code never came")
    await chat.choose("Call me with a code")
    call = page.locator("#phone-messages .call .code")
    digits = "".join(filter(str.isdigit, await call.last.inner_text()))
    await page.locator("#code-form [name=code]").fill(digits)
    await page.locator("#code-continue").click()

    await expect(page.locator("#account-heading")).to_be_visible()
    await expect(page.locator("#story-end")).to_be_visible()


async def test_a_number_is_changed_with_the_phone_beside_it(page: Page) -> None:
    chat = Chat(page)
    await page.locator("[data-story=linh]").click()
    await page.locator("#story-start").click()
    await page.locator("#code-form [name=code]").fill(await newest_code(page, 1))
    await page.locator("#code-continue").click()
    await page.locator("#account-help").click()
    await chat.connected()
    await chat.say("I got a new phone number, can you change it?")
    await chat.enter_code(await newest_code(page, 2))
    await chat.frame.locator(".phone-entry input").fill("312 555 0142")
    before = await chat.newest()
    await chat.frame.locator(".phone-entry button").click()
    await chat.answer(before)
    await chat.enter_code(await newest_code(page, 1))

    await expect(page.locator("#account-phones")).to_contain_text("0142")


async def newest_code(page: Page, count: int) -> str:
    """The code on the phone's screen, once so many are there."""
    codes = page.locator("#phone-messages .text .code")
    await expect(codes).to_have_count(count)
    return "".join(filter(str.isdigit, await codes.last.inner_text()))


async def test_the_phone_texts_the_assistant(page: Page, demo_stage: Stage) -> None:
    await page.locator("#phone-number").select_option(LINHS)
    await page.locator("#phone-text").fill("why do you need my number")
    await page.locator("#phone-text").press("Enter")

    own = page.locator("#phone-messages .own")
    await expect(own).to_have_count(1)
    await expect(own).to_contain_text("why do you need my number")
    answer = page.locator("#phone-messages .text").last
    await expect(answer).to_contain_text("codes at sign-in", timeout=20_000)
    await expect(page.locator("#phone-text")).to_have_value("")


async def test_every_made_up_thing_says_so_in_both_languages(page: Page) -> None:
    await expect(page.locator("#made-up")).to_contain_text("made up")
    await page.locator("#languages [lang=es]").click()
    await expect(page.locator("#made-up")).to_contain_text("inventados")
    await expect(page.locator("#phone .tag")).to_contain_text("Inventado")
    assert await faults(page.main_frame) == []
