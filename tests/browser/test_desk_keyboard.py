"""A desk for hands that stay on the keyboard."""

from playwright.async_api import Locator, expect

from tests.browser.desk import Desk, OpenDesk, waiting
from tests.conversations.stage import Stage

FAR = 40
# The link of a row draws its outline around the row.
SEEN = """(one) => ["", "::after"].some((part) =>
  getComputedStyle(one, part || null).outlineStyle !== "none")"""


async def tab_to(desk: Desk, place: Locator) -> None:
    """Press Tab until something has the focus, which is then to be seen."""
    for _ in range(FAR):
        if await place.evaluate("(one) => one === document.activeElement"):
            assert await place.evaluate(SEEN)
            return
        await desk.page.keyboard.press("Tab")
    raise AssertionError(f"{place} cannot be reached")


async def test_a_conversation_is_worked_on_by_keys(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    services = web_stage.services
    first, second = waiting(services), waiting(services, "another person, please")
    lee, sam = await open_desk("Lee Park"), await open_desk("Sam Ortiz")
    keyboard = lee.page.keyboard
    await lee.go()
    await keyboard.press("j")
    await keyboard.press("j")
    await keyboard.press("k")
    await expect(lee.rows.first.get_by_role("link")).to_be_focused()
    await keyboard.press("Enter")
    await lee.ready()
    await keyboard.press("t")
    await expect(lee.text).to_be_focused()
    # Letters are letters while one writes.
    await keyboard.type("Tell me: better? ")
    await expect(lee.text).to_have_value("Tell me: better? ")
    await keyboard.press("Enter")
    await lee.shows("Tell me: better?")
    await keyboard.press("Escape")
    await keyboard.press("c")
    await expect(lee.page.locator("#canned-filter")).to_be_focused()
    await keyboard.type("by name")
    await keyboard.press("Escape")
    await expect(lee.page.locator("#canned summary")).to_be_focused()
    await keyboard.press("n")
    await keyboard.type("nothing yet")
    await tab_to(lee, lee.page.locator("#note-form button"))
    await keyboard.press("Enter")
    await expect(lee.notes).to_contain_text("nothing yet")
    await keyboard.press("Escape")
    await keyboard.press("p")
    await expect(lee.page.locator("#priority")).to_be_focused()
    await keyboard.type("Low")
    await expect(lee.told).to_contain_text("Priority changed")
    await keyboard.press("Escape")
    await keyboard.press("x")
    await expect(lee.page.locator("#to")).to_be_focused()
    await keyboard.type("Sam")
    await tab_to(lee, lee.page.locator("#transfer button"))
    await keyboard.press("Enter")
    await expect(lee.banner).to_contain_text("Sam Ortiz")
    await keyboard.press("g")
    await keyboard.press("q")
    await expect(lee.page).to_have_url(lee.url)
    await sam.open(first if await sam_has(sam, first) else second)
    await sam.page.keyboard.press("e")
    await sam.page.keyboard.press("Space")
    await sam.page.keyboard.press("Enter")
    await expect(sam.told).to_contain_text("Resolved")


async def test_keys_are_listed_and_can_be_turned_off(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    waiting(web_stage.services)
    lee = await open_desk("Lee Park")
    keyboard, keys = lee.page.keyboard, lee.page.locator("#keys")
    await keyboard.press("?")
    await expect(keys).to_be_visible()
    await tab_to(lee, lee.page.locator("#keys-on"))
    await keyboard.press("Space")
    await keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await keyboard.press("/")
    await keyboard.press("?")
    await expect(keys).to_be_hidden()
    await expect(lee.page).to_have_url(lee.url)
    # Off means off tomorrow, too; the list is still reached.
    await lee.go()
    await keyboard.press("j")
    await expect(lee.rows.first.get_by_role("link")).not_to_be_focused()
    await tab_to(lee, lee.page.locator("#help"))
    await keyboard.press("Enter")
    await expect(keys).to_be_visible()


async def test_the_focus_stays_where_it_is_when_the_list_changes(
    web_stage: Stage, open_desk: OpenDesk
) -> None:
    services = web_stage.services
    first = waiting(services)
    lee = await open_desk("Lee Park")
    take = lee.page.locator(f'[data-id="{first}"] button')
    for count, place in enumerate((lee.rows.first.get_by_role("link"), take), 2):
        await tab_to(lee, place)
        waiting(services, "another person, please")
        await expect(lee.rows).to_have_count(count)
        await expect(place).to_be_focused()


async def sam_has(sam: Desk, conversation: str) -> bool:
    """Whether a conversation is in a colleague's list."""
    await sam.go("/mine")
    return await sam.page.locator(f'#list [data-id="{conversation}"]').count() > 0
