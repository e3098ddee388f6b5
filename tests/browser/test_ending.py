"""The end of a chat: how it went, and that nothing of it stays on this device."""

from playwright.async_api import BrowserContext, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation
from tests.browser.agent import Agent
from tests.browser.chat import Chat
from tests.conversations.stage import Stage


def conversations(stage: Stage) -> int:
    """How many there are."""
    with Session(stage.services.database) as session:
        return session.scalar(select(func.count(Conversation.id))) or 0


async def end(chat: Chat, *, score: int | None = None, comment: str = "") -> None:
    """End the chat from the menu, perhaps with a rating."""
    await chat.pick("end-chat")
    if score is not None:
        rating = chat.end.locator("#rating")
        await rating.locator(f'[name=score][value="{score}"]').check()
        await rating.locator("[name=comment]").fill(comment)
    await chat.end.locator("#forget").click()
    await expect(chat.end.locator("#new-chat")).to_be_visible()


async def test_ending_leaves_nothing_on_this_device(
    same_site_chat: Chat, context: BrowserContext, web_stage: Stage
) -> None:
    chat = same_site_chat
    await chat.open()
    await chat.say("hello")
    await end(chat)
    assert conversations(web_stage) == 0
    assert await context.cookies() == []
    assert await chat.stored() == {}
    await expect(chat.lines).to_have_count(0)
    await chat.page.reload()
    await chat.connected()
    await expect(chat.frame.locator("#welcome")).to_be_visible()
    await expect(chat.lines).to_have_count(0)


async def test_a_new_chat_knows_nothing_of_the_old_one(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await chat.say("hello")
    await end(chat)
    await chat.end.locator("#new-chat").click()
    await expect(chat.frame.locator("#welcome")).to_be_visible()
    await expect(chat.field).to_be_focused()
    await chat.say("are you a robot?")
    await expect(chat.said).to_have_count(1)
    assert conversations(web_stage) == 1


async def test_the_end_asks_how_it_went(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("hello")
    async with chat.page.expect_request("**/api/web/rating") as rated:
        await end(chat, score=4, comment="It was quick.")
    request = await rated.value
    assert request.post_data_json == {"score": 4, "comment": "It was quick."}
    response = await request.response()
    assert response is not None
    assert response.status == 204


async def test_keeping_the_chat_changes_nothing(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("hello")
    await chat.pick("end-chat")
    await chat.end.locator(".keep").click()
    await expect(chat.said).to_have_count(1)
    assert conversations(web_stage) == 1


async def test_what_a_person_works_on_is_gone_from_this_device_only(
    chat: Chat, context: BrowserContext, web_stage: Stage
) -> None:
    await chat.open()
    await chat.say("hello")
    Agent(web_stage.services).take_over()
    await expect(chat.frame.locator("#owner")).to_contain_text("Lee")
    await end(chat)
    await expect(chat.end).to_contain_text("gone from this device")
    assert await context.cookies() == []
    assert conversations(web_stage) == 1
