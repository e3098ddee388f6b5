"""An agent labels, by keyboard, what the assistant did not understand well."""

from playwright.async_api import ViewportSize, expect

from bot.conversations.lines import Line
from bot.conversations.understanding import Understood
from bot.services import Services
from tests.browser.desk import OpenDesk
from tests.browser.test_accessibility import overflow
from tests.browser.test_desk_accessibility import find_faults
from tests.conversations.stage import Stage

NARROW = ViewportSize(width=375, height=812)


def doubted(services: Services, text: str, language: str = "en") -> None:
    """A line that the assistant was not sure of."""
    talk = services.conversations
    chat = talk.start("web", language=language)
    seq = talk.hear(chat, text=text).seq
    understood = Understood(seq, language, "nlu_fallback", 0.6, "lost_phone", 0.4)
    assert talk.reply(chat, seq, (Line("What is it?"),), understood=understood)


async def test_lines_are_labelled_by_keyboard(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    sam = await open_desk("Sam Ortiz", "supervisor")
    doubted(web_stage.services, "the thingy from the other day went poof")
    doubted(web_stage.services, "no me deja con eso", "es")
    await sam.page.keyboard.press("g")
    await sam.page.keyboard.press("r")
    items = sam.page.locator(".doubts > li")
    await expect(items).to_have_count(2)
    faults = await find_faults(sam, "open")
    choice = items.filter(has_text="thingy").locator("select")
    await choice.select_option(label="Lost the phone")
    await choice.press("Tab")
    await sam.page.keyboard.press("Enter")

    await expect(sam.told).to_contain_text("Label kept")
    await expect(items).to_have_count(1)
    await sam.go("/review?state=every&language=es")
    await expect(items.first).to_contain_text("Se tomó por")
    faults += await find_faults(sam, "every")
    await sam.page.set_viewport_size(NARROW)
    assert faults + await overflow(sam.page.main_frame) == []
