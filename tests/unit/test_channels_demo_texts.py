"""A made-up phone texts the assistant, over HTTP and from the terminal."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.chat_by_text import TextChat
from bot.chat_server import ChatFailed
from bot.cli import main
from bot.clock import ManualClock
from bot.seed import seed
from tests.unit.serving import Stand, stand_up

NUMBER = "+12025550143"
PAGE = f"/demo/phones/{NUMBER}/messages"


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        await asyncio.to_thread(seed, stand.services)
        yield stand


async def text(stand: Stand, **body: Any) -> list[str]:
    """Text from the phone; gives all that has arrived when nothing more is to come."""
    stand.clock.move(0.001)
    response = await stand.http.post(PAGE, json=body)
    assert response.status_code == 202, response.text
    for _ in range(500):
        told = (await stand.http.get(PAGE)).json()
        if told["settled"]:
            return [message["text"] for message in told["messages"]]
        await asyncio.sleep(0.01)
    raise AssertionError("it never settles")


def chat(stand: Stand, *typed: str, number: str = NUMBER) -> list[str]:
    """What a chat by text writes when this is typed."""
    written: list[str] = []
    with httpx.Client(base_url=stand.http.base_url, timeout=10) as http:
        settings = stand.services.settings
        talk = TextChat(http, settings, number=number, write=written.append)
        for line in typed:
            stand.clock.move(0.001)
            talk.say(line)
    return written


async def test_a_phone_gets_the_answer_to_its_text(stand: Stand) -> None:
    assert await text(stand, text="hello") == ["echo: hello"]


async def test_a_picture_is_sent_from_the_phone_too(stand: Stand) -> None:
    (answer,) = await text(stand, pictures=1)

    assert "pictures" in answer


async def test_codes_are_not_among_the_assistant_s_texts(stand: Stand) -> None:
    visitor = await stand.visitor()
    begin = stand.services.identification.begin
    await asyncio.to_thread(begin, visitor.conversation, "maria@example.com")

    assert await text(stand, text="hello") == ["echo: hello"]


async def test_it_is_settled_when_nothing_is_to_come(stand: Stand) -> None:
    told = (await stand.http.get(PAGE)).json()
    assert told == {"messages": [], "settled": True}

    stand.engine.go_on.clear()
    await stand.http.post(PAGE, json={"text": "hello"})
    assert (await stand.http.get(PAGE)).json()["settled"] is False
    stand.engine.go_on.set()


async def test_a_chat_by_text_writes_the_answer(stand: Stand) -> None:
    assert await asyncio.to_thread(chat, stand, "hello", "again") == [
        "  bot  echo: hello",
        "  bot  echo: again",
    ]


async def test_a_chat_by_text_writes_what_else_arrives(stand: Stand) -> None:
    stand.engine.replies = [{"text": "A code is on its way."}]

    def talk() -> list[str]:
        written: list[str] = []
        with httpx.Client(base_url=stand.http.base_url, timeout=10) as http:
            settings = stand.services.settings
            talk = TextChat(http, settings, number=NUMBER, write=written.append)
            stand.services.identification.begin("chat", "maria@example.com")
            stand.services.outbox.drain()
            talk.say("hello")
        return written

    answer, code = await asyncio.to_thread(talk)
    assert answer == "  bot  A code is on its way."
    assert code.startswith(f"     > {NUMBER} (sms): ")


async def test_a_chat_by_text_does_not_wait_for_silence(stand: Stand) -> None:
    assert await asyncio.to_thread(chat, stand, "STOP") == []


async def test_what_arrived_before_is_not_written_again(stand: Stand) -> None:
    await asyncio.to_thread(chat, stand, "hello")

    assert await asyncio.to_thread(chat, stand, "again") == ["  bot  echo: again"]


async def test_a_chat_from_no_number_says_how_to_give_one(stand: Stand) -> None:
    with pytest.raises(ChatFailed, match="--from"):
        await asyncio.to_thread(chat, stand, "hello", number="12025550143")


@pytest.mark.parametrize(
    "arguments",
    [["--channel", "sms"], ["--from", NUMBER], ["--channel", "web", "--from", NUMBER]],
)
def test_the_channel_and_the_phone_go_together(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat", *arguments]) == 1
    assert "--from" in capsys.readouterr().err
