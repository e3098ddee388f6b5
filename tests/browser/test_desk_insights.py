"""The page of figures: nothing for axe-core to find, in any look and both languages."""

from playwright.async_api import ViewportSize, expect

from bot.insights.history import seed_history
from tests.browser import axe
from tests.browser.complaints import Complaints
from tests.browser.desk import OpenDesk
from tests.browser.test_accessibility import look_like, overflow
from tests.browser.test_desk_accessibility import find_faults
from tests.conversations.stage import Stage

PHONE = ViewportSize(width=375, height=812)


async def test_figures_are_for_everybody_who_may_see_them(
    web_stage: Stage, open_desk: OpenDesk, complaints: Complaints
) -> None:
    sam = await open_desk("Sam Ortiz", "supervisor")
    await sam.go("/insights")
    faults = await find_faults(sam, "nothing yet")
    seed_history(web_stage.services, 1000)
    for path in ("/insights?language=es", "/insights?language=en"):
        await sam.go(path)
        await expect(sam.page.locator(".figure .chart")).to_have_count(8)
        faults += await find_faults(sam, path)
    first = sam.page.locator(".figure").first
    await first.locator("summary").press("Enter")
    await expect(first.locator("details td").first).to_be_visible()
    faults += await find_faults(sam, "days")
    for scheme in ("light", "dark"):
        await look_like(sam.page, scheme, PHONE)
        document = sam.page.main_frame
        faults += await axe.faults(document) + await overflow(document)
    assert faults == []


async def test_a_figure_is_downloaded(web_stage: Stage, open_desk: OpenDesk) -> None:
    sam = await open_desk("Sam Ortiz", "supervisor")
    seed_history(web_stage.services, 200)
    await sam.go("/insights")
    async with sam.page.expect_download() as started:
        await sam.page.get_by_role("link", name="Handoffs as CSV").click()
    download = await started.value
    assert download.suggested_filename.startswith("handoffs-")
