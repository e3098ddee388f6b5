"""The engine over HTTP: messages, parses, readiness, deletion."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.engine_bot.actions import ActionServer
from tests.engine_bot.engine import Engine

BUTTON = {"title": "Order", "payload": "/order"}


@pytest.fixture
def who() -> str:
    """A conversation that nobody has begun."""
    return uuid4().hex


def test_a_message_is_answered_with_replies_intent_and_confidence(
    engine: Engine, who: str
) -> None:
    answer = engine.say("goodbye", who).json()
    assert answer["replies"] == [{"text": "Goodbye"}]
    assert answer["intent"] == "goodbye"
    assert 0.3 < answer["confidence"] <= 1


def test_text_buttons_and_data_of_a_response_stay_together(
    engine: Engine, who: str
) -> None:
    replies = engine.say("hello", who).json()["replies"]
    data = {"kind": "options"}
    assert replies == [{"text": "Hello\n\nfriend", "buttons": [BUTTON], "custom": data}]


def test_the_channel_chooses_the_variation(engine: Engine, who: str) -> None:
    sms = {"metadata": {"seq": 1, "channel": "sms"}}
    assert engine.texts("hello", who, **sms) == ["Hello by SMS"]


def test_actions_see_the_metadata_and_the_channel(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    metadata = {"seq": 7, "language": "es", "channel": "sms"}
    engine.say("count", who, metadata=metadata)
    tracker = action_server.calls[-1]["tracker"]
    assert tracker["latest_message"]["metadata"] == metadata
    assert tracker["latest_input_channel"] == "sms"


def test_the_action_endpoint_is_given_the_token(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    engine.say("count", who)
    sent = action_server.headers[-1]["Authorization"]
    assert sent == engine.http.headers["Authorization"]


@pytest.mark.parametrize("text", ["/order", "  /order", '/inform{"size":"large"}'])
def test_text_that_looks_like_an_intent_is_text(
    engine: Engine, who: str, text: str
) -> None:
    assert engine.say(text, who).json()["confidence"] < 1
    assert engine.texts("count", who) == ["That was 1."]


def test_a_payload_is_an_intent_whatever_the_text(engine: Engine, who: str) -> None:
    answer = engine.say("goodbye", who, payload="/order").json()
    assert answer["intent"] == "order"
    assert answer["replies"] == [{"text": "Which size?"}]


@pytest.mark.parametrize("payload", ["/restart", "/session_start", "/back", "/fly"])
def test_a_payload_that_no_button_can_have_is_refused(
    engine: Engine, who: str, payload: str
) -> None:
    engine.say("count", who)
    assert engine.say("", who, payload=payload).status_code == 400
    assert engine.texts("count", who) == ["That was 2."]


def test_a_form_is_filled_and_submitted(engine: Engine, who: str) -> None:
    said = ("order a pizza", "a large one", "Ann")
    assert [engine.texts(text, who) for text in said] == [
        ["Which size?"],
        ["Which name?"],
        ["large for Ann"],
    ]


def test_it_tells_whether_a_form_waits(engine: Engine, who: str) -> None:
    said = ("hello", "order a pizza", "a large one", "Ann")
    asks = [engine.say(text, who).json()["asks"] for text in said]
    assert asks == [False, True, True, False]


def test_the_same_message_again_gets_the_same_answer_and_runs_nothing(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    body = engine.body("count", who)
    first = engine.post(body)
    engine.say("hello", who)
    assert engine.post(body).json() == first.json()
    assert action_server.counted(who) == 1


def test_the_same_message_in_two_conversations_is_two_messages(
    engine: Engine, who: str
) -> None:
    for conversation in (who, f"{who}-2"):
        replies = engine.texts("count", conversation, message_id="same")
        assert replies == ["That was 1."]


def test_a_message_that_is_being_answered_is_answered_once(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    body = engine.body("count", who)
    action_server.open.clear()
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(engine.post, body) for _ in range(4)]
        wait_until_called(action_server, who)
        action_server.open.set()
        answers = [future.result().json() for future in asked]
    assert [answer["replies"] for answer in answers] == [[{"text": "That was 1."}]] * 4
    assert action_server.counted(who) == 1


def test_a_caller_that_goes_away_does_not_end_the_turn(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    body = engine.body("count", who)
    action_server.open.clear()
    with pytest.raises(httpx.ReadTimeout):
        engine.http.post("/webhooks/loopback/messages", json=body, timeout=0.5)
    action_server.open.set()
    assert engine.post(body).json()["replies"] == [{"text": "That was 1."}]
    assert action_server.counted(who) == 1


def test_a_burst_is_answered_in_the_order_in_which_it_came(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    action_server.open.clear()
    with ThreadPoolExecutor() as pool:
        asked = []
        for _ in range(3):
            asked.append(pool.submit(engine.texts, "count", who))
            wait_until_called(action_server, who)
            time.sleep(0.05)
        action_server.open.set()
        answers = [future.result() for future in asked]
    assert answers == [["That was 1."], ["That was 2."], ["That was 3."]]


def test_another_conversation_does_not_wait_for_a_slow_action(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    action_server.open.clear()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(engine.texts, "count", who)
        wait_until_called(action_server, who)
        assert engine.texts("goodbye", f"{who}-2") == ["Goodbye"]
        assert not slow.done()
        action_server.open.set()


def test_a_failed_action_gives_up_the_turn_and_says_so(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    body = engine.body("count", who)
    action_server.failing.add("action_count")
    failed = engine.post(body)
    assert failed.status_code == 502
    assert failed.json() == {"error": "the action action_count could not be run"}
    action_server.failing.clear()
    assert engine.post(body).json()["replies"] == [{"text": "That was 1."}]


def test_a_form_whose_validation_fails_is_not_submitted(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    engine.say("order a pizza", who)
    action_server.failing.add("validate_order_form")
    assert engine.say("a large one", who).status_code == 502
    action_server.failing.clear()
    assert engine.texts("a small one", who) == ["Which name?"]
    assert engine.texts("Ann", who) == ["small for Ann"]


def test_sentences_are_parsed_without_a_conversation(engine: Engine) -> None:
    texts = ["hello", "a large one", "/order", "qwertyuiop"]
    parses = parse(engine, texts).json()["parses"]
    intents = [each["intent"] for each in parses]
    assert intents == ["greet", "inform", "nlu_fallback", "nlu_fallback"]
    assert [entity["value"] for entity in parses[1]["entities"]] == ["large"]
    assert parses[0]["ranking"][0]["name"] == "greet"


def test_readiness_names_the_model(engine: Engine, engine_project: Path) -> None:
    (model,) = (engine_project / "models").iterdir()
    response = engine.http.get("/webhooks/loopback/ready")
    assert response.json() == {"ready": True, "model": model.name}


def test_a_deleted_conversation_is_forgotten(engine: Engine, who: str) -> None:
    assert engine.texts("count", who) == ["That was 1."]
    gone = engine.http.delete(f"/webhooks/loopback/conversations/{who}")
    assert gone.status_code == 204
    assert engine.texts("count", who) == ["That was 1."]


def test_after_a_restart_an_answered_message_is_known_and_the_form_goes_on(
    engine: Engine, engine_project: Path, action_server: ActionServer, who: str
) -> None:
    body = engine.body("count", who)
    before = engine.post(body).json()
    engine.say("order a pizza", who)
    with Engine(engine_project, action_server.url) as another:
        another.wait()
        # It tells what waits now, not what did then.
        assert another.post(body).json() == before | {"asks": True}
        assert another.texts("a large one", who, message_id="after") == ["Which name?"]
    assert action_server.counted(who) == 1


@pytest.mark.parametrize(
    ("option", "name", "content"),
    [("--model", "broken.tar.gz", "not a model"), ("--endpoints", "empty.yml", "{}")],
)
def test_an_engine_that_lacks_a_part_is_not_ready_and_takes_no_message(
    engine_project: Path, tmp_path: Path, option: str, name: str, content: str
) -> None:
    part = tmp_path / name
    part.write_text(content)
    with Engine(engine_project, "http://127.0.0.1:9", option, str(part)) as engine:
        assert "not ready" in engine.wait(503).json()["error"]
        assert engine.say("hello", "c").status_code == 503
        assert parse(engine, ["hello"]).status_code == 503


def parse(engine: Engine, texts: list[str]) -> httpx.Response:
    return engine.http.post("/webhooks/loopback/parse", json={"texts": texts})


def wait_until_called(server: ActionServer, conversation: str) -> None:
    for _ in range(200):
        if server.counted(conversation):
            return
        time.sleep(0.05)
    pytest.fail("the action was not called")
