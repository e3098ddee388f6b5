"""Agents with browsers of their own, at the desk of one stage."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from bot.agents.models import Role
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, OpenDesk, hire, new_desk
from tests.browser.fixtures import PATIENCE
from tests.conversations.house import House
from tests.conversations.stage import Stage


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(
    browser: Browser, complaints: Complaints, web_stage: Stage, house: House
) -> AsyncIterator[OpenDesk]:
    """Signs somebody of the team in, in a browser that was never here before."""
    contexts: list[BrowserContext] = []

    async def open_one(name: str, role: Role = "agent", **options: Any) -> Desk:
        context = await browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        complaints.listen(context)
        contexts.append(context)
        services = web_stage.services
        agent = hire(services, name, role)
        scripted = options.get("java_script_enabled", True)
        return await new_desk(context, house.url, services, agent, scripted=scripted)

    yield open_one
    for context in contexts:
        await context.close()
