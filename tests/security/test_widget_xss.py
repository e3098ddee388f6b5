"""Text is text: of a hundred payloads, said by anybody, none runs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Dialog, expect

from bot.conversations.lines import Line, Option
from tests.browser.agent import Agent
from tests.browser.chat import PATIENCE, Chat
from tests.browser.complaints import Complaints
from tests.browser.host import HostSite
from tests.conversations.stage import Stage
from tests.security.payloads import PAYLOADS

FLAG = "globalThis.ran = []; globalThis.xss = (name) => ran.push(name ?? 'xss');"
# What a line is made of; anything else came out of a text.
FOREIGN = """() => [...document.querySelectorAll("#log *")].filter((one) =>
  !one.closest("svg") && (
    !["DIV", "P", "TIME", "BUTTON", "SPAN", "A", "BR"].includes(one.tagName)
    || [...one.attributes].some(({ name }) => name.startsWith("on"))
    || (one.tagName === "A" && one.protocol !== "https:"))
).map((one) => one.outerHTML)"""
POST = """(frame, messages) => {
  for (const each of messages) frame.contentWindow.postMessage(each, "*");
}"""
SAY = """(field, texts) => {
  for (field.value of texts) field.form.requestSubmit();
}"""
TEXTS = "lines => lines.map((line) => line.querySelector('.text').textContent)"


@pytest_asyncio.fixture(loop_scope="session")
async def watched(context: BrowserContext) -> AsyncIterator[list[str]]:
    """What has run in any document, once the test is over: nothing."""
    ran: list[str] = []

    async def on_dialog(dialog: Dialog) -> None:
        ran.append(dialog.message)
        await dialog.dismiss()

    await context.add_init_script(FLAG)
    context.on("dialog", on_dialog)
    yield ran
    async with asyncio.timeout(PATIENCE):
        for page in context.pages:
            for frame in page.frames:
                ran += await frame.evaluate("globalThis.ran")
    assert ran == []


def test_there_are_a_hundred() -> None:
    assert len(set(PAYLOADS)) >= 100


async def test_none_runs_when_a_visitor_types_it(
    watched: list[str], chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await chat.say("hello")
    # A person reads what comes now: the assistant needs no time to answer it.
    Agent(web_stage.services).take_over()
    await chat.field.evaluate(SAY, PAYLOADS)
    await arrived(chat, "visitor", 1 + len(PAYLOADS))
    shown = await chat.said.evaluate_all(TEXTS)
    thread = web_stage.services.conversations.read(
        Agent(web_stage.services).conversation
    )
    stored = [line.text for line in thread.messages if line.author == "visitor"]
    assert shown == stored
    assert await (await chat.content()).evaluate(FOREIGN) == []


async def test_none_runs_when_somebody_else_says_it(
    watched: list[str], chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await chat.say("hello")
    agent = Agent(web_stage.services)
    agent.take_over()
    for payload in PAYLOADS:
        agent.say(payload)
    await arrived(chat, "agent", len(PAYLOADS))
    spoken = chat.log.locator('.line[data-author="agent"]')
    assert await spoken.evaluate_all(TEXTS) == list(PAYLOADS)
    assert await (await chat.content()).evaluate(FOREIGN) == []
    await chat.reload()
    await arrived(chat, "agent", len(PAYLOADS))
    assert await (await chat.content()).evaluate(FOREIGN) == []


async def test_none_runs_as_a_choice_a_title_or_a_name(
    watched: list[str], chat: Chat, web_stage: Stage, complaints: Complaints
) -> None:
    complaints.allow("404")
    await chat.open()
    await chat.say("hello")
    conversation = Agent(web_stage.services).conversation
    services = web_stage.services
    services.ownership.take_over(conversation, name=PAYLOADS[0])
    for payload in PAYLOADS:
        article = {"id": payload, "title": payload, "url": payload}
        line = Line(
            payload,
            options=(Option(payload, payload),),
            data={"name": payload, "articles": [article], "input": payload},
        )
        services.conversations.add(conversation, line, author="bot")
    services.notifier.notify(conversation)
    await arrived(chat, "bot", len(PAYLOADS))
    assert await (await chat.content()).evaluate(FOREIGN) == []
    await chat.log.locator(".articles button").last.click()
    await expect(chat.article.get_by_role("heading")).to_be_visible()


async def test_none_runs_when_the_page_hands_it_over(
    watched: list[str], context: BrowserContext, site: HostSite, web_stage: Stage
) -> None:
    chat = await Chat.on(context, site.url)
    await chat.open()
    messages = [each for payload in PAYLOADS for each in hostile(payload)]
    await chat.iframe.evaluate(POST, messages)
    await expect(chat.frame.locator("html")).to_have_attribute("lang", "en")
    await chat.say("hello")


@pytest.mark.parametrize(
    "path", ["visit", "sessions", "messages", "language", "rating"]
)
def test_the_api_never_answers_with_a_page(web_stage: Stage, path: str) -> None:
    with httpx.Client(
        base_url=web_stage.services.settings.link_base, trust_env=False
    ) as http:
        token = http.post("/api/web/sessions", json={}).json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "same-origin"}
        for payload in PAYLOADS:
            answer = http.post(f"/api/web/{path}", json=body(payload), headers=headers)
            assert answer.status_code < 500
            assert "html" not in answer.headers.get("content-type", "json")


def hostile(payload: str) -> list[dict[str, Any]]:
    """What the page around may tell the frame, all of it hostile."""
    names = ("accent", "radius", "font", "scheme")
    theme = dict.fromkeys(names, payload)
    return [
        {"switchboard": 1, "type": "language", "language": payload},
        {"switchboard": 1, "type": "hello", "theme": theme, "closable": payload},
    ]


def body(payload: str) -> dict[str, Any]:
    """Every field that a request of the web channel may have, all of it hostile."""
    fields = ("language", "text", "client_id", "payload", "identity_token", "comment")
    return {**dict.fromkeys(fields, payload), "score": payload}


async def arrived(chat: Chat, author: str, count: int) -> None:
    """Wait until as many lines have come from the server, or more."""
    lines = chat.log.locator(f'.line[data-author="{author}"][data-seq]')
    await expect(lines.nth(count - 1)).to_be_attached(timeout=30_000)
