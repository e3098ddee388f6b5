"""500 open widgets and 20 messages a second; and one client that floods."""

import asyncio
import itertools
import json
import random
import re
import statistics
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.security.crowd import Widget, open_all, told
from tests.security.goals import Goal
from tests.security.running import product

pytestmark = pytest.mark.long

WIDGETS, A_SECOND, SECONDS = 500, 20, 60
QUESTIONS = (
    "why do you need my number",
    "can I use a VoIP number?",
    "what can you do?",
    "¿para qué necesitan mi número?",
    "is this safe?",
    "hello",
)
ADDRESSES = [f"127.0.1.{last}" for last in range(1, 9)]
A_QUARTER_LONGER = 1.25
WINDOWS, WINDOW_SECONDS, PACE = 5, 6, 0.4
FLOODERS, FLOODERS_ADDRESS = 8, "127.0.0.2"
HEAD = r" (\d+) .*content-length: (\d+)"
# The product's own limits.
LIMITS = {"messages_per_address": 120, "messages_per_minute": 20}


@asynccontextmanager
async def visiting(
    url: str, address: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(
        limits=httpx.Limits(max_connections=200), local_address=address
    )
    async with httpx.AsyncClient(
        base_url=url, transport=transport, trust_env=False, timeout=60
    ) as http:
        yield http


async def talk(widgets: list[Widget], chance: random.Random) -> list[float]:
    """Messages at an even pace, each by the one who has been silent longest."""
    asked = []
    for place in range(A_SECOND * SECONDS):
        widget, text = widgets[place % len(widgets)], chance.choice(QUESTIONS)
        asked.append(asyncio.create_task(widget.say(text)))
        await asyncio.sleep(1 / A_SECOND)
    return list(await asyncio.gather(*asked))


async def test_five_hundred_widgets_lose_nothing(tmp_path: Path, goal: Goal) -> None:
    with product(tmp_path / "product") as running:
        async with visiting(running.url) as http:
            widgets = await open_all(http, WIDGETS)
            took = await talk(widgets, random.Random(1))
            await asyncio.sleep(1)
            faults = [fault for widget in widgets for fault in widget.faults()]
            await asyncio.gather(*(widget.close() for widget in widgets))

    assert len(took) == A_SECOND * SECONDS
    assert faults == []
    goal(
        "S22",
        f"{WIDGETS} widgets, {A_SECOND} messages a second for {SECONDS} s:"
        f" 0 errors, lost or doubled; {told(took)}",
    )


async def window(widgets: list[Widget]) -> list[float]:
    """Some ask one question after the other for a while."""
    end = asyncio.get_running_loop().time() + WINDOW_SECONDS

    async def ask(widget: Widget) -> list[float]:
        took = []
        while asyncio.get_running_loop().time() < end:
            took.append(await widget.say(QUESTIONS[0]))
            await asyncio.sleep(PACE)
        return took

    return [each for took in await asyncio.gather(*map(ask, widgets)) for each in took]


@asynccontextmanager
async def flood(url: str) -> AsyncIterator[Counter[int]]:
    """One client, from an address of its own, sends as fast as it is answered."""
    statuses: Counter[int] = Counter()
    transport = httpx.AsyncHTTPTransport(local_address=FLOODERS_ADDRESS)
    async with httpx.AsyncClient(
        base_url=url, transport=transport, trust_env=False
    ) as http:
        opened = (await http.post("/api/web/sessions", json={})).json()
    senders = [
        asyncio.create_task(_send_without_end(url, opened["token"], statuses))
        for _ in range(FLOODERS)
    ]
    try:
        yield statuses
    finally:
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)


async def _send_without_end(url: str, token: str, statuses: Counter[int]) -> None:
    """Written by hand: a client that took long itself would be no flood."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(
        address.hostname, address.port, local_addr=(FLOODERS_ADDRESS, 0)
    )
    with closing(writer):
        for count in itertools.count():
            body = json.dumps({"client_id": f"{id(writer)}-{count}", "text": "x" * 900})
            writer.write(
                f"POST /api/web/messages HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            statuses[await _read_status(reader)] += 1


async def _read_status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    found = re.search(HEAD, head, re.DOTALL | re.IGNORECASE)
    assert found is not None, head
    await reader.readexactly(int(found[2]))
    return int(found[1])


async def test_one_client_that_floods_slows_nobody(tmp_path: Path, goal: Goal) -> None:
    """Windows with and without the flood take turns, so that both share the machine."""
    calm: list[float] = []
    flooded: list[float] = []
    sent: Counter[int] = Counter()
    with product(tmp_path / "product", **LIMITS) as running:
        async with AsyncExitStack() as stack:
            homes = [
                await stack.enter_async_context(visiting(running.url, address))
                for address in ADDRESSES
            ]
            for _ in range(WINDOWS):
                widgets = [await Widget.open(http) for http in homes]
                await asyncio.gather(*(widget.say("hello") for widget in widgets))
                calm += await window(widgets[:4])
                async with flood(running.url) as statuses:
                    flooded += await window(widgets[4:])
                sent += statuses
                await asyncio.gather(*(widget.close() for widget in widgets))

    ratio = statistics.median(flooded) / statistics.median(calm)
    goal(
        "S22",
        f"one client floods ({sent.total()} messages, {sent[429]} refused): others"
        f" wait {ratio:.2f} times as long",
    )
    assert ratio <= A_QUARTER_LONGER
    assert sent[202] <= LIMITS["messages_per_address"]
    assert sent[429] > 0
