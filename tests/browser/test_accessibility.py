"""axe-core finds nothing in any state of the chat, light or dark, wide or narrow."""

from playwright.async_api import (
    BrowserContext,
    Frame,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from tests.browser import axe
from tests.browser.agent import Agent
from tests.browser.chat import Chat
from tests.browser.complaints import Complaints
from tests.browser.embedding import identify
from tests.conversations.stage import Stage

MARIA, MARIAS = "maria@example.com", "+12025550143"
WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=320, height=640)
# Colours do not depend on the width, nor places on the colours.
LOOKS = (("light", WIDE), ("dark", NARROW))


async def find_faults(chat: Chat, state: str) -> list[str]:
    """What axe-core finds in every look: in the frame, before it opens in the page."""
    opened = await chat.iframe.count()
    documents = [await chat.content()] if opened else [chat.page.main_frame]
    found = []
    for scheme, size in LOOKS:
        await look_like(chat.page, scheme, size)
        found += [
            f"{state}, {scheme}, {size['width']}: {fault}"
            for document in documents
            for fault in [*await axe.faults(document), *await overflow(document)]
        ]
    await look_like(chat.page, "light", WIDE)
    return found


async def look_like(page: Page, scheme: str, size: ViewportSize) -> None:
    """Change the page's looks, without what moves."""
    await page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    await page.set_viewport_size(size)


async def overflow(document: Frame) -> list[str]:
    """Whether one has to scroll sideways, which WCAG 2.2, 1.4.10 forbids."""
    root = "document.documentElement"
    wide = await document.evaluate(f"{root}.scrollWidth > {root}.clientWidth")
    return ["scrolls sideways"] if wide else []


async def test_a_conversation_is_for_everyone(
    chat: Chat, context: BrowserContext, complaints: Complaints, web_stage: Stage
) -> None:
    complaints.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    faults = await find_faults(chat, "closed")
    await chat.open()
    faults += await axe.faults(chat.page.main_frame)
    faults += await find_faults(chat, "open")
    await identify(chat, web_stage.identity_token(MARIA))
    await chat.say("turn on 2fa pls")
    faults += await find_faults(chat, "options")
    await chat.choose("Authenticator app")
    faults += await find_faults(chat, "code entry")
    await chat.enter_code(web_stage.codes(MARIAS)[-1])
    await expect(chat.log.locator(".secret img")).to_be_visible()
    faults += await find_faults(chat, "QR")
    await context.route("**/api/web/messages", lambda route: route.abort())
    await chat.type("hello")
    await expect(chat.log.locator(".line.failed")).to_be_visible()
    faults += await find_faults(chat, "error")
    await context.set_offline(True)
    await expect(chat.status).to_have_attribute("data-state", "offline")
    faults += await find_faults(chat, "offline")
    assert faults == []


async def test_the_rest_is_for_everyone(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("why do you need my number")
    await chat.frame.locator("#menu-button").click()
    faults = await find_faults(chat, "menu")
    await chat.page.keyboard.press("Escape")
    await chat.log.locator(".articles button").first.click()
    await expect(chat.article).to_be_visible()
    faults += await find_faults(chat, "article")
    await chat.article.locator(".back").click()
    await chat.say("I want to change my phone number")
    await chat.say("linh@example.com")
    await chat.enter_code(web_stage.codes("+13125550188")[-1])
    await expect(chat.frame.locator(".phone-entry")).to_be_visible()
    faults += await find_faults(chat, "phone entry")
    agent = Agent(web_stage.services)
    agent.take_over(owner="queue")
    await expect(chat.frame.locator("#owner")).to_contain_text("person")
    faults += await find_faults(chat, "handoff")
    agent.take_over()
    agent.say("Good day.")
    await expect(chat.lines.last).to_contain_text("Good day.")
    faults += await find_faults(chat, "agent")
    await chat.pick("end-chat")
    faults += await find_faults(chat, "rating")
    await chat.end.locator("#forget").click()
    await expect(chat.end.locator("#new-chat")).to_be_visible()
    faults += await find_faults(chat, "ended")
    assert faults == []


TARGETS = """() => [...document.querySelectorAll("button, a, input, select, textarea")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 24 || height < 24)
  .map(([html]) => html)"""


async def test_targets_are_large_enough(chat: Chat) -> None:
    await chat.page.set_viewport_size(NARROW)
    await chat.open()
    content = await chat.content()
    assert await content.evaluate(TARGETS) == []
    await chat.say("why do you need my number")
    await chat.frame.locator("#menu-button").click()
    assert await content.evaluate(TARGETS) == []
    await chat.page.keyboard.press("Escape")
    await chat.pick("end-chat")
    assert await content.evaluate(TARGETS) == []


MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running" && one.effect.getTiming().duration > 0)
  .length"""


async def test_nothing_moves_for_who_wants_that(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("hello")
    Agent(web_stage.services).take_over()
    content = await chat.content()
    await content.evaluate(
        "() => void (document.querySelector('.typing').hidden = false)"
    )
    assert await content.evaluate(MOVING) > 0
    await chat.page.emulate_media(reduced_motion="reduce")
    assert await content.evaluate(MOVING) == 0


async def test_forced_colours_keep_everything_visible(chat: Chat) -> None:
    await chat.page.emulate_media(forced_colors="active")
    await chat.open()
    await chat.say("turn on 2fa pls")
    for place in (chat.field, chat.said.last.locator(".bubble")):
        border = await place.evaluate("(one) => getComputedStyle(one).borderTopWidth")
        assert float(border.removesuffix("px")) >= 1
    assert await axe.faults(await chat.content()) == []


async def test_twice_the_size_is_still_whole(chat: Chat) -> None:
    # What zooming to 200 % does: half as many CSS pixels, each twice as large.
    await chat.page.set_viewport_size(ViewportSize(width=640, height=400))
    await chat.open()
    await chat.say("turn on 2fa pls")
    await expect(chat.option("Authenticator app")).to_be_in_viewport()
    await expect(chat.field).to_be_in_viewport(ratio=1)
    assert await overflow(await chat.content()) == []
    assert await axe.faults(await chat.content()) == []


async def test_it_reads_from_right_to_left_as_well(chat: Chat) -> None:
    await chat.page.set_viewport_size(NARROW)
    await chat.open()
    await chat.say("turn on 2fa pls")
    content = await chat.content()
    await content.evaluate("() => void (document.documentElement.dir = 'rtl')")
    assert await overflow(content) == []
    places = [await left_of(chat.frame.locator(each)) for each in ("#mark", "#send")]
    assert places[0] > places[1]


async def left_of(place: Locator) -> float:
    """How far from the left something begins."""
    box = await place.bounding_box()
    assert box is not None
    return box["x"]
