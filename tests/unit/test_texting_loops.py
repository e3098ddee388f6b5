"""Machines that answer machines: the talk ends by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import STRANGER, Phone

CAP = 12


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    settings = {"texts_per_hour": CAP, "messages_per_minute": 1000}
    async with stand_up(tmp_path, ManualClock(), **settings) as stand:
        yield stand


async def test_a_thousand_texts_of_an_echo_get_no_more_answers_than_the_cap(
    stand: Stand,
) -> None:
    phone = Phone(stand)
    text = "hello"
    for place in range(1000):
        await phone.text(text)
        if place < CAP + 2:
            await phone.settle()
            text = phone.arrived()[-1]
    await phone.settle()

    assert len(phone.arrived()) == CAP
    assert phone.outcomes().count("ignored") == 1000 - CAP


async def test_the_last_answer_says_that_it_is_the_last(stand: Stand) -> None:
    phone = Phone(stand)
    answers = [await phone.say("hello") for _ in range(CAP)]

    assert answers[-2] == ["echo: hello"]
    assert "many messages" in answers[-1][0]
    assert await phone.say("hello") == []


async def test_an_hour_later_there_are_answers_again(stand: Stand) -> None:
    phone = Phone(stand)
    for _ in range(CAP + 3):
        await phone.say("hello")
    stand.clock.move(3600)

    assert await phone.say("hello") == ["echo: hello"]


async def test_others_are_answered_meanwhile(stand: Stand) -> None:
    for _ in range(CAP + 3):
        await Phone(stand).text("hello")

    assert await Phone(stand, STRANGER).say("hello") == ["echo: hello"]


async def test_a_peer_that_is_too_quick_gets_no_answer(tmp_path: Path) -> None:
    async with stand_up(tmp_path / "b", ManualClock(), messages_per_minute=3) as stand:
        phone = Phone(stand)
        answers = [await phone.say("hello") for _ in range(5)]

        assert answers == [["echo: hello"]] * 3 + [[], []]
        assert phone.outcomes()[3:] == ["too_fast", "too_fast"]
