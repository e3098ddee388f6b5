"""A server of the chat's own, for when none runs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from bot.settings import LOOPBACK, Settings

START_SECONDS = 90
STOP_SECONDS = 20
LOG = "chat-server.log"


class ChatFailed(Exception):
    """There is nobody to talk to; the text says why."""


@contextmanager
def own_server(settings: Settings, asked_for: str) -> Iterator[str]:
    """Start `serve`, give its address once it is ready, and end it afterwards.

    Raises:
        ChatFailed: it was another machine that was asked for, or it does not start.
    """
    url = f"http://127.0.0.1:{settings.port}"
    if urlsplit(asked_for).hostname not in LOOPBACK:
        raise ChatFailed(f"Nothing answers at {asked_for}.")
    print(f"Nothing answers at {asked_for}; starting a server for this chat ...")
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    log = settings.state_dir / LOG
    with log.open("w") as output:
        command = [sys.executable, "-m", "bot", "serve"]
        server = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603
        try:
            _wait_until_ready(server, url)
        except ChatFailed:
            _end(server)
            raise ChatFailed(f"It did not start:\n{log.read_text()[-2000:]}") from None
        try:
            yield url
        finally:
            _end(server)


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise ChatFailed


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
