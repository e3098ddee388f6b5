"""How much one address, and all together, may ask over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from tests.unit.browsing import Browser
from tests.unit.serving import Stand, stand_up
from tests.unit.test_channels_web import assert_problem

Open = Callable[..., AbstractAsyncContextManager[Stand]]


@pytest.fixture
def limited(tmp_path: Path, clock: ManualClock) -> Open:
    return lambda **settings: stand_up(tmp_path, clock, **settings)


def assert_too_much(response: httpx.Response, again_in: int) -> None:
    assert_problem(response, 429, f"{again_in} seconds")
    assert response.headers["retry-after"] == str(again_in)


async def test_an_address_opens_so_many_conversations_in_a_minute(
    limited: Open,
) -> None:
    async with limited(openings_per_address=3) as stand:
        browser = Browser(stand.http)
        await browser.visit()
        for _ in range(2):
            await stand.visitor()
            stand.clock.move(10)

        assert_too_much(await stand.http.post("/api/web/sessions", json={}), 40)
        assert_too_much(await Browser(stand.http).visit(), 40)
        assert_too_much(await browser.visit(fresh=True), 40)
        assert (await browser.visit()).status_code == 200
        stand.clock.move(40)
        assert (await Browser(stand.http).visit()).status_code == 201


async def test_all_together_open_so_many_conversations(limited: Open) -> None:
    async with limited(openings_altogether=1) as stand:
        await stand.visitor()

        assert_too_much(await Browser(stand.http).visit(), 60)


WRITING: tuple[tuple[str, str, Any], ...] = (
    ("POST", "messages", {"client_id": "c9", "text": "hello"}),
    ("POST", "visit", {}),
    ("POST", "identity", {"identity_token": "x"}),
    ("POST", "language", {"language": "es"}),
    ("POST", "rating", {"score": 5}),
    ("DELETE", "conversation", None),
)


@pytest.mark.parametrize("limit", ["messages_per_address", "messages_altogether"])
async def test_so_much_is_sent_in_a_minute(limited: Open, limit: str) -> None:
    async with limited(**{limit: 4}) as stand:
        browser = Browser(stand.http)
        await browser.visit()
        for place in range(3):
            await browser.say("hello", f"c{place}")

        for method, path, body in WRITING:
            assert_too_much(await browser.send(method, path, json=body), 60)
        assert len(await browser.read()) >= 3
        stand.clock.move(60)
        await browser.say("hello", "c9")


async def test_what_comes_without_a_session_is_counted_too(limited: Open) -> None:
    async with limited(messages_per_address=2) as stand:
        for _ in range(2):
            response = await stand.http.post("/api/web/messages", json={})
            assert_problem(response, 401)

        assert_too_much(await stand.http.post("/api/web/messages", json={}), 60)


async def test_who_sends_too_much_waits_for_the_refusal_and_nobody_else_does(
    limited: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.visitors.HELD", 3600)
    async with limited(messages_per_address=1) as stand:
        visitor = await stand.visitor()
        await visitor.say("hello")
        refused = asyncio.create_task(visitor.say("hello again", "c2"))

        assert (await stand.http.post("/api/web/sessions", json={})).is_success
        assert not (await asyncio.wait([refused], timeout=0.1))[0]
        refused.cancel()


@pytest.mark.parametrize("limit", ["streams_per_address", "streams_altogether"])
async def test_so_many_streams_are_open_at_a_time(limited: Open, limit: str) -> None:
    async with limited(**{limit: 3}) as stand, AsyncExitStack() as open_streams:
        visitors = [await stand.visitor() for _ in range(4)]
        for place, visitor in enumerate(visitors[:3]):
            stream = stand.http.stream(
                "GET", "/api/web/events", headers=visitor.headers
            )
            await open_streams.enter_async_context(stream)
            await taken(stand, place + 1)

        response = await stand.http.get("/api/web/events", headers=visitors[3].headers)

        assert_too_much(response, 5)
        await open_streams.aclose()
        await taken(stand, 0)


async def taken(stand: Stand, places: int) -> None:
    async with asyncio.timeout(5):
        while stand.services.limits.streams.taken != places:
            await asyncio.sleep(0.01)


@pytest.fixture
async def stand(limited: Open) -> AsyncIterator[Stand]:
    async with limited() as stand:
        yield stand


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/web/visit"),
        ("POST", "/api/web/rating"),
        ("POST", "/undo/x"),
        ("POST", "/nowhere"),
        ("GET", "/healthz"),
    ],
)
async def test_no_path_but_the_engine_s_reads_a_large_body(
    stand: Stand, method: str, path: str
) -> None:
    headers = {"Origin": str(stand.http.base_url).rstrip("/")}

    response = await stand.http.request(
        method, path, content=b"x" * 16_385, headers=headers
    )

    assert_problem(response, 413, "16 KB")


async def test_the_longest_message_that_is_allowed_fits(limited: Open) -> None:
    async with limited(message_length=1000) as stand:
        visitor = await stand.visitor()

        # The most bytes that JSON makes of a character: two escapes of six.
        text = "\U0001f600" * 1000
        content = f'{{"client_id": "c1", "text": "{escaped(text)}"}}'.encode()
        response = await stand.http.post(
            "/api/web/messages",
            content=content,
            headers={**visitor.headers, "Content-Type": "application/json"},
        )

        assert len(content) < 16_384
        assert response.status_code == 202


def escaped(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
