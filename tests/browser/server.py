"""The product as it is run: a process of its own, which can be killed."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

LOOPBACK = "127.0.0.1"
BOOT_SECONDS = 120
LOOK_AGAIN = 0.05


class ServerFailed(Exception):
    """The process has ended, or is not ready in time; the text is what it printed."""


class Server:
    """`python -m bot serve` with a state folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        ports = _free_ports(2)
        self.url = f"http://{LOOPBACK}:{ports[0]}"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._settings: dict[str, object] = {
            "port": ports[0],
            "engine_port": ports[1],
            "state_dir": str(folder),
        }

    def __enter__(self) -> "Server":
        self.start()
        self.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def allow(self, *origins: str) -> None:
        """Let these websites embed the chat, from the next start on."""
        self._settings["embed_origins"] = origins

    def start(self) -> None:
        """Start it, and do not wait."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env=_environment(self._settings),
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until messages are answered.

        Raises:
            ServerFailed: it never comes to that.
        """
        deadline = time.monotonic() + BOOT_SECONDS
        while not self._is_ready():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise ServerFailed(self._log.read_text("utf-8", errors="replace"))
            time.sleep(LOOK_AGAIN)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False


def _environment(settings: Mapping[str, object]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "BOT_" not in name}
    return kept | {
        f"BOT_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in settings.items()
    }


def _free_ports(count: int) -> list[int]:
    # Held together, so that they differ.
    taken = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports
