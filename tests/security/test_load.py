"""500 open widgets and 20 messages a second; and one client that floods."""

import asyncio
import random
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

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
WINDOWS, WINDOW_SECONDS, PACE = 5, 6, 0.4
FLOODERS = 8


@asynccontextmanager
async def visiting(url: str) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=60, limits=limits
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
async def flood(url: str) -> AsyncIterator[list[int]]:
    """One client, from another address, sends as fast as it is answered."""
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    statuses: list[int] = []
    async with httpx.AsyncClient(
        base_url=url, transport=transport, trust_env=False, timeout=60
    ) as http:
        opened = (await http.post("/api/web/sessions", json={})).json()
        headers = {"Authorization": f"Bearer {opened['token']}"}

        async def send() -> None:
            while True:
                body = {"client_id": f"f{len(statuses)}", "text": "x" * 900}
                sent = await http.post("/api/web/messages", json=body, headers=headers)
                statuses.append(sent.status_code)

        senders = [asyncio.create_task(send()) for _ in range(FLOODERS)]
        try:
            yield statuses
        finally:
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)


async def test_one_client_that_floods_slows_nobody(tmp_path: Path, goal: Goal) -> None:
    """Windows with and without the flood take turns, so that both share the machine."""
    calm: list[float] = []
    flooded: list[float] = []
    sent = refused = 0
    with product(tmp_path / "product", messages_per_minute=20) as running:
        async with visiting(running.url) as http:
            for _ in range(WINDOWS):
                widgets = await open_all(http, 8)
                await asyncio.gather(*(widget.say("hello") for widget in widgets))
                calm += await window(widgets[:4])
                async with flood(running.url) as statuses:
                    flooded += await window(widgets[4:])
                sent, refused = sent + len(statuses), refused + statuses.count(429)
                await asyncio.gather(*(widget.close() for widget in widgets))

    ratio = statistics.median(flooded) / statistics.median(calm)
    goal(
        "S22",
        f"one client floods ({sent} messages, {refused} refused): others wait"
        f" {ratio:.2f} times as long",
    )
    assert refused > 0.9 * sent
