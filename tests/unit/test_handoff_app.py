"""Handoffs in the running app: slow answers, restarts, and a process that is killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import database, schema
from bot.agents.models import Agent, DeskAudit
from bot.clock import ManualClock
from bot.conversations.lines import RETURNED
from bot.conversations.models import Conversation, Message
from bot.handoff.desk import Colleague
from bot.handoff.models import HandoffRequest
from bot.services import Services
from tests.unit import postgresql
from tests.unit.serving import Stand, Visitor, stand_up

LEE = Colleague("agent-lee", "Lee")
RACES, AT_ONCE, SLOWEST = 100, 10, 0.04
KILLS = 4
PATIENT = {
    "openings_per_address": 1000,
    "openings_altogether": 1000,
    "messages_per_address": 10_000,
    "messages_altogether": 10_000,
}
# Takes, speaks and gives back, over and over, until it is killed.
BUSY = """
import itertools, sys
from pathlib import Path
from bot.app import build_services
from bot.handoff.desk import Colleague
from bot.settings import Settings
services = build_services(Settings(state_dir=Path(sys.argv[1])))
lee = Colleague("agent-lee", "Lee")
print("ready", flush=True)
for turn in itertools.count():
    chat = f"chat-{turn % 20}"
    services.desk.take(chat, lee)
    services.desk.reply(chat, lee, "hello", client_id=f"{sys.argv[2]}-{turn}")
    services.desk.give_back(chat, lee)
"""


def add_lee(services: Services) -> None:
    now = services.clock.now()
    with services.sessions.begin() as session:
        session.merge(
            Agent(
                id=LEE.id,
                email="lee@example.com",
                name=LEE.name,
                role="agent",
                status="available",
                password_hash="",
                totp_encrypted=b"",
                last_totp_step=0,
                created_at=now,
                seen_at=now,
            )
        )


@pytest.fixture(params=["sqlite", "postgresql"])
async def stand(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Stand]:
    settings: dict[str, Any] = dict(PATIENT)
    if request.param == "postgresql":
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        settings["database_url"] = server.new_database()
    async with stand_up(tmp_path, clock, **settings) as stand:
        add_lee(stand.services)
        yield stand


async def test_no_answer_comes_after_the_take_over_in_a_hundred_races(
    stand: Stand,
) -> None:
    chance = random.Random(6)
    for _ in range(RACES // AT_ONCE):
        stand.engine.script = [chance.uniform(0, SLOWEST) for _ in range(AT_ONCE)]
        delays = [chance.uniform(0, 2 * SLOWEST) for _ in range(AT_ONCE)]
        await asyncio.gather(*(_race(stand, delay) for delay in delays))


async def _race(stand: Stand, delay: float) -> None:
    visitor = await stand.visitor()
    await visitor.say("something that takes long")
    await asyncio.sleep(delay)
    desk = stand.services.desk
    await asyncio.to_thread(desk.take, visitor.conversation, LEE)
    await asyncio.sleep(SLOWEST)
    await stand.services.turns.settle()
    authors = [line["author"] for line in await visitor.read()]
    assert authors in (["visitor", "bot", "system"], ["visitor", "system"])


async def test_a_restart_between_the_wish_and_the_answer_queues_once(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as before:
        add_lee(before.services)
        before.engine.go_on.clear()
        visitor = await before.visitor()
        await visitor.say("a person please")
        await before.engine.began.wait()
        before.services.handoff.ask(visitor.conversation, "talk_to_human")
    async with stand_up(tmp_path, clock) as after:
        back = _again(visitor, after)
        await back.answer(1)
        lines = [(line["author"], line["kind"]) for line in await back.read()]
        assert lines == [("visitor", "text"), ("bot", "text"), ("system", "options")]
        owned = after.services.ownership.of(visitor.conversation)
        assert owned.owner == "queue"


async def test_a_restart_before_the_assistant_is_back_brings_it_back_once(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as before:
        add_lee(before.services)
        visitor = await before.visitor()
        await visitor.answer(await visitor.say("hello"))
        before.services.desk.take(visitor.conversation, LEE)
        before.engine.go_on.clear()
        before.services.desk.give_back(visitor.conversation, LEE)
    async with stand_up(tmp_path, clock) as after:
        back = _again(visitor, after)
        *_, left = await back.read()
        await back.answer(left["seq"])
        await after.services.turns.settle()
        authors = [line["author"] for line in await back.read()]
        assert authors == ["visitor", "bot", "system", "system", "bot"]
        (heard,) = after.engine.heard
        assert (heard["payload"], heard["text"]) == (RETURNED, "")


async def test_a_restart_in_an_agents_hands_leaves_it_there(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as before:
        add_lee(before.services)
        visitor = await before.visitor()
        await visitor.answer(await visitor.say("hello"))
        before.services.desk.take(visitor.conversation, LEE)
        before.services.desk.reply(visitor.conversation, LEE, "Hi", client_id="1")
        await visitor.say("are you there?", "c2")
    async with stand_up(tmp_path, clock) as after:
        desk = after.services.desk
        desk.take(visitor.conversation, LEE)
        desk.reply(visitor.conversation, LEE, "Hi", client_id="1")
        desk.reply(visitor.conversation, LEE, "Yes", client_id="2")
        await after.services.turns.settle()
        lines = await _again(visitor, after).read()
        said = [line["text"] for line in lines if line["author"] == "agent"]
        assert said == ["Hi", "Yes"]
        assert not after.engine.heard


def _again(visitor: Visitor, stand: Stand) -> Visitor:
    """The same browser, after the server has started anew."""
    visitor.http = stand.http
    return visitor


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_by_halves(
    tmp_path: Path,
) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'switchboard.db'}")
    schema.upgrade(engine)
    sessions, clock = database.sessions(engine), ManualClock()
    _fill(sessions, clock)
    chance = random.Random(7)
    for kill in range(KILLS):
        arguments = [sys.executable, "-c", BUSY, str(tmp_path), str(kill)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as busy:
            assert busy.stdout is not None and busy.stdout.readline() == "ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                busy.wait(chance.uniform(0.1, 0.4))
            os.kill(busy.pid, signal.SIGKILL)
        _check(sessions)
    engine.dispose()


def _fill(sessions: database.Sessions, clock: ManualClock) -> None:
    now = clock.now()
    lee = Agent(
        id=LEE.id,
        email="lee@example.com",
        name=LEE.name,
        role="agent",
        password_hash="",
        totp_encrypted=b"",
        created_at=now,
    )
    chats = [
        Conversation(
            id=f"chat-{turn}", channel="web", language="en", created_at=now, last_at=now
        )
        for turn in range(20)
    ]
    with sessions.begin() as session:
        session.add_all([lee, *chats])


def _check(sessions: database.Sessions) -> None:
    """Lines, requests, owners and the audit log tell the same story."""
    with sessions() as session:
        lines = list(session.scalars(select(Message)))
        requests = list(session.scalars(select(HandoffRequest)))
        acts = Counter(session.scalars(select(DeskAudit.act)))
        chats = list(session.scalars(select(Conversation)))
    said = Counter(line.data.get("event", line.author) for line in lines)
    assert len(requests) > 0
    assert said["joined"] == len(requests) == acts["take"]
    assert said["agent"] == acts["reply"]
    assert said["returned"] == acts["return"]
    assert said["returned"] == sum(row.state == "closed" for row in requests)
    taken = {row.conversation_id for row in requests if row.state == "taken"}
    assert taken == {chat.id for chat in chats if chat.owner == "agent"}
