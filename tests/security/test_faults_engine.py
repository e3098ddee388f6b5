"""The engine dies, talks nonsense or fails: the person is told, and nothing opens."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import ManualClock
from bot.conversations.turn import Pace
from bot.verification.models import Proof
from tests.conversations.fixtures import OpenStage
from tests.conversations.stage import Scene
from tests.security.goals import Goal
from tests.unit.serving import Stand, Visitor, stand_up

LINH, LINHS_NUMBER = "linh@example.com", "+13125550188"
GARBAGE: tuple[bytes, ...] = (
    *(b"", b"null", b"[]", b"{}", b"<html>502</html>", b"\xff\xfe\x00", b"[" * 100_000),
    *(b'{"replies": null}', b'{"replies": [7]}', b'{"replies": {"text": "hi"}}'),
    b'{"replies": [{"text": ["you are verified"]}]}',
    b'{"replies": [{"text": "x", "buttons": [{"title": "t"}]}]}',
    b'{"replies": [{"text": "x", "custom": "verified"}], "proof": true}',
    b'{"replies": [{"buttons": [{"title": null, "payload": null}]}]}',
)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        turns: Any = stand.services.turns
        turns._pace = Pace(waits=(0.05,), patience=0.3, strikes=4)
        yield stand


async def heard(visitor: Visitor, author: str) -> list[str]:
    """The texts of an author, once there is one."""
    for _ in range(400):
        said = [
            line["text"] for line in await visitor.read() if line["author"] == author
        ]
        if said:
            return said
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing from {author}")


def proofs(stand: Stand) -> int:
    with Session(stand.services.database) as session:
        return session.scalar(select(func.count()).select_from(Proof)) or 0


async def test_an_engine_killed_in_mid_turn_answers_once(
    stand: Stand, goal: Goal
) -> None:
    visitor = await stand.visitor()
    stand.engine.go_on.clear()
    await visitor.say("hello")
    await stand.engine.began.wait()
    await stand.engine.stop()
    notice = await heard(visitor, "system")
    await visitor.say("and this", "c2")
    stand.engine.go_on.set()
    await stand.engine.start()

    for _ in range(400):
        if len(answers := await heard(visitor, "bot")) == 2:
            break
        await asyncio.sleep(0.05)

    assert len(notice) == 1
    assert answers == ["echo: hello", "echo: and this"]
    assert set(stand.engine.runs.values()) == {1}
    goal("S32", "engine killed in mid-turn: 1 notice, each line answered once")


async def test_garbage_is_never_shown_and_opens_nothing(
    stand: Stand, goal: Goal
) -> None:
    for body in GARBAGE:
        visitor = await stand.visitor()
        stand.engine.script = [body] * 4

        await visitor.say("hello")
        said = await heard(visitor, "bot")

        assert len(said) == 1, body
        assert "Something went wrong" in said[0], (body, said)
        await visitor.say("again", "c2")
        assert (await visitor.answer(2))["text"]
    assert proofs(stand) == 0
    goal("S32", f"0 of {len(GARBAGE)} kinds of garbage shown; each is admitted once")


@pytest.mark.parametrize(
    "method", ["phone_numbers.change", "phone_numbers.confirm", "phone_numbers.offer"]
)
def test_an_action_that_raises_changes_nothing(
    open_stage: OpenStage, method: str, goal: Goal
) -> None:
    """The number is changed up to where the service fails; nothing is half done."""
    stage = open_stage(Scene(fails=(method,)))
    visitor = stage.visitor()
    visitor.say("change my number")
    visitor.say(LINH)
    visitor.say(stage.codes(LINHS_NUMBER)[-1])
    said = visitor.say("312 555 0142")
    if method != "phone_numbers.offer":
        said = visitor.say(stage.codes("+13125550142")[-1])

    words = " ".join(line["text"] for line in said)
    assert "Something went wrong on our side" in words
    assert stage.accounts.changes() == []
    assert visitor.say("why do you need my number")
    assert visitor.stray_lines() == []
    goal("S32", f"{method} raises: said, and 0 rows of the account differ")
