"""The house that all stages share: one engine, one address, one seeded database."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.engine.client import EngineClient
from bot.engine.process import EngineProcess, engine_command, engine_environment
from bot.engine.token import engine_token
from bot.serving import KEEP_ALIVE
from bot.settings import load_settings
from bot.training import MODEL
from tests.engine_bot.engine import free_port

LOOPBACK = "127.0.0.1"
SECRET = "a secret of the tests, 32 characters long"
BOOT_SECONDS = 120.0
LOOK_AGAIN = 0.02

Result = TypeVar("Result")


def wait_until(done: Callable[[], bool], *, seconds: float = 10) -> None:
    """Look again and again until something is so.

    Raises:
        TimeoutError: it has not come to be.
    """
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(done)
        time.sleep(LOOK_AGAIN)


class Address:
    """A fixed port on loopback where another app may answer for each test."""

    def __init__(self) -> None:
        # asyncio sends answers at once only where a socket knows that it is TCP.
        tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket = socket.socket(*tcp)
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._app: ASGIApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(
            self._forward,
            interface="asgi3",
            lifespan="off",
            log_level="warning",
            ws="none",
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()
        wait_until(lambda: self._server.started)

    def close(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def give_to(self, app: ASGIApp | None) -> None:
        """Let `app` answer from now on."""
        self._app = app

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something in the event loop that serves."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def _serve(self) -> None:
        asyncio.run(self._serve_sockets())

    async def _serve_sockets(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve([self._socket])

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)


class House:
    """Starts the engine once, and shows one app after the other at one address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._address = Address()
        engine_port = free_port()
        self.url = f"http://{LOOPBACK}:{self._address.port}"
        self.settings = load_settings().model_copy(
            update={
                "port": self._address.port,
                "state_dir": folder,
                "secret_key": SecretStr(SECRET),
                "identity_token_key": SecretStr(SECRET[::-1]),
                "engine_port": engine_port,
                # A clock that stands still sees every message in the same minute.
                "messages_per_minute": 1000,
                # All tests come from one address.
                "openings_per_address": 10_000,
                "openings_altogether": 10_000,
                "messages_per_address": 10_000,
                "messages_altogether": 10_000,
                # A busy machine may take its time; what fails, fails at once.
                "action_timeout": 14,
            }
        )
        token = engine_token(self.settings)
        self._client = EngineClient(
            f"http://{LOOPBACK}:{engine_port}", token, timeout=BOOT_SECONDS
        )
        self._engine = EngineProcess(
            engine_command(self.settings, MODEL),
            engine_environment(self.settings, token),
            is_ready=self._client.ready,
        )
        self._life: AbstractAsyncContextManager[Any] | None = None

    def open(self) -> None:
        """Start everything, and wait until the engine understands."""
        self._address.open()
        self._address.run(self._engine.start())
        self.wait_for_engine()

    def close(self) -> None:
        """End the engine and the address."""
        self._address.run(self._engine.stop())
        self._address.run(self._client.close())
        self._address.close()

    def show(self, app: FastAPI) -> None:
        """Start an app and let it answer."""
        life = self._life = app.router.lifespan_context(app)
        self._address.run(life.__aenter__())
        self._address.give_to(app)

    def close_show(self) -> None:
        """End the app that answers."""
        assert self._life is not None
        self._address.run(self._life.__aexit__(None, None, None))
        self._address.give_to(None)

    def wait_for_engine(self) -> None:
        """Wait until the engine is loaded and understands."""
        wait_until(
            lambda: self._address.run(self._client.ready()), seconds=BOOT_SECONDS
        )

    def kill_engine(self) -> None:
        """End the engine's process in the middle of its work, and leave it ended."""
        killed = self._engine.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        self._address.run(self._engine.stop())

    @contextmanager
    def paused_engine(self) -> Iterator[None]:
        """Let the engine answer nothing for a while."""
        paused = self._engine.pid
        assert paused is not None
        os.kill(paused, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(paused, signal.SIGCONT)

    def revive_engine(self) -> None:
        """Start the engine again, and wait until it understands."""
        self._address.run(self._engine.start())
        self.wait_for_engine()
