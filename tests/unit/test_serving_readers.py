"""Readers that do not read: what they cost, and how they are let go."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.channels import events
from bot.clock import ManualClock
from bot.conversations.lines import Line
from bot.serving import take_port, uvicorn_config
from bot.settings import Settings
from tests.unit.serving import Stand, Visitor, stand_up

LINES, LENGTH = 3000, 1000


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        yield stand


def write_a_lot(stand: Stand, conversation: str) -> None:
    """A log of 3 MB: more than the sockets here take."""
    log = stand.services.conversations
    seq = log.hear(conversation, text="hello").seq
    log.reply(conversation, seq, [Line("x" * LENGTH)] * LINES)


def deaf_reader(stand: Stand, visitor: Visitor) -> socket.socket:
    """Asks for events, and reads none of them."""
    url = stand.http.base_url
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect((url.host, url.port))
    head = [
        "GET /api/web/events HTTP/1.1",
        f"Host: {url.host}",
        f"Authorization: {visitor.headers['Authorization']}",
    ]
    reader.sendall("\r\n".join([*head, "", ""]).encode())
    return reader


@contextmanager
def counted(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Counts the lines that are read from the database."""
    read, counts = stand.services.conversations.read, {"lines": 0}

    def count(*arguments: Any, **options: Any) -> Any:
        thread = read(*arguments, **options)
        counts["lines"] += len(thread.messages)
        return thread

    with monkeypatch.context() as patch:
        patch.setattr(stand.services.conversations, "read", count)
        yield counts


async def until_it_stands_still(counts: dict[str, int]) -> int:
    before = -1
    while counts["lines"] != before or not before:
        before = counts["lines"]
        await asyncio.sleep(0.3)
    return before


async def test_no_more_is_read_than_the_socket_takes(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, other = await stand.visitor(), await stand.visitor()
    await asyncio.to_thread(write_a_lot, stand, visitor.conversation)
    with counted(stand, monkeypatch) as counts:
        readers = [deaf_reader(stand, visitor) for _ in range(3)]

        lines = await until_it_stands_still(counts)

        assert lines < LINES / 3
        seq = await other.say("hello")
        assert (await other.answer(seq))["text"] == "echo: hello"
        for reader in readers:
            reader.close()


async def test_a_reader_that_stops_reading_loses_its_place(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(events, "PATIENCE", 0.5)
    visitor = await stand.visitor()
    await asyncio.to_thread(write_a_lot, stand, visitor.conversation)
    places = stand.services.limits.streams
    with closing(deaf_reader(stand, visitor)):
        while not places.taken:
            await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            while places.taken or stand.services.notifier.count(visitor.conversation):
                await asyncio.sleep(0.01)

    assert "request_failed" not in caplog.text


async def test_a_slow_reader_gets_every_line(stand: Stand) -> None:
    visitor = await stand.visitor()
    log = stand.services.conversations
    seq = log.hear(visitor.conversation, text="hello").seq
    log.reply(visitor.conversation, seq, [Line("x" * LENGTH)] * 2000)
    seen = b""
    with closing(deaf_reader(stand, visitor)) as reader:
        reader.setblocking(False)
        loop = asyncio.get_running_loop()
        while seen.count(b"event: message") < 2001:
            seen += await asyncio.wait_for(loop.sock_recv(reader, 65536), 5)
            await asyncio.sleep(0)

    ids = [int(part.split(b"\r\n")[0]) for part in seen.split(b"id: ")[1:]]
    assert ids == list(range(1, 2002))


@pytest.mark.parametrize(
    ("streams", "seconds"), [(0, 2), (1, 2), (200, 2), (500, 5), (2000, 20)]
)
def test_many_streams_ask_the_database_no_more_often_than_few(
    streams: int, seconds: float
) -> None:
    assert events.pause(streams) == seconds


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option"
)
def test_a_connection_to_nobody_ends_by_itself() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with take_port(Settings(port=port)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
        with accepted:
            option = (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert accepted.getsockopt(*option) == 60_000


@pytest.mark.parametrize(
    ("proxies", "client", "seen"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.7"),
        ("10.0.0.0/8, 127.0.0.1", "10.1.2.3", "203.0.113.7"),
        ("10.0.0.0/8", "127.0.0.1", "127.0.0.1"),
    ],
)
async def test_only_a_named_proxy_is_believed(
    proxies: str, client: str, seen: str
) -> None:
    found = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        found.append(scope["client"][0])

    config: uvicorn.Config = uvicorn_config(app, Settings(trusted_proxies=proxies))
    config.load()
    forwarded = [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.7")]
    scope = {"type": "http", "client": (client, 1), "headers": forwarded}
    await config.loaded_app(scope, None, None)

    assert found == [seen]
