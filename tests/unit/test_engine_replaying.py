"""Recorded conversations against a changed model, with the engine at work beside it."""

import json
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.cli import main
from bot.engine.recorded import NothingRecorded, Recorded
from bot.engine.replaying import Replay
from tests.engine_bot.actions import ActionServer
from tests.engine_bot.engine import Engine, train

SENTENCE = ("see you later", "farewell then")
RULE = ("{action: utter_goodbye}]", "{action: action_count}]")
WORDING = ("Hello\\n\\nfriend", "Hello again")


def change(folder: Path) -> None:
    """Another sentence for an intent, another rule, and another wording."""
    data, domain = folder / "data.yml", folder / "domain.yml"
    told = data.read_text().replace(f"- {SENTENCE[0]}", f"- {SENTENCE[1]}")
    moved = told.replace("- please count\n", f"- please count\n      - {SENTENCE[0]}\n")
    data.write_text(moved.replace(*RULE))
    domain.write_text(domain.read_text().replace(*WORDING))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bot's model after a change."""
    folder = tmp_path_factory.mktemp("changed") / "project"
    train(folder, change=change)
    return folder / "models"


@pytest.fixture
def who() -> str:
    return uuid4().hex


@pytest.fixture
def state(engine_project: Path) -> Path:
    return engine_project / "state" / "engine.db"


async def compare(
    model: Path, state: Path, who: str, *, since: float = 0
) -> tuple[int, list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]]:
    recorded = Recorded(f"sqlite:///{state}")
    entries = recorded.everything(who)
    recorded.close()
    heard, found = await Replay(model).compare(who, entries, since=since)
    return heard, [(each.text, each.kind, each.was, each.now) for each in found]


def rows(state: Path) -> list[str]:
    """Everything in a database."""
    with sqlite3.connect(state) as connection:
        return list(connection.iterdump())


async def test_the_same_model_answers_as_it_did(
    engine: Engine, engine_project: Path, state: Path, who: str
) -> None:
    said = ("hello", "i want a pizza", "hello", "a large one", "Ann", "count", "bye")
    for line in said:
        engine.say(line, who)
    engine.say("/order", who, payload="/order")
    engine.say("cancel that", who)

    assert await compare(engine_project / "models", state, who) == (9, [])


async def test_a_changed_rule_is_found(
    engine: Engine, changed: Path, state: Path, who: str
) -> None:
    engine.say("goodbye", who)
    engine.say("count", who)

    assert await compare(changed, state, who) == (
        2,
        [("goodbye", "did", ("utter_goodbye",), ("action_count",))],
    )


async def test_a_changed_sentence_is_found_with_what_follows_from_it(
    engine: Engine, changed: Path, state: Path, who: str
) -> None:
    engine.say(SENTENCE[0], who)

    assert await compare(changed, state, who) == (
        1,
        [
            (SENTENCE[0], "understood", ("goodbye",), ("count",)),
            (SENTENCE[0], "did", ("utter_goodbye",), ("action_count",)),
        ],
    )


async def test_a_changed_wording_is_found_and_its_other_channel_is_not(
    engine: Engine, changed: Path, state: Path, who: str
) -> None:
    engine.say("hello", who)
    engine.say("hello", who, metadata={"seq": 1, "channel": "sms"})

    assert await compare(changed, state, who) == (
        2,
        [("hello", "said", ("Hello\n\nfriend | Order",), ("Hello again | Order",))],
    )


async def test_a_turn_that_differs_leaves_the_next_one_as_it_was(
    engine: Engine, changed: Path, state: Path, who: str
) -> None:
    for line in ("i want a pizza", SENTENCE[0], "a small one", "Ann"):
        engine.say(line, who)

    _, found = await compare(changed, state, who)

    assert {line for line, *_ in found} == {SENTENCE[0]}


async def test_what_was_said_before_the_time_is_only_applied(
    engine: Engine, changed: Path, state: Path, who: str
) -> None:
    engine.say("goodbye", who)

    assert await compare(changed, state, who, since=4e9) == (0, [])


async def test_nothing_is_run_sent_or_written(
    engine: Engine, changed: Path, state: Path, action_server: ActionServer, who: str
) -> None:
    for line in ("goodbye", "count", "i want a pizza", SENTENCE[0]):
        engine.say(line, who)
    before, calls = rows(state), len(action_server.calls)

    _, found = await compare(changed, state, who)

    assert found
    assert rows(state) == before
    assert len(action_server.calls) == calls


def test_the_memory_is_opened_to_be_read_only(
    engine: Engine, state: Path, who: str
) -> None:
    engine.say("hello", who)
    recorded = Recorded(f"sqlite:///{state}")

    with (
        recorded._engine.connect() as connection,
        pytest.raises(OperationalError, match="readonly"),
    ):
        connection.execute(text("DELETE FROM engine_event"))
    recorded.close()


def test_conversations_come_the_latest_first(
    engine: Engine, state: Path, who: str
) -> None:
    engine.say("hello", "earlier-" + who)
    engine.say("hello", who)
    recorded = Recorded(f"sqlite:///{state}")

    assert recorded.since(0, limit=2) == [who, "earlier-" + who]
    assert recorded.since(4e9) == []
    recorded.close()


def test_where_nothing_is_recorded_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(NothingRecorded):
        Recorded(f"sqlite:///{tmp_path / 'engine.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("limit", "told"), [(None, 3), ("1", 0)])
def test_the_exit_code_tells_whether_anything_differs(
    engine: Engine,
    changed: Path,
    state: Path,
    who: str,
    limit: str | None,
    told: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine.say("goodbye", "earlier-" + who)
    engine.say("count", who)
    monkeypatch.setenv("BOT_ENGINE_STATE", f"sqlite:///{state}")
    asked = ["replay", "--since", "1", "--model", str(changed), "--json"]

    assert main([*asked, *(["--limit", limit] if limit else [])]) == told

    shown = json.loads(capsys.readouterr().out)
    goodbye = [
        each for each in shown["differences"] if each["conversation"].endswith(who)
    ]
    assert [(each["was"], each["now"]) for each in goodbye] == (
        [] if limit else [(["utter_goodbye"], ["action_count"])]
    )
    assert shown["totals"]["did"] == len(
        [each for each in shown["differences"] if each["kind"] == "did"]
    )


def test_differences_are_told_in_words(
    engine: Engine,
    changed: Path,
    state: Path,
    who: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine.say("goodbye", who, message_id=f"{who}:7")
    monkeypatch.setenv("BOT_ENGINE_STATE", f"sqlite:///{state}")

    main(["replay", "--since", "1", "--limit", "1", "--model", str(changed)])

    assert capsys.readouterr().out.splitlines() == [
        f"{who} 7  goodbye",
        "    did: utter_goodbye  ->  action_count",
        "conversations: 1, lines: 1, understood: 0, did: 1, said: 0",
    ]


def test_without_a_model_there_is_no_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path))

    assert main(["replay", "--since", "1", "--model", "nowhere"]) == 1
    assert "There is no nowhere yet" in capsys.readouterr().err
