"""Where Chromium is, and how it is started."""

import os
import shutil

from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The first browser on PATH that can be driven."""
    return next(filter(None, map(shutil.which, NAMES)), None)


async def launch(driver: Playwright, program: str) -> Browser:
    """Start it without a window; its sandbox refuses to run as root."""
    return await driver.chromium.launch(
        executable_path=program, chromium_sandbox=os.geteuid() != 0
    )
