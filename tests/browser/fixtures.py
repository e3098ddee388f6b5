"""One Chromium for all tests of a process, and a fresh profile for each of them."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.chat import Chat
from tests.browser.chromium import find_chromium, launch
from tests.browser.complaints import Complaints
from tests.browser.host import HostSite
from tests.browser.running_clock import RunningClock
from tests.conversations.fixtures import seed_at
from tests.conversations.house import House
from tests.conversations.stage import Scene, Stage

# Milliseconds; a busy machine may take its time.
PATIENCE = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run whatever drives the browser in the one event loop that it lives in."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, or the like, without a window."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium on PATH: install the package `chromium`")
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as driver:
        browser = await launch(driver, program)
        yield browser
        await browser.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What browsers complain of; the test fails when it did not expect it."""
    complaints = Complaints()
    yield complaints
    assert complaints.unexpected == []


@pytest_asyncio.fixture(loop_scope="session")
async def context(
    browser: Browser, complaints: Complaints
) -> AsyncIterator[BrowserContext]:
    """A person's browser that was never here before."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE)
    complaints.listen(context)
    yield context
    await context.close()


@pytest.fixture(scope="session")
def site(house: House) -> Iterator[HostSite]:
    """The made-up website, on another origin than the app."""
    with HostSite(house.url) as site:
        yield site


@pytest.fixture(scope="session")
def seeded_today(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded database of today: browsers have no other time."""
    path = tmp_path_factory.mktemp("today") / "seeded.db"
    seed_at(house, path, RunningClock())
    return path


@pytest.fixture
def web_stage(
    house: House, seeded_today: Path, site: HostSite, tmp_path: Path
) -> Iterator[Stage]:
    """A stage that the made-up website may embed, where time goes by."""
    site.embed()
    database = shutil.copy(seeded_today, tmp_path / "switchboard.db")
    origins = (site.url, site.same_site_url)
    scene = Scene(settings={"embed_origins": origins})
    with Stage(house, database, scene, RunningClock()) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def chat(web_stage: Stage, site: HostSite, context: BrowserContext) -> Chat:
    """The website, with the chat still closed."""
    return await Chat.on(context, site.url)


@pytest_asyncio.fixture(loop_scope="session")
async def same_site_chat(
    web_stage: Stage, site: HostSite, context: BrowserContext
) -> Chat:
    """The website on the app's own site, so that the frame may store something."""
    return await Chat.on(context, site.same_site_url)
