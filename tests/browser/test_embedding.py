"""The chat on a website of another origin, which allows it no more than it needs."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.agent import Agent
from tests.browser.chat import Chat
from tests.browser.complaints import Complaints
from tests.browser.embedding import call, identify
from tests.browser.host import NEEDED, HostSite
from tests.conversations.stage import Stage

LISTEN = """() => {
  window.heard = [];
  for (const name of ["ready", "message", "handoff"])
    addEventListener(`switchboard:${name}`, ({ detail }) => heard.push([name, detail]));
}"""


async def heard(chat: Chat, name: str) -> list[Any]:
    """What the page was told by an event, each time."""
    told: list[tuple[str, Any]] = await chat.page.evaluate("heard")
    return [detail for each, detail in told if each == name]


async def test_one_line_puts_a_launcher_on_a_strict_page(
    chat: Chat, web_stage: Stage, site: HostSite
) -> None:
    await expect(chat.launcher).to_have_accessible_name("Open chat")
    await expect(chat.iframe).to_have_count(0)
    await chat.open()
    assert (await chat.content()).url.startswith(f"{site.app}/widget/frame")
    await expect(chat.launcher).to_have_accessible_name("Close chat")
    await expect(chat.field).to_be_focused()


def test_the_readme_names_the_policy_that_is_tested() -> None:
    assert f"`{NEEDED}`" in Path("README.md").read_text("utf-8")


async def test_starting_twice_does_nothing(
    site: HostSite, web_stage: Stage, context: BrowserContext
) -> None:
    script = '<script type="module" src="{}/widget.js{}"></script>'
    site.show("".join(script.format(site.app, end) for end in ("", "", "?again")))
    chat = await Chat.on(context, site.url)
    await chat.open()
    await expect(chat.element).to_have_count(1)
    await expect(chat.iframe).to_have_count(1)


async def test_the_page_may_place_the_chat_itself(
    site: HostSite, web_stage: Stage, context: BrowserContext
) -> None:
    inline = '<switchboard-chat language="es" theme="dark"></switchboard-chat>'
    site.embed(body=inline)
    chat = await Chat.on(context, site.url)
    await chat.connected()
    await expect(chat.launcher).to_have_count(0)
    await expect(chat.frame.locator("html")).to_have_attribute("lang", "es")
    await expect(chat.frame.locator("html")).to_have_attribute("data-scheme", "dark")
    await expect(chat.frame.locator("#close")).to_be_hidden()
    # It takes nobody's focus that did not ask for it.
    await expect(chat.page.locator("body")).to_be_focused()


async def test_a_launcher_of_the_page_opens_it(
    site: HostSite, web_stage: Stage, context: BrowserContext
) -> None:
    site.embed('data-language="en" data-position="left"')
    chat = await Chat.on(context, site.url)
    await chat.page.evaluate(LISTEN)
    await call(chat, "open")
    await chat.connected()
    assert await heard(chat, "ready") == [{}]
    await call(chat, "setLanguage", "es")
    await expect(chat.frame.locator("html")).to_have_attribute("lang", "es")
    await expect(chat.launcher).to_have_accessible_name("Cerrar el chat")
    await call(chat, "close")
    await expect(chat.iframe).to_be_hidden()
    box = await chat.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 100


async def test_the_page_hears_that_something_was_said_and_never_what(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.page.evaluate(LISTEN)
    await chat.open()
    await chat.say("hello")
    agent = Agent(web_stage.services)
    agent.take_over()
    agent.say("This is between us.")
    await expect(chat.lines.last).to_contain_text("between us")
    messages = await heard(chat, "message")
    assert {each["author"] for each in messages} == {"bot", "agent"}
    assert {key for each in messages for key in each} == {"author", "seq"}
    assert {"owner": "agent"} in await heard(chat, "handoff")
    assert "between us" not in await chat.page.content()


async def test_who_is_signed_in_on_the_page_is_known_in_the_chat(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await identify(chat, web_stage.identity_token("linh@example.com"))
    await chat.say("Which phone number is on my account?")
    await expect(chat.log).to_contain_text("•••-•••-0188")


async def test_a_forged_token_signs_nobody_in(
    chat: Chat, complaints: Complaints
) -> None:
    complaints.allow("401")
    await chat.open()
    async with chat.page.expect_response("**/api/web/identity") as answered:
        await call(chat, "identify", "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImEifQ.")
    assert (await answered.value).status == 401
    answer = await chat.say("Which phone number is on my account?")
    assert "e-mail address or phone number" in answer


async def test_the_page_believes_its_frame_only(chat: Chat) -> None:
    await chat.open()
    await chat.launcher.click()
    forged = '{ switchboard: 1, type: "unread", count: 7 }'
    await chat.page.evaluate(f"() => postMessage({forged}, '*')")
    await chat.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    await expect(chat.badge).to_be_hidden()


async def test_the_frame_believes_the_page_around_it_only(chat: Chat) -> None:
    await chat.open()
    # No other window gets hold of a frame in a shadow root but the page around it.
    assert await chat.page.evaluate("frames.length") == 0
    content = await chat.content()
    forged = '{ switchboard: 1, type: "language", language: "es" }'
    await content.evaluate(f"() => postMessage({forged}, '*')")
    await content.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    await expect(chat.frame.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    "origin", ["http://evil.localhost", "http://localhost.evil.localhost"]
)
async def test_a_website_that_is_not_allowed_shows_no_chat(
    site: HostSite,
    web_stage: Stage,
    context: BrowserContext,
    complaints: Complaints,
    origin: str,
) -> None:
    complaints.allow("frame-ancestors|Framing")
    chat = await Chat.on(context, site.url.replace("http://localhost", origin))
    await chat.launcher.click()
    await expect(chat.iframe).to_be_visible()
    await chat.page.wait_for_timeout(200)
    await expect(chat.field).to_have_count(0)
    assert await context.cookies() == []


async def test_the_cookie_is_out_of_reach(chat: Chat, context: BrowserContext) -> None:
    await chat.open()
    (cookie,) = await context.cookies()
    assert cookie["httpOnly"]
    assert cookie["secure"]
    assert cookie["sameSite"] == "None"
    assert cookie.get("partitionKey")
    assert await (await chat.content()).evaluate("document.cookie") == ""
