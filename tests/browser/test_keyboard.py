"""A whole change of number without a mouse, from the launcher and back to it."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.chat import Chat
from tests.conversations.stage import Stage

LINH, LINHS, NEW = "linh@example.com", "+13125550188", "+13125550142"
FEW = 30


async def tab_to(chat: Chat, place: Locator, *, back: bool = False) -> None:
    """Press the tab key until something has the focus."""
    for _ in range(FEW):
        if await place.evaluate("(one) => one.matches(':focus')"):
            return
        await chat.page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{place} cannot be reached")


async def answer(chat: Chat, text: str) -> None:
    """Type wherever the focus is, send it, and wait for what comes back.

    A frame believes itself focused before the page around it has let go of the keys.
    """
    await expect(chat.iframe).to_be_focused()
    before = await chat.newest()
    await chat.page.keyboard.type(text)
    await chat.page.keyboard.press("Enter")
    await chat.answer(before)


async def test_a_number_is_changed_by_keyboard_alone(
    chat: Chat, web_stage: Stage
) -> None:
    keyboard = chat.page.keyboard
    await tab_to(chat, chat.launcher)
    await keyboard.press("Enter")
    await chat.connected()
    await expect(chat.field).to_be_focused()
    await answer(chat, "I got a new phone number, can you change it?")
    await answer(chat, LINH)
    await expect(chat.code).to_be_focused()
    await answer(chat, web_stage.codes(LINHS)[-1])
    await expect(chat.frame.locator(".phone-entry input")).to_be_focused()
    await answer(chat, "312 555 0142")
    await expect(chat.code).to_be_focused()
    await answer(chat, web_stage.codes(NEW)[-1])
    assert web_stage.accounts.look(LINH)["codes_to"] == "0142"
    await expect(chat.field).to_be_focused()
    await keyboard.press("Escape")
    await expect(chat.launcher).to_be_focused()
    await expect(chat.iframe).to_be_hidden()


async def test_choices_articles_and_the_menu_are_reached_by_keyboard(
    chat: Chat,
) -> None:
    keyboard = chat.page.keyboard
    await tab_to(chat, chat.launcher)
    await keyboard.press("Space")
    await expect(chat.field).to_be_focused()
    await answer(chat, "turn on 2fa pls")
    await tab_to(chat, chat.option("Authenticator app"), back=True)
    before = await chat.newest()
    await keyboard.press("Enter")
    await chat.answer(before)
    await expect(chat.field).to_be_focused()
    await answer(chat, "why do you need my number")
    link = chat.log.locator(".articles button").last
    await tab_to(chat, link, back=True)
    await keyboard.press("Enter")
    await expect(chat.article.get_by_role("heading")).to_be_focused()
    await keyboard.press("Escape")
    await expect(link).to_be_focused()
    menu = chat.frame.locator("#menu-button")
    await tab_to(chat, menu, back=True)
    await keyboard.press("Enter")
    await expect(chat.frame.locator("#menu button").first).to_be_focused()
    await keyboard.press("Escape")
    await expect(menu).to_be_focused()
    await expect(menu).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("wait", range(0, 160, 20))
async def test_keys_go_to_the_chat_however_far_its_frame_was(
    chat: Chat, wait: int
) -> None:
    await tab_to(chat, chat.launcher)
    await chat.page.wait_for_timeout(wait)
    await chat.page.keyboard.press("Enter")
    await expect(chat.field).to_be_focused()
    await expect(chat.iframe).to_be_focused()
    await chat.page.keyboard.type("hello")
    await expect(chat.field).to_have_value("hello")


async def test_the_end_is_reached_by_keyboard(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    await chat.open()
    await answer(chat, "hello")
    await tab_to(chat, chat.frame.locator("#menu-button"), back=True)
    await keyboard.press("Enter")
    await tab_to(chat, chat.frame.locator("#end-chat"))
    await keyboard.press("Enter")
    await expect(chat.end.get_by_role("heading")).to_be_focused()
    await keyboard.press("Tab")
    await keyboard.press("Space")
    await expect(chat.end.locator("[name=score]").first).to_be_checked()
    await tab_to(chat, chat.end.locator("#forget"))
    await keyboard.press("Enter")
    await expect(chat.end.get_by_role("heading")).to_be_focused()
    await tab_to(chat, chat.end.locator("#new-chat"))
    await keyboard.press("Enter")
    await expect(chat.field).to_be_focused()
