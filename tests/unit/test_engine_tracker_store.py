"""The tracker store: what it reads is what a replay of everything would give."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from rasa.shared.core import events as e
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.engine import compaction
from bot.engine.errors import ConversationRefused
from bot.engine.tracker_store import TailTrackerStore
from tests.engine_bot import read_domain, sessions
from tests.unit import postgresql

LISTEN = e.ActionExecuted("action_listen")
POLICY_STATES = 5


@pytest.fixture(scope="module")
def domain() -> Domain:
    return read_domain()


@pytest.fixture
def store(domain: Domain, tmp_path: Path) -> Iterator[TailTrackerStore]:
    yield from opened(domain, f"sqlite:///{tmp_path / 'engine.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def each_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a SQLite file, and one of a PostgreSQL server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    return server.new_database()


@pytest.fixture
def each_store(domain: Domain, each_url: str) -> Iterator[TailTrackerStore]:
    yield from opened(domain, each_url)


def opened(domain: Domain, url: str) -> Iterator[TailTrackerStore]:
    store = TailTrackerStore(domain, host=url)
    yield store
    store.log.close()


async def take(
    store: TailTrackerStore, turn: Sequence[e.Event], sender: str = "c"
) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(turn, None, override_timestamp=False)
    await store.save(tracker)
    return tracker


def replay(turns: Sequence[Sequence[e.Event]], domain: Domain) -> DialogueStateTracker:
    """What the latest session amounts to when all of it is replayed."""
    recorded = [event for turn in turns for event in turn]
    starts = [
        i for i, event in enumerate(recorded) if isinstance(event, e.SessionStarted)
    ]
    latest = recorded[starts[-1] :] if starts else recorded
    return DialogueStateTracker.from_events("c", latest, domain.slots)


def hear(number: int) -> e.UserUttered:
    return e.UserUttered(
        f"message {number}",
        {"name": "greet", "confidence": 0.9},
        message_id=f"m{number}",
        timestamp=float(number),
    )


def start() -> list[e.Event]:
    return [e.ActionExecuted("action_session_start"), e.SessionStarted(), LISTEN]


def answered(number: int, *between: e.Event) -> list[e.Event]:
    return [
        hear(number),
        *between,
        e.ActionExecuted("utter_greet"),
        e.BotUttered("hello", {"buttons": [{"title": "Yes", "payload": "/affirm"}]}),
        LISTEN,
    ]


def last_states(tracker: DialogueStateTracker, domain: Domain) -> list[object]:
    """The states that policies see: those of rules, and those of stories."""
    by_rules = tracker.past_states(domain)
    by_stories = tracker.past_states(domain, ignore_rule_only_turns=True)
    return [by_rules[-POLICY_STATES:], by_stories[-POLICY_STATES:]]


async def compare(store: TailTrackerStore, turns: list[list[e.Event]]) -> None:
    for number, turn in enumerate(turns, start=1):
        await take(store, turn)
        tail = await store.retrieve("c")
        full = replay(turns[:number], store.domain)
        assert compaction.standing(tail) == compaction.standing(full)
        assert last_states(tail, store.domain) == last_states(full, store.domain)


@given(turns=sessions.sessions())
@settings(max_examples=40, deadline=None)
def test_the_tail_stands_and_looks_back_like_the_full_replay_after_every_turn(
    domain: Domain, turns: list[list[e.Event]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for store in opened(domain, f"sqlite:///{folder}/engine.db"):
            asyncio.run(compare(store, turns))


async def test_the_tail_does_not_grow_with_the_conversation(
    store: TailTrackerStore,
) -> None:
    await take(store, start())
    sizes = []
    for number in range(150):
        turn = answered(number, e.SlotSet("name", str(number)))
        sizes.append(len((await take(store, turn)).events))
    assert max(sizes[20:]) <= 1.5 * max(sizes[:20])


async def test_the_tail_does_not_grow_while_a_form_stays_active(
    store: TailTrackerStore,
) -> None:
    run = [e.ActionExecuted("order_form"), e.SlotSet("requested_slot", "size")]
    await take(store, [*start(), hear(0), *run, e.ActiveLoop("order_form"), LISTEN])
    for number in range(1, 150):
        await take(store, [hear(number), *run, e.BotUttered("size?"), LISTEN])
    tail = await store.retrieve("c")
    assert tail.active_loop_name == "order_form"
    assert len(tail.events) < 130


async def test_turns_that_are_taken_back_bring_back_what_was_before(
    store: TailTrackerStore, domain: Domain
) -> None:
    turns = [start(), *(answered(n, e.SlotSet("name", str(n))) for n in range(40))]
    turns += [[hear(n), *[e.UserUtteranceReverted()] * 10, LISTEN] for n in (41, 42)]
    for turn in turns:
        await take(store, turn)
    tail = await store.retrieve("c")
    assert tail.get_slot("name") == "21"
    assert replay(turns, domain).get_slot("name") == "21"


async def test_only_the_latest_session_is_read(store: TailTrackerStore) -> None:
    await take(store, [*start(), *answered(1, e.SlotSet("name", "Ann"))])
    await take(store, [*start(), *answered(2)])
    tail = await store.retrieve("c")
    assert tail.get_slot("name") is None
    assert isinstance(tail.events[0], e.SessionStarted)


async def test_many_short_sessions_cost_no_more_than_one(
    store: TailTrackerStore,
) -> None:
    for number in range(50):
        await take(store, [*start(), *answered(number)])
    assert len(store.log.tail("c").events) < 10


async def test_the_full_tracker_holds_every_event(store: TailTrackerStore) -> None:
    turns = [start(), *map(answered, range(30)), start(), answered(31)]
    for turn in turns:
        await take(store, turn)
    full = await store.retrieve_full_tracker("c")
    assert list(full.events) == [event for turn in turns for event in turn]


async def test_a_tracker_that_is_saved_twice_is_stored_once(
    store: TailTrackerStore,
) -> None:
    tracker = await take(store, [*start(), *answered(1)])
    await store.save(tracker)
    full = await store.retrieve_full_tracker("c")
    assert len(full.events) == len(start()) + len(answered(1))


async def test_an_unknown_conversation_has_no_tracker(store: TailTrackerStore) -> None:
    assert await store.retrieve("c") is None
    assert await store.retrieve_full_tracker("c") is None


async def test_conversations_are_kept_apart(each_store: TailTrackerStore) -> None:
    await take(each_store, [*start(), *answered(1, e.SlotSet("name", "Ann"))], "a")
    await take(each_store, [*start(), *answered(1)], "b")
    tail = await each_store.retrieve("b")
    assert tail.get_slot("name") is None
    assert set(await each_store.keys()) == {"a", "b"}


async def test_a_conversation_survives_a_restart(
    each_store: TailTrackerStore, each_url: str, domain: Domain
) -> None:
    turns = [start(), *(answered(n, e.SlotSet("name", str(n))) for n in range(25))]
    for turn in turns:
        await take(each_store, turn)
    for again in opened(domain, each_url):
        tail = await again.retrieve("c")
        assert compaction.standing(tail) == compaction.standing(replay(turns, domain))


async def test_what_was_answered_is_found_by_the_message(
    each_store: TailTrackerStore,
) -> None:
    await take(each_store, [*start(), e.BotUttered("welcome"), LISTEN, *answered(1)])
    await take(each_store, answered(2))
    yes = {"title": "Yes", "payload": "/affirm"}
    assert await each_store.find_turn("c", "m1") == {
        "replies": [{"text": "welcome"}, {"text": "hello", "buttons": [yes]}],
        "intent": "greet",
        "confidence": 0.9,
        "ranking": [],
        "model": None,
    }


async def test_what_was_not_answered_is_not_found(store: TailTrackerStore) -> None:
    await take(store, [*start(), *answered(1)])
    assert await store.find_turn("c", "m2") is None
    assert await store.find_turn("other", "m1") is None


async def test_a_second_turn_for_the_same_message_is_refused_whole(
    each_store: TailTrackerStore,
) -> None:
    await take(each_store, [*start(), *answered(1)])
    with pytest.raises(IntegrityError):
        await take(each_store, answered(1, e.SlotSet("name", "Eve")))
    full = await each_store.retrieve_full_tracker("c")
    assert full.get_slot("name") is None


async def test_a_forgotten_conversation_leaves_nothing(
    each_store: TailTrackerStore,
) -> None:
    for number in range(20):
        await take(each_store, answered(number), "a")
        await take(each_store, answered(number), "b")
    await each_store.forget("a")
    assert await each_store.retrieve("a") is None
    assert await each_store.keys() == ["b"]
    assert each_store.log.tail("a").checkpoint is None
    assert each_store.log.tail("b").checkpoint is not None


@pytest.mark.parametrize("sender", ["a\0b", "a" * 129, "", "a b", "a\n", "<a>"])
async def test_an_id_that_cannot_be_stored_is_refused_and_nothing_else_happens(
    store: TailTrackerStore, sender: str
) -> None:
    for use in (store.retrieve, store.retrieve_full_tracker, store.forget):
        with pytest.raises(ConversationRefused):
            await use(sender)
    with pytest.raises(ConversationRefused):
        await store.create_tracker(sender)


async def test_the_errors_of_the_database_are_raised(
    store: TailTrackerStore, tmp_path: Path
) -> None:
    tracker = await take(store, [*start(), *answered(1)])
    with sqlite3.connect(tmp_path / "engine.db") as connection:
        connection.execute("DROP TABLE engine_event")
    with pytest.raises(OperationalError):
        await store.retrieve("c")
    tracker.update(hear(2))
    with pytest.raises(OperationalError):
        await store.save(tracker)
