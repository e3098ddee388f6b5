"""The servers that are measured, started and stopped; and how each is talked to."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import httpx

from benchmarks import engine_stock as stock
from benchmarks.engine_stock import ROOT

MODEL = ROOT / "models" / "switchboard.tar.gz"
GIVE_UP = 300


class NotReady(Exception):
    """A server gave no right answer in time, or ended; its last lines are told."""


class Server:
    """A process from `with` to its end, its output kept."""

    def __init__(
        self, command: list[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._command = command
        self._folder = folder
        self._environment = dict(environment)

    def __enter__(self) -> "Server":
        self._output = tempfile.TemporaryFile()
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            stdout=self._output,
            stderr=self._output,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()

    @property
    def megabytes(self) -> float:
        """Its resident memory."""
        command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
        return int(subprocess.check_output(command)) / 1024

    def require_running(self) -> None:
        """Raises NotReady when the process has ended, or started too long ago."""
        late = time.perf_counter() - self.began > GIVE_UP
        if self._process.poll() is None and not late:
            return
        self._output.seek(0)
        raise NotReady(self._output.read().decode(errors="replace")[-2000:])


class Engine:
    """One of the two engines: how it is started and how it is asked."""

    name = ""

    def __init__(self, actions_url: str) -> None:
        self.port = free_port()
        self.actions_url = actions_url
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=120, trust_env=False
        )

    def server(self) -> Server:
        """The process, not started yet, with an empty memory of conversations."""
        raise NotImplementedError

    def ask(self, conversation: str, text: str) -> list[str]:
        """Say something; gives the texts of the replies."""
        raise NotImplementedError


class StockEngine(Engine):
    """Stock Rasa with its REST channel."""

    name = "stock"

    def __init__(self, actions_url: str, project: Path) -> None:
        super().__init__(actions_url)
        self._project = project

    def server(self) -> Server:
        command = [str(stock.PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1"]
        environment = stock.environment(BOT_ACTIONS_URL=self.actions_url)
        return Server([*command, "-p", str(self.port)], self._project, environment)

    def ask(self, conversation: str, text: str) -> list[str]:
        body = {"sender": conversation, "message": text}
        response = self.http.post("/webhooks/rest/webhook", json=body)
        response.raise_for_status()
        return [reply["text"] for reply in response.json()]


class OurEngine(Engine):
    """This project's engine with its own channel, store and locks."""

    name = "ours"

    def __init__(self, actions_url: str) -> None:
        super().__init__(actions_url)
        self._token = secrets.token_hex(32)
        self._folder = tempfile.TemporaryDirectory()
        self.http.headers["Authorization"] = f"Bearer {self._token}"

    def server(self) -> Server:
        state = Path(self._folder.name) / f"{secrets.token_hex(4)}.db"
        command = [sys.executable, "-m", "bot.engine.runtime", "run"]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self._folder.name,
            "BOT_ENGINE_TOKEN": self._token,
            "BOT_ENGINE_STATE": f"sqlite:///{state}",
            "BOT_ACTIONS_URL": self.actions_url,
        }
        options = ["--model", str(MODEL), "-p", str(self.port)]
        return Server([*command, *options], ROOT, environment)

    def ask(self, conversation: str, text: str) -> list[str]:
        body = {
            "conversation": conversation,
            "message_id": secrets.token_hex(8),
            "text": text,
            "metadata": {"seq": 1, "language": "en", "channel": "web"},
        }
        response = self.http.post("/webhooks/loopback/messages", json=body)
        response.raise_for_status()
        return [reply["text"] for reply in response.json()["replies"]]


def action_server(port: int) -> Server:
    """The action server of both, run by stock rasa-sdk."""
    command = [str(stock.PYTHON), "-m", "rasa_sdk", "--actions", "actions"]
    domain = str(ROOT / "domain.yml")
    environment = stock.environment(DOMAIN=domain, SANIC_HOST="127.0.0.1")
    return Server([*command, "--port", str(port)], stock.FILES, environment)


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
