"""Nothing is lost and nothing comes twice, whatever happens to the connection."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Route, expect

from tests.browser.agent import Agent
from tests.browser.chat import Chat
from tests.browser.complaints import Complaints
from tests.browser.host import HostSite
from tests.browser.server import Server
from tests.conversations.stage import Stage

CUT = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK_CHANGED"
GONE = r"ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY|ERR_CONNECTION_RESET"


async def said(chat: Chat) -> list[str]:
    """What the visitor said, as the screen shows it; every line is there once."""
    shown = await chat.shown()
    numbers = [line.seq for line in shown if line.seq is not None]
    assert all(one < other for one, other in pairwise(numbers)), numbers
    return [line.text for line in shown if line.author == "visitor"]


async def test_a_reload_shows_what_was_there(chat: Chat) -> None:
    await chat.open()
    await chat.say("hello")
    before = await chat.shown()
    await chat.reload()
    await expect(chat.lines).to_have_count(len(before))
    assert await chat.shown() == before


async def test_another_page_of_the_website_goes_on(chat: Chat) -> None:
    await chat.open()
    await chat.say("hello")
    before = await chat.shown()
    await chat.page.get_by_role("link", name="Another page").click()
    await chat.connected()
    assert await chat.shown() == before
    await chat.say("are you a robot?")
    assert await said(chat) == ["hello", "are you a robot?"]


async def test_coming_back_later_goes_on(
    chat: Chat, context: BrowserContext, site: HostSite
) -> None:
    await chat.open()
    await chat.say("hello")
    before = await chat.shown()
    await chat.page.close()
    again = await Chat.on(context, site.url)
    await again.open()
    await expect(again.lines).to_have_count(len(before))
    assert await again.shown() == before


async def test_two_tabs_show_the_same(
    chat: Chat, context: BrowserContext, site: HostSite
) -> None:
    other = await Chat.on(context, site.url)
    await chat.open()
    await other.open()
    await chat.say("hello")
    await expect(other.answers).to_have_count(await chat.answers.count())
    await other.say("are you a robot?")
    await expect(chat.answers).to_have_count(await other.answers.count())
    assert await said(chat) == await said(other) == ["hello", "are you a robot?"]
    assert await chat.shown() == await other.shown()


async def test_a_lost_answer_to_sending_sends_nothing_twice(
    chat: Chat, context: BrowserContext, complaints: Complaints
) -> None:
    complaints.allow(CUT)
    lost = []

    async def lose_first(route: Route) -> None:
        if route.request.method != "POST" or lost:
            await route.continue_()
        else:
            lost.append(await route.fetch())
            await route.abort()

    await chat.open()
    await context.route("**/api/web/messages", lose_first)
    await chat.say("hello")
    await chat.say("are you a robot?")
    assert [response.status for response in lost] == [202]
    assert await said(chat) == ["hello", "are you a robot?"]


async def test_what_was_not_sent_yet_outlives_a_reload(
    same_site_chat: Chat, context: BrowserContext, complaints: Complaints
) -> None:
    complaints.allow(CUT)
    chat = same_site_chat
    await chat.open()
    await context.route("**/api/web/messages", lambda route: route.abort())
    await chat.type("hello")
    await chat.type("are you a robot?")
    await expect(chat.said.locator(".state").first).not_to_be_empty()
    await context.unroute_all()
    await chat.reload()
    await chat.answer(0)
    await expect(chat.said).to_have_count(2)
    assert await said(chat) == ["hello", "are you a robot?"]


async def test_a_minute_without_network_loses_nothing(
    chat: Chat, context: BrowserContext, complaints: Complaints, web_stage: Stage
) -> None:
    complaints.allow(CUT)
    await context.clock.install(time=datetime.now(UTC))
    await chat.page.reload()
    await chat.open()
    await chat.say("hello")
    await context.set_offline(True)
    await expect(chat.status).to_have_attribute("data-state", "offline")
    for text in ("are you a robot?", "thank you", "what can you do?"):
        await chat.type(text)
    await expect(chat.said.last.locator(".state")).to_contain_text("online")
    agent = Agent(web_stage.services)
    agent.take_over()
    agent.say("I looked at it meanwhile.")
    await context.clock.fast_forward(60_000)
    await expect(chat.said).to_have_count(4)
    await context.set_offline(False)
    await chat.connected()
    await expect(chat.log).to_contain_text("meanwhile")
    await expect(chat.said.locator(".state:not(:empty)")).to_have_count(0)
    await expect(
        chat.log.locator('.line[data-author="visitor"][data-seq]')
    ).to_have_count(4)
    assert await said(chat) == [
        *("hello", "are you a robot?", "thank you", "what can you do?"),
    ]


async def test_what_fails_says_so_and_can_be_tried_again(
    chat: Chat, context: BrowserContext, complaints: Complaints
) -> None:
    complaints.allow(CUT)
    await chat.open()
    await context.route("**/api/web/messages", lambda route: route.abort())
    await chat.type("hello")
    again = chat.log.locator(".line.failed .again")
    await expect(again).to_be_visible()
    await expect(chat.status).to_have_text("Not sent")
    await context.unroute_all()
    await again.click()
    await chat.answer(0)
    await expect(chat.log.locator(".line.failed")).to_have_count(0)
    assert await said(chat) == ["hello"]


async def test_what_is_said_too_fast_is_sent_when_the_server_says_so(
    chat: Chat, context: BrowserContext, complaints: Complaints
) -> None:
    complaints.allow("429")
    refused = []

    async def refuse_first(route: Route) -> None:
        if refused:
            await route.continue_()
        else:
            refused.append(route.request.post_data_json)
            await route.fulfill(status=429, headers={"Retry-After": "2"}, json={})

    await chat.open()
    await context.route("**/api/web/messages", refuse_first)
    await chat.type("hello")
    await expect(chat.status).to_contain_text("a lot at once")
    await chat.type("are you a robot?")
    await expect(chat.answers.nth(1)).to_be_visible()
    await expect(chat.log.locator(".line.failed")).to_have_count(0)
    assert await said(chat) == ["hello", "are you a robot?"]


async def test_a_token_that_has_expired_is_replaced(
    chat: Chat, complaints: Complaints, web_stage: Stage
) -> None:
    complaints.allow("401")
    await chat.open()
    await chat.say("hello")
    web_stage.clock.move(web_stage.services.settings.token_lifetime + 1)
    await chat.say("are you a robot?")
    assert await said(chat) == ["hello", "are you a robot?"]


async def test_the_end_in_one_tab_is_the_end_in_the_other(
    chat: Chat, context: BrowserContext, site: HostSite, complaints: Complaints
) -> None:
    complaints.allow("401|404")
    other = await Chat.on(context, site.url)
    await chat.open()
    await chat.say("hello")
    await other.open()
    await expect(other.said).to_have_count(1)
    await chat.pick("end-chat")
    await chat.end.locator("#forget").click()
    await expect(chat.end.locator("#new-chat")).to_be_visible()
    await expect(other.lines).to_have_count(0)


@pytest.fixture
def server(site: HostSite, tmp_path: Path) -> Iterator[Server]:
    """The product as it is run, and the website embeds that one."""
    server = Server(tmp_path)
    server.allow(site.url)
    with site.embedding(server.url), server:
        yield server


async def test_a_server_that_is_killed_goes_on_where_it_was(
    server: Server, site: HostSite, context: BrowserContext, complaints: Complaints
) -> None:
    complaints.allow(GONE)
    chat = await Chat.on(context, site.url)
    await chat.open()
    await chat.say("I want to change my phone number")
    server.kill()
    await chat.type("linh@example.com")
    await expect(chat.said.last.locator(".state")).not_to_be_empty()
    server.start()
    server.wait()
    await chat.answer(await chat.newest("bot"))
    await expect(chat.code).to_be_visible()
    shown = await said(chat)
    assert shown[0] == "I want to change my phone number"
    assert len(shown) == 2
    assert not re.search("linh", shown[1])
