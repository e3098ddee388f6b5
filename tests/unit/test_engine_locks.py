"""The locks: one turn at a time, in the order of asking."""

import asyncio

import pytest
from rasa.core.lock_store import LockError

from bot.engine.locks import ConversationLocks, FifoLockStore


async def turn(store: FifoLockStore, name: str, done: list[str]) -> None:
    async with store.lock("c"):
        done.append(f"{name} begins")
        await asyncio.sleep(0)
        done.append(f"{name} ends")


async def test_turns_of_a_conversation_come_one_after_the_other_in_order() -> None:
    store, done = FifoLockStore(), []
    await asyncio.gather(*(turn(store, name, done) for name in "abc"))
    assert done == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_another_conversation_does_not_wait() -> None:
    store = FifoLockStore()
    async with store.lock("one"), asyncio.timeout(1), store.lock("other"):
        pass


async def test_who_waits_is_woken_without_polling() -> None:
    store, loop = FifoLockStore(), asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(turn(store, str(n), []) for n in range(50)))
    assert loop.time() - began < 0.5


async def test_a_conversation_that_stays_busy_is_given_up() -> None:
    store = FifoLockStore()
    async with store.lock("c"):
        with pytest.raises(LockError):
            async with store.lock("c", lock_lifetime=0.01):
                pytest.fail("two held the same lock")


async def test_giving_up_does_not_disturb_the_others() -> None:
    store, done = FifoLockStore(), []
    async with store.lock("c"):
        with pytest.raises(LockError):
            async with store.lock("c", lock_lifetime=0.01):
                pass
        waiting = asyncio.create_task(turn(store, "next", done))
        await asyncio.sleep(0)
        assert done == []
    await waiting
    assert done == ["next begins", "next ends"]


async def test_a_turn_that_fails_releases_the_lock() -> None:
    store, done = FifoLockStore(), []
    with pytest.raises(RuntimeError):
        async with store.lock("c"):
            raise RuntimeError
    await turn(store, "next", done)
    assert done == ["next begins", "next ends"]


async def test_who_is_cancelled_while_waiting_leaves_the_queue() -> None:
    store, done = FifoLockStore(), []
    async with store.lock("c"):
        gone = asyncio.create_task(turn(store, "gone", done))
        next_one = asyncio.create_task(turn(store, "next", done))
        await asyncio.sleep(0)
        gone.cancel()
    await next_one
    assert done == ["next begins", "next ends"]


async def test_locks_that_nobody_needs_are_not_kept() -> None:
    locks = ConversationLocks()
    async with locks.hold("c"):
        assert len(locks) == 1
    assert len(locks) == 0
