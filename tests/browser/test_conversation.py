"""Whole conversations in the widget: choices, codes, numbers, secrets, articles."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
from playwright.async_api import BrowserContext, expect

from tests.browser.agent import Agent
from tests.browser.chat import Chat
from tests.browser.embedding import identify
from tests.conversations.house import House
from tests.conversations.stage import Stage

LINH, MARIA = "linh@example.com", "maria@example.com"
LINHS, MARIAS, NEW = "+13125550188", "+12025550143", "+13125550142"
DIGITS = re.compile(r"\d{6}")


async def everything_kept(chat: Chat) -> str:
    """What the widget shows, and what it wrote on this device."""
    shown: str = await chat.frame.locator("html").evaluate("(html) => html.innerHTML")
    return f"{shown} {await chat.stored()}"


async def test_starting_points_are_offered_and_go(chat: Chat) -> None:
    await chat.open()
    await expect(chat.frame.locator("#welcome")).to_be_visible()
    await chat.choose("Change my phone number")
    await expect(chat.frame.locator("#welcome")).to_be_hidden()
    await expect(chat.said).to_have_count(1)


async def test_options_are_buttons_that_go_once_one_is_pressed(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await identify(chat, web_stage.identity_token(LINH))
    await chat.say("turn on 2fa pls")
    group = chat.log.locator(".options")
    await expect(group).to_have_role("group")
    await expect(group.get_by_role("button")).to_have_count(3)
    await chat.choose("Authenticator app")
    await expect(chat.said.last.locator(".text")).to_have_text("Authenticator app")
    await expect(chat.option("Text messages")).to_have_count(0)


async def test_a_number_is_changed(same_site_chat: Chat, web_stage: Stage) -> None:
    chat = same_site_chat
    await chat.open()
    await chat.say("I got a new phone number, can you change it?")
    await chat.say(LINH)
    await expect(chat.code).to_have_attribute("autocomplete", "one-time-code")
    await expect(chat.code).to_have_attribute("inputmode", "numeric")
    await expect(chat.code).to_be_focused()
    first = web_stage.codes(LINHS)[-1]
    await chat.enter_code(first)
    country = chat.frame.locator(".phone-entry select")
    await expect(country).to_have_value("1")
    await chat.enter_phone("(312) 555-0142")
    second = web_stage.codes(NEW)[-1]
    answer = await chat.enter_code(second)
    assert "•••-•••-0142" in answer
    assert web_stage.accounts.look(LINH)["codes_to"] == "0142"
    kept = await everything_kept(chat)
    assert not any(value in kept for value in (first, second, LINH, "555-0142"))


async def test_half_a_code_is_not_sent(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("I want to change my phone number")
    await chat.say(LINH)
    await chat.code.fill("123")
    await chat.code.press("Enter")
    await expect(chat.frame.get_by_role("alert")).to_have_text("A code has 6 digits.")
    await expect(chat.code).to_have_attribute("aria-invalid", "true")
    await expect(chat.said).to_have_count(2)


async def test_an_app_is_set_up_with_a_picture_or_a_key(
    chat: Chat, context: BrowserContext, web_stage: Stage
) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await chat.open()
    await identify(chat, web_stage.identity_token(MARIA))
    await chat.say("set up an authenticator app")
    await chat.enter_code(web_stage.codes(MARIAS)[-1])
    secret = chat.log.locator(".secret")
    picture = secret.locator("img")
    await expect(picture).to_have_accessible_name(re.compile("QR"))
    assert await picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)")
    key = (await secret.locator(".key").inner_text()).replace(" ", "")
    assert await copied(chat) == key
    await chat.enter_code(pyotp.TOTP(key).at(web_stage.clock.now()))
    await expect(chat.answers.last).to_contain_text("Done.")
    await expect(secret).to_have_count(0)
    assert key not in await everything_kept(chat)
    await recovery_codes_are_shown_once(chat)


async def copied(chat: Chat) -> str:
    """Press the secret's copy button; gives what the clipboard has afterwards."""
    button = chat.log.locator(".secret .copy")
    await button.click()
    # The button says so once the clipboard has it.
    await expect(button).to_have_text("Copied")
    text: str = await chat.page.evaluate("navigator.clipboard.readText()")
    return text


async def recovery_codes_are_shown_once(chat: Chat) -> None:
    await chat.choose("Make recovery codes")
    codes = await chat.log.locator(".secret .codes li").all_inner_texts()
    assert len(set(codes)) == 10
    async with chat.page.expect_download() as saved:
        await chat.log.locator(".secret .download").click()
    text = Path(await (await saved.value).path()).read_text("utf-8")
    assert all(code in text for code in codes)
    assert (await copied(chat)).splitlines() == codes
    await chat.say("thank you")
    await expect(chat.log.locator(".secret")).to_have_count(0)
    assert codes[0] not in await everything_kept(chat)


async def test_articles_open_in_the_chat(chat: Chat) -> None:
    await chat.open()
    await chat.say("why do you need my number")
    link = chat.log.locator(".articles button").first
    title = await link.inner_text()
    await link.click()
    await expect(chat.article.get_by_role("heading")).to_have_text(title)
    await expect(chat.article.get_by_role("heading")).to_be_focused()
    await expect(chat.field).to_be_hidden()
    await chat.article.locator(".back").click()
    await expect(link).to_be_focused()


async def test_the_transcript_says_who_said_what(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("I want to change my phone number")
    await chat.say(LINH)
    code = web_stage.codes(LINHS)[-1]
    await chat.enter_code(code)
    async with chat.page.expect_download() as saved:
        await chat.pick("download")
    file = await saved.value
    text = Path(await file.path()).read_text("utf-8")
    assert re.fullmatch(r"chat-\d{4}-\d\d-\d\d\.txt", file.suggested_filename)
    assert "You: I want to change my phone number" in text
    assert "Assistant: " in text
    assert code not in text


async def test_somebody_who_takes_over_is_named(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("hello")
    owner = chat.frame.locator("#owner")
    await expect(owner).to_contain_text("Assistant")
    agent = Agent(web_stage.services)
    agent.take_over(owner="queue")
    await expect(owner).to_contain_text("Waiting for a person")
    agent.take_over()
    agent.say("Good day, how can I help?")
    await expect(owner).to_contain_text("Lee")
    await expect(chat.lines.last).to_contain_text("Lee")


async def test_unread_lines_are_counted_on_the_launcher(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await chat.say("hello")
    await chat.launcher.click()
    agent = Agent(web_stage.services)
    agent.take_over()
    for text in ("Are you there?", "I have looked at it."):
        agent.say(text)
    await expect(chat.badge).to_have_text("2")
    await expect(chat.launcher).to_have_accessible_name("Open chat (2 new messages)")
    await chat.launcher.click()
    await expect(chat.badge).to_be_hidden()


async def test_a_sound_can_be_wished_for(chat: Chat) -> None:
    # Also where the browser lets nothing be stored.
    await chat.open()
    for pressed in ("false", "true"):
        await chat.frame.locator("#menu-button").click()
        sound = chat.frame.locator("#menu #sound")
        await expect(sound).to_have_attribute("aria-pressed", pressed)
        await sound.click()


async def test_lines_tell_when_they_were_said(chat: Chat, web_stage: Stage) -> None:
    await chat.open()
    await chat.say("hello")
    moment = chat.said.locator("time")
    stated = datetime.fromisoformat(await moment.get_attribute("datetime") or "")
    assert abs(web_stage.clock.now() - stated) < timedelta(minutes=1)
    await expect(moment).to_have_text(re.compile(r"\d:\d\d"))
    await expect(chat.log.locator(".day")).to_have_count(1)


async def test_the_language_changes_at_a_press(chat: Chat) -> None:
    await chat.open()
    await chat.pick("language")
    await expect(chat.frame.locator("html")).to_have_attribute("lang", "es")
    answer = await chat.say("hello")
    assert re.search("[¿áéíóúñ]", answer)


async def test_new_lines_are_announced_once_and_old_ones_never(chat: Chat) -> None:
    await chat.open()
    await expect(chat.log).to_have_role("log")
    await chat.say("hello")
    await expect(chat.log).to_have_attribute("aria-live", "polite")
    await expect(chat.said.first).to_have_attribute("aria-live", "off")
    await chat.reload()
    await expect(chat.lines.first).to_be_visible()
    await expect(chat.log).to_have_attribute("aria-live", "polite")


async def test_somebody_else_who_signs_in_sees_nothing_of_the_chat_before(
    chat: Chat, web_stage: Stage
) -> None:
    await chat.open()
    await identify(chat, web_stage.identity_token(LINH))
    await chat.say("Which phone number is on my account?")
    await expect(chat.log).to_contain_text("0188")
    await identify(chat, web_stage.identity_token(MARIA))
    await expect(chat.lines).to_have_count(0)
    await chat.say("Which phone number is on my account?")
    await expect(chat.log).to_contain_text("0143")
    await expect(chat.said).to_have_count(1)


async def test_who_types_is_shown_until_the_answer_comes(
    chat: Chat, house: House
) -> None:
    await chat.open()
    await chat.say("hello")
    typing = chat.frame.locator(".typing")
    await expect(typing).to_be_hidden()
    with house.paused_engine():
        await chat.type("are you a robot?")
        await expect(typing).to_be_visible()
        await expect(typing).to_contain_text("Assistant is typing")
    await expect(typing).to_be_hidden()
