"""The product as an operator runs it: app and engine as processes, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot import schema
from bot.accounts.demo import DemoPerson
from bot.assembly import build_services
from bot.engine.process import engine_command, engine_environment
from bot.engine.token import engine_token
from bot.seed import seed
from bot.services import Services
from bot.settings import Settings, load_settings
from bot.training import MODEL
from tests.engine_bot.engine import free_port

A_LOT = 1_000_000
STARTED_WITHIN = 120.0
# Everybody here comes from one address, and all at once.
UNLIMITED = (
    *("openings_per_address", "openings_altogether", "messages_per_address"),
    *("messages_altogether", "messages_per_minute", "streams_per_address"),
    *("streams_altogether", "visitor_sends_per_hour", "spending_limit"),
)


class Product:
    """One engine, and an app that may be ended and started at will."""

    def __init__(self, folder: Path, **limits: int) -> None:
        chosen = dict.fromkeys(UNLIMITED, A_LOT) | limits
        ports = {"port": free_port(), "engine_port": free_port()}
        given = {name: str(value) for name, value in (chosen | ports).items()}
        given |= {"state_dir": str(folder), "log_level": "WARNING"}
        given["engine_url"] = f"http://127.0.0.1:{ports['engine_port']}"
        given["secret_key"] = "a secret of the tests, 32 characters long"
        self._environment = {
            **os.environ,
            "BOT_ENGINE_STATE": f"sqlite:///{folder.resolve() / 'engine.db'}",
            **{f"BOT_{name.upper()}": value for name, value in given.items()},
        }
        self.settings = load_settings().model_copy(
            update=Settings(**given).model_dump(include=given.keys())  # type: ignore[arg-type]
        )
        self.folder = folder
        self.url = f"http://127.0.0.1:{ports['port']}"
        self._log = (folder / "app.log").open("ab")
        self._app: subprocess.Popen[bytes] | None = None
        self._engine: subprocess.Popen[bytes] | None = None

    def services(self) -> Services:
        """The same services, over the same database, in this process."""
        return build_services(self.settings)

    def settle(self, people: tuple[DemoPerson, ...]) -> None:
        """Make the database, and these people besides the demo's."""
        services = self.services()
        schema.upgrade(services.database)
        seed(services, people=people)
        services.database.dispose()

    def start_engine(self) -> None:
        """Start the engine and wait until it understands."""
        token = engine_token(self.settings)
        self._engine = subprocess.Popen(
            engine_command(self.settings, MODEL),
            env=engine_environment(self.settings, token, self._environment),
            stdout=self._log,
            stderr=self._log,
        )
        url = f"{self.settings.engine_url}/webhooks/loopback/ready"
        _wait_for(url, {"Authorization": f"Bearer {token}"})

    def start(self) -> None:
        """Start the app and wait until it answers."""
        self._app = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )
        _wait_for(f"{self.url}/healthz", {})

    def kill(self) -> None:
        """End the app as a power cut does."""
        assert self._app is not None
        self._app.send_signal(signal.SIGKILL)
        self._app.wait()

    def end(self) -> None:
        """End everything."""
        for process in (self._app, self._engine):
            if process is not None:
                process.kill()
                process.wait()
        self._log.close()


@contextmanager
def product(
    folder: Path, people: tuple[DemoPerson, ...] = (), **limits: int
) -> Iterator[Product]:
    """The product with an engine and an app, until the block is left."""
    folder.mkdir(parents=True, exist_ok=True)
    running = Product(folder, **limits)
    try:
        running.settle(people)
        running.start_engine()
        running.start()
        yield running
    finally:
        running.end()


def _wait_for(url: str, headers: dict[str, str]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, headers=headers, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)
