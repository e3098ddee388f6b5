import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.conversations.errors import OptionNotOffered
from bot.conversations.models import Conversation, Understanding
from bot.conversations.turn import Pace
from bot.conversations.turns import Turns
from bot.database import Sessions
from bot.engine.client import EngineClient
from bot.privacy.cipher import Cipher
from tests.unit.conversing import FAST, Stage
from tests.unit.engine_double import EngineDouble

TOKEN = "t" * 32
EN_NOTICE, ES_NOTICE = "can't answer at the moment", "no puedo responder"


@pytest.fixture
def stage(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Stage:
    return Stage(sessions, clock, cipher)


@pytest.fixture
async def engine() -> AsyncIterator[EngineDouble]:
    async with EngineDouble() as double:
        yield double


@pytest.fixture
async def client(engine: EngineDouble) -> AsyncIterator[EngineClient]:
    async with EngineClient(engine.url, TOKEN, timeout=0.5) as client:
        yield client


@pytest.fixture
async def turns(stage: Stage, client: EngineClient) -> AsyncIterator[Turns]:
    turns = stage.turns(client)
    yield turns
    await turns.stop()


def say(stage: Stage, conversation: str, *texts: str) -> None:
    for text in texts:
        stage.conversations.hear(conversation, text=text)


def texts(stage: Stage, conversation: str, author: str) -> list[str]:
    return [text for who, text in stage.log(conversation) if who == author]


async def settle(turns: Turns, conversation: str) -> None:
    turns.wake(conversation)
    await asyncio.wait_for(turns.settle(), 10)


async def until_true(question: object, seconds: float = 5) -> None:
    assert callable(question)
    for _ in range(int(seconds / 0.01)):
        if question():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in time")


async def test_a_line_is_answered(stage: Stage, turns: Turns) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert stage.log(conversation) == [("visitor", "hello"), ("bot", "echo: hello")]


async def test_the_engine_gets_the_masked_text_and_what_the_app_knows(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start(language="es")
    say(stage, conversation, "042042")

    await settle(turns, conversation)

    assert engine.heard == [
        {
            "conversation": conversation,
            "message_id": f"{conversation}:1",
            "text": "[code]",
            "payload": None,
            "metadata": {"seq": 1, "language": "es", "channel": "web"},
        }
    ]


async def test_the_engine_gets_the_payload_of_a_chosen_option(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    stage.offer(conversation, '/request_language{"wanted_language": "es"}')
    stage.conversations.hear(
        conversation, payload='/request_language{"wanted_language": "es"}'
    )

    await settle(turns, conversation)

    assert engine.heard[0]["payload"] == '/request_language{"wanted_language": "es"}'


async def test_lines_are_answered_in_order(stage: Stage, turns: Turns) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "one", "two", "three")

    await settle(turns, conversation)

    answers = texts(stage, conversation, "bot")
    assert answers == ["echo: one", "echo: two", "echo: three"]


async def test_a_slow_conversation_does_not_hold_up_another(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    slow, quick = stage.conversations.start(), stage.conversations.start()
    engine.script = [0.4]
    say(stage, slow, "slow")
    say(stage, quick, "quick")

    turns.wake(slow)
    await engine.began.wait()
    turns.wake(quick)

    await until_true(lambda: texts(stage, quick, "bot"))
    assert texts(stage, slow, "bot") == []


async def test_what_comes_in_during_a_turn_is_answered_after_it(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "one")
    turns.wake(conversation)
    await engine.began.wait()
    say(stage, conversation, "two")
    turns.wake(conversation)

    engine.go_on.set()
    await asyncio.wait_for(turns.settle(), 5)

    assert texts(stage, conversation, "bot") == ["echo: one", "echo: two"]


async def test_buttons_become_options_that_can_be_chosen(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.replies = [
        {
            "text": "Which?",
            "buttons": [{"title": "This", "payload": "/affirm"}],
            "custom": {"input": "code"},
        },
        {"custom": {"sources": ["A5"]}},
    ]
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    answer = stage.conversations.read(conversation).messages[-1]
    assert (answer.kind, answer.text) == ("options", "Which?")
    assert answer.data == {"input": "code", "sources": ["A5"]}
    assert stage.conversations.hear(conversation, payload="/affirm").new


async def test_an_engine_that_is_away_leaves_one_notice_and_one_answer(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    await engine.stop()
    say(stage, conversation, "hello", "are you there?")
    turns.wake(conversation)
    await until_true(lambda: texts(stage, conversation, "system"))
    await asyncio.sleep(0.2)

    await engine.start()
    await asyncio.wait_for(turns.settle(), 5)

    assert len(texts(stage, conversation, "system")) == 1
    assert EN_NOTICE in texts(stage, conversation, "system")[0]
    answers = texts(stage, conversation, "bot")
    assert answers == ["echo: hello", "echo: are you there?"]


async def test_the_notice_speaks_the_person_s_language(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    await engine.stop()
    say(stage, conversation, "no me llega el código")
    turns.wake(conversation)

    await until_true(lambda: texts(stage, conversation, "system"))

    assert ES_NOTICE in texts(stage, conversation, "system")[0]


async def test_a_second_outage_is_announced_again(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    for text in ("hello", "and now?"):
        await engine.stop()
        say(stage, conversation, text)
        turns.wake(conversation)
        before = len(texts(stage, conversation, "bot"))
        await until_true(lambda: stage.log(conversation)[-1][0] == "system")
        await engine.start()
        await asyncio.wait_for(turns.settle(), 5)
        assert len(texts(stage, conversation, "bot")) == before + 1

    assert len(texts(stage, conversation, "system")) == 2


async def test_a_hiccup_that_is_over_soon_is_not_announced(
    stage: Stage, client: EngineClient, engine: EngineDouble
) -> None:
    turns = stage.turns(client, pace=Pace(waits=(0.02,), patience=30))
    conversation = stage.conversations.start()
    engine.script = [503, 503]
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert stage.log(conversation)[1:] == [("bot", "echo: hello")]


async def test_a_slow_engine_s_answer_is_taken_once(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.script = [0.8]
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert [who for who, _ in stage.log(conversation)] == ["visitor", "system", "bot"]
    assert engine.runs[f"{conversation}:1"] == 1
    assert len(engine.heard) == 2


async def test_an_engine_killed_in_mid_turn_answers_once_after_its_return(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    turns.wake(conversation)
    await engine.began.wait()
    await engine.stop()
    await until_true(lambda: texts(stage, conversation, "system"))

    engine.go_on.set()
    await engine.start()
    await asyncio.wait_for(turns.settle(), 5)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_a_silent_engine_is_admitted_with_two_ways_on(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.script = ["silent"]
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    answer = stage.conversations.read(conversation).messages[-1]
    assert [option.payload for option in answer.options] == [
        "again:1",
        "/talk_to_human",
    ]
    assert stage.open_turns.next(conversation) is None


async def test_replies_without_words_count_as_silence(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.replies = [{"text": "  "}, {"custom": {"sources": []}}]
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert stage.conversations.read(conversation).messages[-1].kind == "options"


async def test_trying_again_says_the_same_under_a_new_number(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.script = ["silent", "silent"]
    say(stage, conversation, "042042")
    await settle(turns, conversation)
    stage.conversations.hear(conversation, payload="again:1")
    await settle(turns, conversation)
    stage.conversations.hear(conversation, payload="again:1")

    await settle(turns, conversation)

    assert [message["message_id"] for message in engine.heard] == [
        f"{conversation}:1",
        f"{conversation}:3",
        f"{conversation}:5",
    ]
    assert {message["text"] for message in engine.heard} == {"[code]"}
    # The value that was typed stands under the first line's number.
    assert {message["metadata"]["seq"] for message in engine.heard} == {1}
    assert texts(stage, conversation, "bot")[-1] == "echo: [code]"


async def test_trying_again_is_for_those_who_were_offered_it(
    stage: Stage, turns: Turns
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    await settle(turns, conversation)

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload="again:1")


@pytest.mark.parametrize("upset", ["die", 500, 413])
async def test_a_line_that_a_working_engine_cannot_bear_is_given_up(
    stage: Stage, turns: Turns, engine: EngineDouble, upset: str | int
) -> None:
    conversation = stage.conversations.start()
    engine.script = [upset] * 4
    say(stage, conversation, "hello", "still there?")

    await settle(turns, conversation)

    assert "Something went wrong" in texts(stage, conversation, "bot")[0]
    assert texts(stage, conversation, "bot")[1:] == ["echo: still there?"]


async def test_a_refused_token_is_no_fault_of_the_line(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.script = [401] * 6
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_a_slow_engine_that_is_not_ready_is_waited_for(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.is_ready = False
    engine.script = [0.7] * 5
    say(stage, conversation, "hello")

    await settle(turns, conversation)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_a_take_over_in_mid_turn_silences_the_bot(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    turns.wake(conversation)
    await engine.began.wait()

    stage.ownership.take_over(conversation, name="Ada")
    engine.go_on.set()
    await asyncio.wait_for(turns.settle(), 5)

    assert stage.log(conversation) == [("visitor", "hello")]


async def test_a_take_over_in_an_outage_ends_the_waiting(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    await engine.stop()
    say(stage, conversation, "hello")
    turns.wake(conversation)
    await asyncio.sleep(0.05)

    stage.ownership.take_over(conversation, name="Ada")

    await asyncio.wait_for(turns.settle(), 5)


async def test_what_was_left_unanswered_is_taken_up_at_the_start(
    stage: Stage, turns: Turns
) -> None:
    conversations = [stage.conversations.start() for _ in range(3)]
    for conversation in conversations:
        say(stage, conversation, "hello")

    await turns.start()

    for conversation in conversations:
        await until_true(lambda each=conversation: texts(stage, each, "bot"))


async def test_stopping_in_mid_turn_leaves_the_line_for_the_next_process(
    stage: Stage, client: EngineClient, engine: EngineDouble
) -> None:
    first = stage.turns(client, holder="first")
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    first.wake(conversation)
    await engine.began.wait()
    await first.stop()
    engine.go_on.set()

    second = stage.turns(client, holder="second")
    await settle(second, conversation)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_two_processes_do_not_work_on_one_conversation(
    stage: Stage, client: EngineClient, engine: EngineDouble
) -> None:
    first, second = (stage.turns(client, holder=name) for name in ("first", "second"))
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    first.wake(conversation)
    await engine.began.wait()

    await settle(second, conversation)
    engine.go_on.set()
    await asyncio.wait_for(first.settle(), 5)

    assert len(engine.heard) == 1
    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_another_process_takes_over_when_a_lease_has_run_out(
    stage: Stage, client: EngineClient, clock: ManualClock
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    assert stage.open_turns.lease(conversation, "killed", 15)
    second = stage.turns(client, holder="second")
    await settle(second, conversation)
    assert texts(stage, conversation, "bot") == []

    clock.move(15)
    await settle(second, conversation)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_a_lease_that_could_not_be_given_back_is_taken_up_at_once(
    stage: Stage, client: EngineClient
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    assert stage.open_turns.lease(conversation, "first", 15)

    assert stage.open_turns.waiting("second") == ()
    assert stage.open_turns.waiting("first") == (conversation,)
    turns = stage.turns(client, holder="first")
    await turns.start()
    await until_true(lambda: texts(stage, conversation, "bot") == ["echo: hello"])
    await turns.stop()


async def test_a_turn_that_outlasts_its_lease_is_still_answered_once(
    stage: Stage, client: EngineClient, engine: EngineDouble, clock: ManualClock
) -> None:
    first, second = (stage.turns(client, holder=name) for name in ("first", "second"))
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    first.wake(conversation)
    await engine.began.wait()
    clock.move(60)
    second.wake(conversation)
    await until_true(lambda: len(engine.heard) == 2)

    engine.go_on.set()
    await asyncio.wait_for(asyncio.gather(first.settle(), second.settle()), 5)

    assert texts(stage, conversation, "bot") == ["echo: hello"]


async def test_a_long_turn_keeps_its_lease(
    stage: Stage, client: EngineClient, engine: EngineDouble, clock: ManualClock
) -> None:
    pace = Pace(lease=0.3, waits=FAST.waits)
    turns = stage.turns(client, pace=pace)
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    turns.wake(conversation)
    await engine.began.wait()
    clock.move(0.25)
    await asyncio.sleep(0.25)
    clock.move(0.25)

    assert not stage.open_turns.lease(conversation, "another", 1)
    engine.go_on.set()
    await asyncio.wait_for(turns.settle(), 5)


async def test_a_hundred_late_answers_after_a_hundred_take_overs_say_nothing(
    each_database: Sessions, clock: ManualClock, cipher: Cipher, engine: EngineDouble
) -> None:
    stage = Stage(each_database, clock, cipher)
    async with EngineClient(engine.url, TOKEN, timeout=5) as client:
        turns = stage.turns(client)
        for place in range(100):
            conversation = stage.conversations.start()
            say(stage, conversation, "hello")
            turns.wake(conversation)
            await asyncio.sleep(0.0005 * (place % 20))
            await asyncio.to_thread(stage.ownership.take_over, conversation)
            known = stage.log(conversation)
            await asyncio.wait_for(turns.settle(), 5)
            assert stage.log(conversation) == known


async def test_a_forgotten_conversation_ends_its_turn(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    engine.go_on.clear()
    say(stage, conversation, "hello")
    turns.wake(conversation)
    await engine.began.wait()

    stage.conversations.forget(conversation)
    engine.go_on.set()

    await asyncio.wait_for(turns.settle(), 5)


async def test_an_unexpected_failure_is_taken_up_by_the_sweep(
    stage: Stage, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    failures = [OSError("the disk is full")]
    read_next = stage.open_turns.next

    def fail_once(conversation_id: str) -> object:
        if failures:
            raise failures.pop()
        return read_next(conversation_id)

    monkeypatch.setattr(stage.open_turns, "next", fail_once)
    await turns.start()

    await until_true(lambda: texts(stage, conversation, "bot"))


def understandings(stage: Stage) -> list[Understanding]:
    with stage.sessions() as session:
        return list(session.scalars(select(Understanding).order_by(Understanding.seq)))


async def test_how_a_line_was_understood_is_kept_with_its_answer(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start(language="es")
    say(stage, conversation, "hola")

    await settle(turns, conversation)

    (kept,) = understandings(stage)
    assert (kept.conversation_id, kept.seq, kept.language) == (conversation, 1, "es")
    assert (kept.intent, kept.confidence) == ("greet", 0.9)
    assert (kept.second, kept.second_confidence) == ("goodbye", 0.05)
    assert (kept.fallback, kept.model) == (False, "model-1")


async def test_what_the_model_was_not_sure_of_is_a_fallback(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    engine.intent = "nlu_fallback"
    conversation = stage.conversations.start()
    say(stage, conversation, "the purple one")

    await settle(turns, conversation)

    (kept,) = understandings(stage)
    assert (kept.fallback, kept.second) == (True, "greet")


async def test_a_conversation_knows_whether_the_assistant_waits_for_a_word(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    for engine.asks in (True, False):
        say(stage, conversation, "a word")
        await settle(turns, conversation)
        with stage.sessions() as session:
            assert session.get_one(Conversation, conversation).asks is engine.asks


async def test_an_option_needed_no_understanding(stage: Stage, turns: Turns) -> None:
    conversation = stage.conversations.start()
    stage.offer(conversation, "/greet")
    stage.conversations.hear(conversation, payload="/greet")

    await settle(turns, conversation)

    assert understandings(stage) == []


async def test_of_a_line_that_is_tried_again_the_line_itself_was_understood(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    engine.script = ["silent"]
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    await settle(turns, conversation)
    stage.conversations.hear(conversation, payload="again:1")

    await settle(turns, conversation)

    assert [kept.seq for kept in understandings(stage)] == [1]


async def test_a_dropped_answer_leaves_no_understanding(
    stage: Stage, turns: Turns, engine: EngineDouble
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    engine.go_on.clear()
    turns.wake(conversation)
    await asyncio.wait_for(engine.began.wait(), 5)
    stage.ownership.take_over(conversation, name="Lee")
    engine.go_on.set()

    await asyncio.wait_for(turns.settle(), 10)

    assert understandings(stage) == []


async def test_an_understanding_goes_with_its_conversation(
    stage: Stage, turns: Turns
) -> None:
    conversation = stage.conversations.start()
    say(stage, conversation, "hello")
    await settle(turns, conversation)

    stage.conversations.forget(conversation)

    assert understandings(stage) == []
