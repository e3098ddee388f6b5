import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

from bot.background import Bell, Companion, Courier, Housekeeper
from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.privacy.models import Disclosure
from bot.telephony.gateway import ConsoleGateway
from bot.telephony.outbox import Outbox
from tests.unit.conversing import Stage


@asynccontextmanager
async def running(companion: Companion) -> AsyncIterator[None]:
    await companion.start()
    try:
        yield
    finally:
        await companion.stop()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def outbox(
    sessions: Sessions,
    clock: ManualClock,
    cipher: Cipher,
    fingerprints: Fingerprints,
    bell: Bell,
) -> Outbox:
    gateway = ConsoleGateway()
    return Outbox(sessions, clock, cipher, fingerprints, gateway, on_wake=bell.ring)


def post(outbox: Outbox, sessions: Sessions) -> None:
    with sessions.begin() as session:
        outbox.post(session, to="+12025550143", by="sms", text="x", purpose="identify")


async def arrives(outbox: Outbox, seconds: float) -> bool:
    for _ in range(int(seconds / 0.02)):
        if await asyncio.to_thread(outbox.sent_to, "+12025550143"):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_message_goes_out_as_soon_as_the_bell_is_rung_from_any_thread(
    outbox: Outbox, bell: Bell, sessions: Sessions
) -> None:
    async with running(Courier(outbox, bell)):
        await asyncio.sleep(0.1)
        await asyncio.to_thread(post, outbox, sessions)
        assert not await arrives(outbox, 0.2)

        await asyncio.to_thread(outbox.wake)

        assert await arrives(outbox, 1)


async def test_what_was_queued_before_the_start_goes_out(
    outbox: Outbox, bell: Bell, sessions: Sessions
) -> None:
    post(outbox, sessions)

    async with running(Courier(outbox, bell)):
        assert await arrives(outbox, 2)


async def test_a_failure_does_not_end_the_sending(
    outbox: Outbox, bell: Bell, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain, failures = outbox.drain, [OSError("away")]

    def fail_once() -> int:
        if failures:
            raise failures.pop()
        return drain()

    monkeypatch.setattr(outbox, "drain", fail_once)
    post(outbox, sessions)
    async with running(Courier(outbox, bell)):
        await asyncio.sleep(0.1)
        outbox.wake()

        assert await arrives(outbox, 1)


def test_a_bell_that_nobody_hears_may_be_rung() -> None:
    Bell().ring()


async def test_values_that_are_too_old_are_deleted(
    sessions: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(sessions, clock, cipher)
    stage.conversations.hear(stage.conversations.start(), text="it is 042042")
    clock.move(900)

    async with running(Housekeeper(stage.disclosures.forget_expired)):
        await asyncio.sleep(0.2)

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Disclosure)) == 0


async def test_a_chore_that_fails_keeps_no_other_from_being_done() -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail() -> None:
        raise OSError("away")

    def do() -> None:
        loop.call_soon_threadsafe(done.set)

    async with running(Housekeeper(fail, do)):
        await asyncio.wait_for(done.wait(), 2)
