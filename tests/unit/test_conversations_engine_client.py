from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from bot.engine.client import (
    Answer,
    EngineClient,
    EngineDown,
    EngineRefused,
    EngineSilent,
    EngineSlow,
)
from tests.unit.engine_double import EngineDouble


@pytest.fixture
async def engine() -> AsyncIterator[EngineDouble]:
    async with EngineDouble() as double:
        yield double


@pytest.fixture
async def client(engine: EngineDouble) -> AsyncIterator[EngineClient]:
    async with EngineClient(engine.url, "token", timeout=0.2) as client:
        yield client


async def say(client: EngineClient) -> Answer:
    return await client.say(
        conversation_id="c",
        message_id="c:1",
        text="hello",
        seq=1,
        language="en",
        channel="web",
    )


async def test_an_answer_is_read(client: EngineClient) -> None:
    answer = await say(client)

    assert [reply.text for reply in answer.replies] == ["echo: hello"]
    assert (answer.intent, answer.confidence) == ("greet", 0.9)


async def test_an_engine_that_is_not_there_is_down(
    client: EngineClient, engine: EngineDouble
) -> None:
    await engine.stop()

    with pytest.raises(EngineDown) as failure:
        await say(client)

    assert not failure.value.began
    assert not await client.ready()
    assert not await client.forget("c")


async def test_an_engine_that_breaks_off_is_down_in_mid_turn(
    client: EngineClient, engine: EngineDouble
) -> None:
    engine.script = ["die"]

    with pytest.raises(EngineDown) as failure:
        await say(client)

    assert failure.value.began


async def test_an_engine_that_is_not_ready_yet_is_down(
    client: EngineClient, engine: EngineDouble
) -> None:
    engine.script, engine.is_ready = [503], False

    with pytest.raises(EngineDown):
        await say(client)
    assert not await client.ready()


async def test_an_engine_that_takes_too_long_is_slow(
    client: EngineClient, engine: EngineDouble
) -> None:
    engine.script = [1.0]

    with pytest.raises(EngineSlow):
        await say(client)


async def test_an_engine_without_words_is_silent(
    client: EngineClient, engine: EngineDouble
) -> None:
    engine.script = ["silent"]

    with pytest.raises(EngineSilent):
        await say(client)


async def test_a_refusal_keeps_its_status(
    client: EngineClient, engine: EngineDouble
) -> None:
    engine.script = [413]

    with pytest.raises(EngineRefused) as failure:
        await say(client)

    assert failure.value.status == 413


async def test_a_conversation_is_forgotten_by_its_id(
    client: EngineClient, engine: EngineDouble
) -> None:
    assert await client.forget("a/b")

    assert engine.forgotten == ["a%2Fb"]


def answering(content: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, content=content)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"replies": "x"}', b'{"replies": [7]}', b"<html>"]
)
async def test_an_answer_of_another_shape_is_a_refusal(content: bytes) -> None:
    transport = httpx.MockTransport(answering(content))
    async with EngineClient("http://e", "t", timeout=1, transport=transport) as client:
        with pytest.raises(EngineRefused):
            await say(client)


async def test_the_token_goes_with_every_question() -> None:
    seen: list[str | None] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, json={"parses": [], "replies": [{"text": "x"}]})

    transport = httpx.MockTransport(record)
    async with EngineClient("http://e", "t", timeout=1, transport=transport) as client:
        await say(client)
        await client.parse(["hello"])
        await client.ready()
        await client.forget("c")

    assert seen == ["Bearer t"] * 4
