"""A shift at the desk, with the visitor's chat on the other side."""

import asyncio

from playwright.async_api import expect

from tests.browser.chat import Chat
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, OpenDesk, waiting
from tests.conversations.stage import Stage


async def test_a_whole_shift(chat: Chat, web_stage: Stage, open_desk: OpenDesk) -> None:
    lee, sam = await open_desk("Lee Park"), await open_desk("Sam Ortiz", "supervisor")
    await chat.open()
    await chat.type("I want to talk to a person")
    # The queue shows it without being asked.
    row = lee.row("Wants a person")
    await expect(row).to_be_visible()
    await row.get_by_role("link").click()
    await lee.ready()
    await lee.shows("I want to talk to a person")
    await lee.take()
    await expect(chat.lines.last).to_contain_text("Lee Park")
    await lee.say("Good day, how can I help?")
    await expect(chat.lines.last).to_contain_text("Good day, how can I help?")
    await chat.type("my code never comes")
    await lee.shows("my code never comes")
    await lee.note("Called twice before")
    await lee.page.fill("#tag", "late code")
    await lee.page.press("#tag", "Enter")
    await expect(lee.page.locator("#tags .tag", has_text="late-code")).to_be_visible()
    await lee.page.click("#canned summary")
    await lee.page.fill("#canned-filter", "moment")
    await lee.page.locator("#canned li:visible a").click()
    await expect(lee.text).to_have_value("One moment, I am looking into it.")
    await lee.text.press("Enter")
    await expect(chat.lines.last).to_contain_text("I am looking into it")
    await lee.transfer("Sam Ortiz")
    await expect(lee.banner).to_contain_text("Sam Ortiz")
    await expect(lee.text).to_have_count(0)
    await sam.page.get_by_role("link", name="Mine").click()
    await sam.ready()
    await sam.row("Wants a person").get_by_role("link").click()
    await sam.ready()
    await expect(sam.notes).to_contain_text("Called twice before")
    await sam.say("Sam here, I take it from now on.")
    await expect(chat.lines.last).to_contain_text("Sam here")
    await sam.page.click("#return")
    await expect(chat.frame.locator("#owner")).to_contain_text("Assistant")
    await expect(sam.text).to_have_count(0)
    await chat.say("why do you need my number")
    await sam.shows("why do you need my number")
    await sam.take()
    await sam.say("One more thing.")
    await expect(chat.lines.last).to_contain_text("One more thing.")
    await sam.resolve("Solved")
    await expect(sam.told).to_contain_text("Resolved")
    await expect(sam.page.locator("#earlier")).to_contain_text("Wants a person")
    await expect(chat.frame.locator("#owner")).to_contain_text("Assistant")
    await sam.go("/mine")
    await expect(sam.rows).to_have_count(0)


async def test_both_see_that_the_other_types(
    chat: Chat, web_stage: Stage, open_desk: OpenDesk
) -> None:
    lee = await open_desk("Lee Park")
    await chat.open()
    await chat.type("I want to talk to a person")
    await lee.row("Wants a person").get_by_role("button", name="Take").click()
    await lee.ready()
    await lee.text.press_sequentially("Good")
    await expect(chat.frame.locator(".typing")).to_be_visible()
    await chat.field.press_sequentially("well")
    await expect(lee.page.locator("#typing")).to_be_visible()
    await chat.field.press("Enter")
    await lee.shows("well")
    await expect(lee.page.locator("#typing")).to_be_hidden()
    # What was being written is not lost by what came in between.
    await expect(lee.text).to_have_value("Good")


async def test_of_two_who_open_it_one_has_it_and_the_other_is_told(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    lee, sam = await open_desk("Lee Park"), await open_desk("Sam Ortiz")
    first, second = (waiting(web_stage.services) for _ in range(2))
    await lee.open(first)
    await sam.open(first)
    await lee.take()
    await expect(sam.banner).to_contain_text("Lee Park has this conversation")
    await expect(sam.page.locator("#take")).to_have_count(0)
    # Both press at the same time: the second has not heard of the first.
    complaints.allow("409|ERR_FAILED")
    await sam.page.route("**/desk/api/events**", lambda route: route.abort())
    await lee.open(second)
    await sam.open(second)
    await lee.take()
    await sam.page.click("#take")
    await expect(sam.told).to_contain_text("Lee Park was quicker")
    await expect(sam.banner).to_contain_text("Lee Park has this conversation")
    await expect(sam.text).to_have_count(0)


async def test_of_tabs_that_nobody_sees_one_listens(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    lee = await open_desk("Lee Park")
    tabs = [lee, *[await lee.tab() for _ in range(2)]]
    for tab in tabs:
        await tab.show(seen=False)
    waiting(web_stage.services)
    listener = await first_with_a_row(tabs)
    others = [tab for tab in tabs if tab is not listener]
    assert [await tab.rows.count() for tab in others] == [0, 0]
    # The next one takes its place, and who is seen needs no place.
    await listener.page.close()
    heir = await first_with_a_row(others)
    (last,) = (tab for tab in others if tab is not heir)
    assert await last.rows.count() == 0
    await last.show(seen=True)
    await expect(last.rows).to_have_count(1)


async def first_with_a_row(tabs: list[Desk]) -> Desk:
    """The tab that hears first of somebody who waits."""
    async with asyncio.timeout(30):
        while True:
            for tab in tabs:
                if await tab.rows.count():
                    return tab
            await asyncio.sleep(0.05)


async def test_a_reply_that_fails_is_kept_and_sent_once(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    complaints.allow("ERR_FAILED")
    lee = await open_desk("Lee Park")
    conversation = waiting(web_stage.services)
    await lee.open(conversation)
    await lee.take()
    await lee.page.route("**/reply", lambda route: route.abort())
    await lee.text.fill("Do you still have the phone?")
    await lee.text.press("Enter")
    failed = lee.log.locator(".line.failed")
    await expect(failed).to_contain_text("Not sent")
    await lee.page.unroute("**/reply")
    await failed.get_by_role("button", name="Try again").click()
    await lee.shows("Do you still have the phone?")
    assert await lee.texts("agent") == ["Do you still have the phone?"]
    await expect(failed).to_have_count(0)


async def test_it_works_without_any_script(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    conversation = waiting(web_stage.services)
    lee = await open_desk("Lee Park", java_script_enabled=False)
    await lee.row("Wants a person").get_by_role("button").click()
    await lee.text.fill("Good day.")
    await lee.page.click("#send")
    await expect(lee.log).to_contain_text("Good day.")
    await lee.page.fill("#note", "Called before")
    await lee.page.click("#note-form button")
    await expect(lee.notes).to_contain_text("Called before")
    await lee.page.select_option("#priority", "urgent")
    await lee.page.locator("#about button").click()
    await lee.page.click("#resolve summary")
    await lee.page.get_by_label("Explained").check()
    await lee.page.click("#resolve button")
    await expect(lee.told).to_contain_text("Resolved")
    owner = web_stage.services.conversations.read(conversation).owner
    assert owner == "bot"
