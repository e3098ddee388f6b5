"""What the app does by itself from time to time."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.accounts.models import Account, Deletion
from bot.clock import ManualClock
from bot.seed import seed
from bot.services import Services
from tests.unit.serving import stand_up


def let_one_be_due(services: Services) -> None:
    """Schedule the deletion of one of the demo's accounts for this moment."""
    seed(services)
    now = services.clock.now()
    with services.sessions.begin() as session:
        account_id = session.scalars(select(Account.id).limit(1)).one()
        asked_at = now - timedelta(days=7)
        session.add(Deletion(account_id=account_id, asked_at=asked_at, due_at=now))


async def closed(services: Services) -> int:
    """How many accounts are closed, once one is or five seconds are over."""
    for _ in range(500):
        with services.sessions() as session:
            statuses = session.scalars(select(Account.status)).all()
        if "closed" in statuses:
            break
        await asyncio.sleep(0.01)
    return statuses.count("closed")


async def test_accounts_that_are_due_are_deleted(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as stand:
        await asyncio.to_thread(let_one_be_due, stand.services)

    async with stand_up(tmp_path, clock) as stand:
        assert await closed(stand.services) == 1
