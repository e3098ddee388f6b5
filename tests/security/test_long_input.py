"""S22: what is too long is refused, and a gateway that hangs slows nobody else."""

import asyncio
import statistics
import threading
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.services import Services
from bot.telephony.errors import GatewaySilent
from bot.telephony.gateway import Outgoing, Sent
from tests.security.goals import Goal
from tests.unit.serving import Stand, stand_up

MEGABYTE = b"x" * 1024 * 1024
BODIES = {
    "json": (b'{"client_id": "c", "text": "' + MEGABYTE + b'"}', "application/json"),
    "nested": (b"[" * 1024 * 1024, "application/json"),
    "form": (b"Body=" + MEGABYTE, "application/x-www-form-urlencoded"),
    "octets": (MEGABYTE, "application/octet-stream"),
}
REFUSED = range(400, 500)
HANGS = 30.0
VISITORS, LINES = 10, 5
P95 = 1.0


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(
        tmp_path, ManualClock(), messages_per_address=10_000, openings_per_address=1000
    ) as stand:
        yield stand


def paths(stand: Stand) -> list[tuple[str, str]]:
    """Every method and path that takes a body, its placeholders filled in."""
    return [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, methods in stand.app.openapi()["paths"].items()
        for method in methods
        if method in ("post", "put", "patch", "delete")
    ]


async def test_a_megabyte_is_refused_everywhere(stand: Stand, goal: Goal) -> None:
    origin = str(stand.http.base_url).rstrip("/")
    visitor = await stand.visitor()
    statuses = []
    for method, path in paths(stand):
        for content, kind in BODIES.values():
            headers = visitor.headers | {"Content-Type": kind, "Origin": origin}
            answer = await stand.http.request(
                method, path, content=content, headers=headers
            )
            assert answer.status_code in REFUSED, (method, path, kind, answer.text)
            assert len(answer.content) < 2000
            statuses.append(answer.status_code)
    # It still works, and has written nothing down.
    seq = await visitor.say("hello")
    assert (await visitor.answer(seq))["text"] == "echo: hello"
    assert seq == 1
    goal("S22", f"{len(statuses)} of {len(statuses)} bodies of 1 MB refused, no 5xx")


class Hanging:
    """A gateway that takes half a minute for each message."""

    def __init__(self) -> None:
        self.taken = threading.Event()
        self.over = threading.Event()

    def send(self, message: Outgoing) -> Sent:
        self.taken.set()
        self.over.wait(HANGS)
        raise GatewaySilent

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        return ()


async def test_a_gateway_that_hangs_slows_nobody_else(
    tmp_path: Path, goal: Goal
) -> None:
    gateway = Hanging()
    async with stand_up(
        tmp_path,
        ManualClock(),
        gateway=gateway,
        messages_per_address=10_000,
        messages_per_minute=1000,
    ) as stand:
        try:
            await _ask_for_codes(stand)
            assert await asyncio.to_thread(gateway.taken.wait, 10)
            taken = await asyncio.gather(*(_talk(stand) for _ in range(VISITORS)))
        finally:
            gateway.over.set()
    seconds = sorted(each for talk in taken for each in talk)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    assert p95 < P95
    goal(
        "S22",
        f"gateway hanging {HANGS:.0f} s: {len(seconds)} answers of {VISITORS} others,"
        f" p95 under {P95:.0f} s",
    )


async def _ask_for_codes(stand: Stand) -> None:
    """Somebody's numbers are texted to, by more messages than there are hands."""
    services = stand.services
    for last in range(20):
        await asyncio.to_thread(_post, services, f"+1202555{last + 100:04}")
    services.outbox.wake()


def _post(services: Services, to: str) -> None:
    with services.sessions.begin() as session:
        services.outbox.post(session, to=to, by="sms", text="x", purpose="notice")


async def _talk(stand: Stand) -> list[float]:
    visitor = await stand.visitor()
    seconds = []
    for number in range(LINES):
        start = time.monotonic()
        seq = await visitor.say(f"line {number}", client_id=f"c{number}")
        await visitor.answer(seq)
        seconds.append(time.monotonic() - start)
    return seconds
