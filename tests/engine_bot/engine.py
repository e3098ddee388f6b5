"""The engine as it is run: a process of its own, with the product's own files."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.engine_bot import FOLDER

ROOT = Path(__file__).parents[2]
TOKEN = "a token of the tests, 32 characters or more"
READY_WITHIN = 60


def train(folder: Path, *, change: Callable[[Path], None] | None = None) -> None:
    """Make the small bot's project in `folder`, with a trained model.

    What is to `change` in the project is changed before.
    """
    shutil.copytree(
        FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    for name in ("endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, folder)
    if change is not None:
        change(folder)
    command = [
        sys.executable,
        "-m",
        "bot.engine.runtime",
        "train",
        "--data",
        "data.yml",
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment(folder)
    )
    assert done.returncode == 0, done.stderr


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What the engine needs of an environment, and no more."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "BOT_STATE_DIR": str(folder / "state"),
        "BOT_ENGINE_TOKEN": TOKEN,
        **more,
    }


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Engine:
    """Runs from `with` to its end."""

    def __init__(self, folder: Path, actions_url: str, *options: str) -> None:
        self.port = free_port()
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=20,
            trust_env=False,
        )
        self._log_path = folder / f"engine-{self.port}.log"
        self._folder = folder
        self._environment = environment(folder, BOT_ACTIONS_URL=actions_url)
        self._options = options
        self._seq = 0

    def __enter__(self) -> "Engine":
        command = [sys.executable, "-m", "bot.engine.runtime", "run"]
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), *self._options],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        self.http.close()

    @property
    def log(self) -> str:
        """All that the engine has written."""
        return self._log_path.read_text(encoding="utf-8")

    def wait(self, status: int = 200) -> httpx.Response:
        """The readiness once it is `status`, or as it is after a minute."""
        end = time.monotonic() + READY_WITHIN
        while True:
            assert self._process.poll() is None, self.log
            try:
                response = self.http.get("/webhooks/loopback/ready")
            except httpx.ConnectError:
                response = None
            if response and response.status_code == status:
                return response
            assert time.monotonic() < end, self.log
            time.sleep(0.1)

    def body(self, text: str, conversation: str, **changes: Any) -> dict[str, Any]:
        """A message's body, with a message id of its own."""
        self._seq += 1
        metadata = {"seq": self._seq, "language": "en", "channel": "web"}
        return {
            "conversation": conversation,
            "message_id": f"m{self._seq}",
            "text": text,
            "metadata": metadata,
        } | changes

    def say(self, text: str, conversation: str, **changes: Any) -> httpx.Response:
        """Say something in a conversation."""
        return self.post(self.body(text, conversation, **changes))

    def post(self, body: Any) -> httpx.Response:
        """Send a message's body."""
        return self.http.post("/webhooks/loopback/messages", json=body)

    def texts(self, text: str, conversation: str, **changes: Any) -> list[str]:
        """Say something; gives the texts of the replies."""
        response = self.say(text, conversation, **changes)
        assert response.status_code == 200, response.text
        return [reply["text"] for reply in response.json()["replies"]]
