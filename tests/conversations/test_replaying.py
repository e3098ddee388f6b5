"""A replay of what was said to the real assistant: the same model says the same."""

import sqlite3
from pathlib import Path

from bot.engine.recorded import Recorded
from bot.engine.replaying import Replay
from bot.training import MODEL
from tests.conversations.house import House
from tests.conversations.stage import Stage

LINES = (
    "my code never came",
    "maria@example.com",
    "why do you need my number",
    "purple monkey dishwasher",
    "no, i want to change my phone number",
    "ya no quiero nada",
)


def rows(path: Path) -> list[str]:
    """Everything in a database."""
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


async def test_the_same_model_would_answer_as_it_did(
    stage: Stage, house: House, tmp_path: Path
) -> None:
    visitor = stage.visitor()
    for line in LINES:
        visitor.say(line)
    stage.settle()
    databases = (house.folder / "engine.db", tmp_path / "switchboard.db")
    before = [rows(database) for database in databases]
    recorded = Recorded(f"sqlite:///{databases[0]}")

    heard, differences = await Replay(MODEL).compare(
        visitor.conversation_id,
        recorded.everything(visitor.conversation_id),
        since=0,
    )

    assert (heard, differences) == (len(LINES), [])
    assert [rows(database) for database in databases] == before
    recorded.close()
