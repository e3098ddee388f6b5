import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.process import (
    EngineProcess,
    Watch,
    engine_command,
    engine_environment,
)
from bot.settings import Settings

SLEEP = "import time; time.sleep(60)"
QUICK = Watch(waits=(0.02, 0.05), boot=5, hang=0.2, look=0.02, steady=10, grace=0.5)


async def ready() -> bool:
    return True


@asynccontextmanager
async def running(
    script: str,
    *,
    is_ready: Callable[[], Awaitable[bool]] = ready,
    watch: Watch = QUICK,
) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(
        [sys.executable, "-c", script],
        {"PATH": os.environ["PATH"]},
        is_ready=is_ready,
        watch=watch,
    )
    await engine.start()
    try:
        await until(lambda: engine.pid is not None)
        yield engine
    finally:
        await engine.stop()


async def until(question: Callable[[], bool], seconds: float = 5) -> None:
    for _ in range(int(seconds / 0.01)):
        if question():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in time")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state != "Z"


async def test_a_killed_engine_is_started_again() -> None:
    async with running(SLEEP) as engine:
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        await until(lambda: engine.pid not in (None, first))

        assert engine.starts == 2


async def test_an_engine_that_ends_at_once_is_tried_ever_more_slowly() -> None:
    watch = Watch(waits=(0.01, 0.3), boot=5, look=0.01, steady=10)
    async with running("raise SystemExit(1)", watch=watch) as engine:
        await until(lambda: engine.starts == 2)
        await asyncio.sleep(0.15)

        assert engine.starts == 2


async def test_a_hung_engine_is_replaced() -> None:
    answers = [True]

    async def is_ready() -> bool:
        return answers[0]

    async with running(SLEEP, is_ready=is_ready) as engine:
        first = engine.pid
        await asyncio.sleep(0.3)
        assert engine.pid == first

        answers[0] = False

        await until(lambda: engine.pid not in (None, first))
        assert first is not None and not is_alive(first)


async def test_an_engine_that_never_gets_ready_is_replaced() -> None:
    async def never() -> bool:
        return False

    watch = Watch(waits=(0.01,), boot=0.2, look=0.02)
    async with running(SLEEP, is_ready=never, watch=watch) as engine:
        await until(lambda: engine.starts == 2)


async def test_stopping_ends_the_engine_even_when_it_ignores_the_request() -> None:
    stubborn = f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEP}"
    async with running(stubborn) as engine:
        pid = engine.pid
        assert pid is not None
        await asyncio.sleep(0.3)

    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_killed_app_leaves_no_engine_behind() -> None:
    app = f"""
import asyncio, sys
from bot.engine.process import EngineProcess
async def ready(): return True
async def main():
    engine = EngineProcess([sys.executable, "-c", {SLEEP!r}], {{}}, is_ready=ready)
    await engine.start()
    while engine.pid is None: await asyncio.sleep(0.01)
    print(engine.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", app], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    lines = iter(process.stdout.readline, b"")
    pid = int(next(line for line in lines if line.strip().isdigit()))
    process.kill()
    process.wait()
    process.stdout.close()

    asyncio.run(until(lambda: not is_alive(pid)))


def test_the_engine_gets_no_credentials() -> None:
    inherited = {
        "PATH": "/bin",
        "BOT_SECRET_KEY": "s" * 32,
        "BOT_DATABASE_URL": "postgresql://user:password@db/app",
        "BOT_IDENTITY_TOKEN_KEY": "key of the host",
        "TWILIO_AUTH_TOKEN": "of the provider",
    }

    environment = engine_environment(Settings(), "token", inherited)

    assert environment["BOT_ENGINE_TOKEN"] == "token"
    values = " ".join(environment.values())
    assert not any(
        secret in values for name, secret in inherited.items() if name != "PATH"
    )


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8100/engine/actions"),
        ("0.0.0.0", "http://127.0.0.1:8100/engine/actions"),
        ("::1", "http://[::1]:8100/engine/actions"),
    ],
)
def test_the_engine_is_told_where_the_actions_are(host: str, url: str) -> None:
    settings = Settings(host=host, port=8100)

    assert engine_environment(settings, "t", {})["BOT_ACTIONS_URL"] == url


def test_a_tracker_store_that_the_operator_names_is_kept() -> None:
    named = {"BOT_ENGINE_STATE": "postgresql+psycopg2://db/engine"}

    environment = engine_environment(Settings(), "t", named)

    assert environment["BOT_ENGINE_STATE"] == named["BOT_ENGINE_STATE"]


def test_the_engine_listens_on_loopback_only() -> None:
    command = engine_command(Settings(), Path("models/switchboard.tar.gz"))

    assert command[command.index("--interface") + 1] == "127.0.0.1"
