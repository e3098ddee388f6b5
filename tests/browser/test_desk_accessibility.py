"""axe-core finds nothing in any state of the desk, light or dark, wide or narrow."""

from playwright.async_api import ViewportSize, expect

from bot.conversations.lines import Line, Option
from bot.handoff.desk import Colleague
from tests.browser import axe
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, OpenDesk, waiting
from tests.browser.test_accessibility import look_like, overflow
from tests.conversations.stage import Stage

MARIA = "maria@example.com"
WIDE = ViewportSize(width=1280, height=800)
TABLET = ViewportSize(width=768, height=1024)
# Colours do not depend on the width, nor places on the colours.
# A label around a field is what one hits; a row of a list is its link.
TARGETS = """() => [...document.querySelectorAll(
    "button, a, summary, select, textarea, label:has(input), input:not(label input)")]
  .filter((one) => !one.matches(".what > a"))
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .map((one) => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 1 && (width < 24 || height < 24))
  .map(([html]) => `smaller than 24 by 24: ${html}`)"""
LOOKS = (("light", TABLET), ("dark", WIDE))


async def find_faults(desk: Desk, state: str) -> list[str]:
    """What axe-core finds in every look, and what is too wide or too small."""
    document, found = desk.page.main_frame, []
    for scheme, size in LOOKS:
        await look_like(desk.page, scheme, size)
        small = await document.evaluate(TARGETS)
        found += [
            f"{state}, {scheme}, {size['width']}: {fault}"
            for fault in (
                *await axe.faults(document),
                *await overflow(document),
                *small,
            )
        ]
    return found


async def test_a_conversation_is_for_every_agent(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    complaints.allow("409|ERR_FAILED")
    services, lee = web_stage.services, await open_desk("Lee Park")
    chat = waiting(services, "my code never came", email=MARIA)
    options = (Option("Use my app", "/a"), Option("I cannot get codes", "/b"))
    services.conversations.add(chat, Line("How?", options=options), author="bot")
    await lee.open(chat)
    faults = await find_faults(lee, "waiting")
    await lee.take()
    await lee.say("Good day.")
    await lee.note("Calls often")
    await lee.page.fill("#tag", "late")
    await lee.page.press("#tag", "Enter")
    await expect(lee.told).to_contain_text("Tags changed")
    services.typing.note(chat, "visitor")
    await expect(lee.page.locator("#typing")).to_be_visible()
    faults += await find_faults(lee, "taken")
    for menu in ("canned", "transfer", "resolve"):
        await lee.page.click(f"#{menu} summary")
        faults += await find_faults(lee, menu)
        await lee.page.keyboard.press("Escape")
    await lee.page.route("**/reply", lambda route: route.abort())
    await lee.text.fill("Not now")
    await lee.text.press("Enter")
    await expect(lee.log.locator(".line.failed")).to_be_visible()
    faults += await find_faults(lee, "failed")
    sam = await open_desk("Sam Ortiz")
    await sam.open(chat)
    await expect(sam.banner).to_be_visible()
    faults += await find_faults(sam, "somebody else's")
    assert faults == []


async def test_the_other_pages_are_for_every_agent(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    complaints.allow("401|404")
    services = web_stage.services
    sam = await open_desk("Sam Ortiz", "supervisor")
    faults = await find_faults(sam, "nobody waits")
    late = waiting(services, "a person, please")
    waiting(services, "una persona, por favor", email=MARIA)
    me = services.agents.roster.listed()[0]
    services.desk.set_priority(late, Colleague(me.id, me.name), "urgent")
    web_stage.clock.move(10 * 60)
    for path in (
        "",
        "/all",
        "/search?q=person",
        "/cases",
        "/review",
        "/team",
        "/audit",
    ):
        await sam.go(path)
        faults += await find_faults(sam, path or "queue")
    await sam.page.keyboard.press("?")
    faults += await find_faults(sam, "keys")
    await sam.page.keyboard.press("Escape")
    await sam.page.click(".me summary")
    faults += await find_faults(sam, "account")
    await sam.go("/conversations/unknown")
    faults += await find_faults(sam, "not found")
    kim = await open_desk("Kim Novak", "auditor")
    await kim.open(late)
    faults += await find_faults(kim, "auditor")
    await kim.page.click(".me summary")
    await kim.page.get_by_role("button", name="Sign out").click()
    await expect(kim.page.locator("#code")).to_be_visible()
    faults += await find_faults(kim, "door")
    for field in ("email", "password", "code"):
        await kim.page.fill(f"#{field}", "nobody@desk.example")
    await kim.page.click("form.card button")
    await expect(kim.page.get_by_role("alert")).to_be_visible()
    faults += await find_faults(kim, "refused")
    assert faults == []


async def test_a_risky_case_is_for_every_agent_at_every_width(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    services = web_stage.services
    services.identification.begin("a chat", "james@example.com")
    number = services.cases.open("a chat", "recovery").number
    web_stage.clock.move(13 * 86_400)
    for name, told in (("Sam Ortiz", "approved_first"), ("Pat Reyes", "approved")):
        agent = await open_desk(name, "supervisor")
        await agent.go("/cases")
        assert not await find_faults(agent, f"cases, {told}")
        await look_like(agent.page, "light", ViewportSize(width=375, height=800))
        assert not await overflow(agent.page.main_frame)
        inside = "main => main.scrollWidth <= main.clientWidth"
        assert await agent.page.eval_on_selector("main", inside)
        await agent.page.check("[name=evidence_photo_id_video]")
        await agent.page.check("[name=evidence_old_contact]")
        await agent.page.click(f"tr[data-id={number}] + tr [value=approve]")
        await agent.page.wait_for_url(f"**/cases?told={told}")
    file = services.cases.file(number)
    assert (file.first_by, file.decided_by) == ("Sam Ortiz", "Pat Reyes")
