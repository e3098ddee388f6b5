"""Whoever tells a help desk is killed (SIGKILL) between telling and writing it down."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import schema
from bot.assembly import build_services
from bot.clock import ManualClock
from bot.connectors.sending import LEASE
from bot.connectors.standin.chatwoot import ChatwootStandIn
from bot.connectors.standin.faults import Fault
from bot.services import Services
from bot.settings import Settings
from tests.unit.serving import served

pytestmark = pytest.mark.long

TOKEN, SECRET = "a token", "a secret of the webhook"
TELL = """
import sys
from pathlib import Path
from bot.assembly import build_services
from bot.settings import Settings
services = build_services(
    Settings(
        state_dir=Path(sys.argv[1]),
        chatwoot_url=sys.argv[2],
        chatwoot_account=1,
        chatwoot_inbox=1,
        chatwoot_token=sys.argv[3],
    )
)
services.connectors.sending.drain("chatwoot")
"""
LINES = ["a person please", "line one", "line two"]


@dataclass
class Stage:
    """A handoff that is to be told, and the Chatwoot that is told."""

    services: Services
    clock: ManualClock
    theirs: ChatwootStandIn
    program: tuple[str, ...]

    async def tell_and_die(self) -> None:
        """Start telling in another process; kill it when it waits for an answer."""
        process = await asyncio.create_subprocess_exec(*self.program)
        while not self.theirs.faults.running:
            assert process.returncode is None, "it was through"
            await asyncio.sleep(0.01)
        process.kill()
        await process.wait()

    async def tell_all(self) -> None:
        """Tell what is left, a while later."""
        self.clock.at = datetime.now(UTC) + LEASE + timedelta(seconds=1)
        sending = self.services.connectors.sending
        await asyncio.to_thread(sending.drain, "chatwoot")

    def told(self, kind: str) -> list[str]:
        (talk,) = self.theirs.state.talks.values()
        return [
            each["content"] for each in talk.messages if each["message_type"] == kind
        ]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = ManualClock(datetime.now(UTC))
    theirs = ChatwootStandIn(token=TOKEN, secret=SECRET, hook_url="http://127.0.0.1:9")
    async with served(theirs.app) as url:
        chosen: dict[str, Any] = {
            "state_dir": tmp_path,
            "chatwoot_url": url,
            "chatwoot_account": 1,
            "chatwoot_inbox": 1,
            "chatwoot_token": TOKEN,
        }
        services = build_services(Settings(**chosen), clock=clock)
        schema.upgrade(services.database)
        chat = services.conversations.start()
        services.conversations.hear(chat, text=LINES[0])
        services.handoff.ask(chat, "talk_to_human")
        for line in LINES[1:]:
            services.conversations.hear(chat, text=line)
        program = (sys.executable, "-c", TELL, str(tmp_path), url, TOKEN)
        yield Stage(services, clock, theirs, program)
        services.database.dispose()


@pytest.mark.parametrize(
    "before",
    range(6),
    ids=["contact", "conversation", "summary", "last words", "line 1", "line 2"],
)
async def test_killed_before_it_is_written_down_it_is_told_once(
    stage: Stage, before: int
) -> None:
    # The next is taken, and answered when nobody listens any more.
    stage.theirs.faults.planned.extend([Fault()] * before + [Fault(hang=5)])
    await stage.tell_and_die()
    await stage.tell_all()
    assert stage.told("incoming") == LINES
    (note,) = stage.told("outgoing")
    assert LINES[0] in note
    assert len(stage.theirs.state.contacts) == 1
    assert stage.services.connectors.outbox.listed("queued") == ()


async def test_killed_again_and_again_it_is_told_once(stage: Stage) -> None:
    for before in (0, 1, 2):
        stage.theirs.faults.planned.extend([Fault()] * before + [Fault(hang=1)])
        await stage.tell_and_die()
        # As if the lease were over.
        with stage.services.sessions.begin() as session:
            session.connection().exec_driver_sql(
                "UPDATE remote_delivery SET due_at = at WHERE state = 'queued'"
            )
        while stage.theirs.faults.running:
            await asyncio.sleep(0.01)
    await stage.tell_all()
    assert stage.told("incoming") == LINES
    assert len(stage.told("outgoing")) == 1
