"""The database is locked, full or restarted: nothing is lost, doubled or half done."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.clock import ManualClock
from bot.conversations.models import Message
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.models import Challenge, Proof
from tests.security.goals import Goal
from tests.unit.postgresql import Server
from tests.unit.serving import Stand, Visitor, stand_up
from tests.unit.world import make_world

AWAY = "urn:switchboard:problem:database-away"
MESSAGES = 20


def on_connect(database: Engine, statement: Callable[[Any], str]) -> Callable[[], None]:
    """Say something to every new connection, from now on; gives the way back."""

    def say(connection: Any, _record: object) -> None:
        connection.execute(statement(connection))

    event.listen(database, "connect", say)
    database.dispose()

    def undo() -> None:
        event.remove(database, "connect", say)
        database.dispose()

    return undo


def no_page_more(connection: Any) -> str:
    """SQLite refuses to grow, as with a full disk (SQLITE_FULL)."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    return f"PRAGMA max_page_count={pages}"


async def insist(visitor: Visitor, number: int) -> int:
    """Send one message until it is taken, as the widget does; counts refusals."""
    body = {"client_id": f"c{number}", "text": f"message {'x' * 900} {number}"}
    for refused in range(200):
        response = await visitor.post(body)
        if response.status_code == 202:
            return refused
        assert response.status_code == 503, response.text
        assert response.json()["type"] == AWAY
        assert response.headers["Retry-After"] == "2"
        await asyncio.sleep(0.1)
    raise AssertionError("never taken")


def require_each_once(stand: Stand, visitor: Visitor) -> None:
    """Every message is in the log once, in order, and answered once."""
    query = (
        select(Message)
        .where(Message.conversation_id == visitor.conversation)
        .order_by(Message.seq)
    )
    with Session(stand.services.database) as session:
        lines = list(session.scalars(query))
    typed = [line.client_id for line in lines if line.author == "visitor"]
    answered = [line.answers for line in lines if line.author == "bot"]
    assert typed == [f"c{number}" for number in range(MESSAGES)]
    assert sorted(answered) == [line.seq for line in lines if line.author == "visitor"]
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))


async def answered(stand: Stand, visitor: Visitor) -> None:
    query = select(func.count()).where(
        Message.conversation_id == visitor.conversation, Message.author == "bot"
    )
    for _ in range(600):
        with Session(stand.services.database) as session:
            if session.scalar(query) == MESSAGES:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("not everything was answered")


async def test_a_full_disk_loses_nothing(tmp_path: Path, goal: Goal) -> None:
    async with stand_up(tmp_path, ManualClock()) as stand:
        visitor = await stand.visitor()
        make_room = on_connect(stand.services.database, no_page_more)
        asyncio.get_running_loop().call_later(2, make_room)

        refused = [await insist(visitor, number) for number in range(MESSAGES)]
        await answered(stand, visitor)

        require_each_once(stand, visitor)
    assert sum(refused) > 0
    goal("S32", f"disk full: {sum(refused)} refusals, 0 of {MESSAGES} lines lost")


async def test_a_locked_database_loses_nothing(tmp_path: Path, goal: Goal) -> None:
    async with stand_up(tmp_path, ManualClock()) as stand:
        visitor = await stand.visitor()
        on_connect(stand.services.database, lambda _: "PRAGMA busy_timeout=100")
        other = sqlite3.connect(tmp_path / "switchboard.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(2, other.rollback)

        refused = [await insist(visitor, number) for number in range(MESSAGES)]
        await answered(stand, visitor)

        require_each_once(stand, visitor)
        other.close()
    assert sum(refused) > 0
    goal("S32", f"locked: {sum(refused)} refusals, 0 of {MESSAGES} lines lost")


async def test_a_restarted_postgresql_loses_nothing(
    tmp_path: Path, postgresql_server: Server, goal: Goal
) -> None:
    url = postgresql_server.new_database(lasting=True)
    async with stand_up(tmp_path, ManualClock(), database_url=url) as stand:
        visitor = await stand.visitor()
        restarted = asyncio.create_task(_restart(postgresql_server))

        refused = [await insist(visitor, number) for number in range(MESSAGES)]
        await restarted
        await answered(stand, visitor)

        require_each_once(stand, visitor)
    goal("S32", f"restarted: {sum(refused)} refusals, 0 of {MESSAGES} lines lost")


async def _restart(server: Server) -> None:
    await asyncio.sleep(0.2)
    await asyncio.to_thread(server.crash)
    await asyncio.sleep(1)
    await asyncio.to_thread(server.start)


def test_a_full_disk_verifies_nobody_and_sends_no_half_code(
    sessions: Sessions, clock: ManualClock, goal: Goal
) -> None:
    world = make_world(sessions, clock)
    database = sessions.kw["bind"]
    make_room = on_connect(database, no_page_more)

    with pytest.raises(OperationalError):
        for _ in range(500):
            world.identify()
            clock.move(3600)
    codes = world.rows(Challenge)
    assert len(codes) == len(world.rows(Delivery, Delivery.purpose == "identify"))
    assert len(world.rows(Proof)) == sum(code.used_at is not None for code in codes)

    make_room()
    clock.move(3600)
    world.identify()
    assert len(world.rows(Challenge)) == len(codes) + 1
    goal("S32", "disk full: 0 codes without their challenge, 0 proofs")
