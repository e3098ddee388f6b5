"""What the engine shows to whom, what it refuses, and what it does not write down."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_config_file

from bot.engine.channel import LoopbackChannel
from tests.engine_bot.actions import ActionServer
from tests.engine_bot.engine import ROOT, TOKEN, Engine

ROUTES = [
    ("POST", "/webhooks/loopback/messages"),
    ("POST", "/webhooks/loopback/parse"),
    ("GET", "/webhooks/loopback/ready"),
    ("DELETE", "/webhooks/loopback/conversations/c"),
]
CLOSED = [
    ("POST", "/webhooks/rest/webhook"),
    ("GET", "/webhooks/rest/"),
    ("POST", "/webhooks/callback/webhook"),
    ("POST", "/webhooks/rasa/webhook"),
    ("GET", "/socket.io/?EIO=4&transport=polling"),
    ("GET", "/conversations/c/tracker"),
    ("POST", "/conversations/c/tracker/events"),
    ("POST", "/conversations/c/trigger_intent"),
    ("POST", "/model/parse"),
    ("PUT", "/model"),
    ("POST", "/model/train"),
    ("GET", "/domain"),
    ("GET", "/status"),
]
SECRET = "zanzibar"


@pytest.fixture
def who() -> str:
    return uuid4().hex


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"bearer {TOKEN}"],
)
def test_nobody_gets_in_without_the_token(
    engine: Engine, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    url = engine.http.base_url.join(path)
    response = httpx.request(method, url, headers=headers, json={}, trust_env=False)
    assert response.status_code == 401
    assert TOKEN not in response.text


def test_the_token_is_not_taken_from_the_query(engine: Engine) -> None:
    url = engine.http.base_url.join(f"/webhooks/loopback/ready?token={TOKEN}")
    assert httpx.get(url, trust_env=False).status_code == 401


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_no_other_way_of_rasa_is_open(engine: Engine, method: str, path: str) -> None:
    assert engine.http.request(method, path).status_code == 404


def test_it_listens_on_loopback_alone(engine: Engine) -> None:
    # /proc/net/tcp: address and port in hexadecimal, state 0A is listening.
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    port = f"{engine.port:04X}"
    hosts = [
        line[1].split(":")[0]
        for line in lines
        if line[1].endswith(f":{port}") and line[3] == "0A"
    ]
    assert hosts == ["0100007F"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"hello"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"conversation": "c"}',
        b"conversation=c&text=hello",
    ],
)
@pytest.mark.parametrize("path", ["messages", "parse"])
def test_a_malformed_body_is_refused(engine: Engine, path: str, body: bytes) -> None:
    response = engine.http.post(f"/webhooks/loopback/{path}", content=body)
    assert response.status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": "a\0b"},
        {"conversation": "a" * 1000},
        {"message_id": "m\0"},
        {"text": 7},
        {"payload": "/order{"},
        {"metadata": {"seq": 1, "channel": "web", "verified_phone": SECRET}},
        {"input_channel": "twilio"},
        {"sender": "victim"},
    ],
)
def test_a_message_of_another_shape_is_refused_without_quoting_it(
    engine: Engine, who: str, change: dict[str, Any]
) -> None:
    response = engine.post(engine.body(SECRET, who) | change)
    assert response.status_code == 400
    assert SECRET not in response.text


def test_ids_that_cannot_be_stored_do_not_stop_the_engine(
    engine: Engine, who: str
) -> None:
    for path in ("a%00b", "a%0A", "a" * 200):
        engine.http.delete(f"/webhooks/loopback/conversations/{path}")
    assert engine.texts("goodbye", who) == ["Goodbye"]


def test_nul_and_lone_surrogates_in_a_text_do_no_harm(engine: Engine, who: str) -> None:
    assert engine.say("good\0bye", who).status_code == 200
    body = b'{"conversation": "%s", "message_id": "m", "text": "\\ud800 hello",'
    body += b'"metadata": {"seq": 1, "channel": "web"}}'
    url = "/webhooks/loopback/messages"
    answer = engine.http.post(url, content=body % who.encode())
    assert answer.status_code in (200, 400)
    assert engine.texts("goodbye", who) == ["Goodbye"]


@pytest.mark.parametrize("size", [10_001, 600_000])
def test_what_is_too_large_is_refused(engine: Engine, who: str, size: int) -> None:
    assert engine.say("a" * size, who).status_code == 413


def test_the_longest_text_does_not_keep_others_waiting(
    engine: Engine, who: str
) -> None:
    assert engine.say("a" * 10_000, who).elapsed.total_seconds() < 2


@pytest.mark.parametrize("text", ["/restart", "/session_start", "/back", "/order"])
def test_nobody_can_type_an_intent(engine: Engine, who: str, text: str) -> None:
    engine.texts("count", who)
    for leading in ("", " ", "\n", "\x1c", "\u00a0"):
        assert engine.say(leading + text, who).json()["intent"] == "nlu_fallback"
    assert engine.texts("count", who) == ["That was 2."]


def test_an_error_tells_nothing_of_the_inside(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    action_server.failing.add("action_count")
    text = engine.say("count", who).text
    assert "Traceback" not in text
    assert action_server.url not in text


def test_the_log_holds_no_word_that_was_said_even_at_debug(
    engine: Engine, action_server: ActionServer, who: str
) -> None:
    engine.say(f"hello {SECRET}", who)
    engine.say(f"/order {SECRET}", who)
    engine.say("order a pizza", who)
    engine.say("a large one", who)
    action_server.failing.add("action_order")
    engine.say(SECRET, who)
    action_server.failing.clear()
    engine.say(SECRET, who, payload="/order{")
    engine.say("", who, payload=f'/inform{{"size": "{SECRET}"}}')
    assert "DEBUG" in engine.log
    assert "action_order could not be run" in engine.log
    assert SECRET not in engine.log
    assert TOKEN not in engine.log


def test_the_files_at_the_root_hold_variables_and_they_are_expanded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BOT_ACTIONS_URL", "BOT_ENGINE_TOKEN", "BOT_ENGINE_STATE"):
        monkeypatch.setenv(name, f"value of {name}")
    endpoints = read_config_file(ROOT / "endpoints.yml")
    credentials = read_config_file(ROOT / "credentials.yml")
    action = endpoints["action_endpoint"]
    assert action["url"] == "value of BOT_ACTIONS_URL"
    assert action["headers"] == {"Authorization": "Bearer value of BOT_ENGINE_TOKEN"}
    assert endpoints["tracker_store"]["url"] == "value of BOT_ENGINE_STATE"
    assert credentials == {
        "bot.engine.channel.LoopbackChannel": {"token": "value of BOT_ENGINE_TOKEN"}
    }


@pytest.mark.parametrize(
    "credentials", [None, {}, {"token": ""}, {"token": "${BOT_ENGINE_TOKEN}" * 2}]
)
def test_a_channel_without_a_real_token_is_not_opened(
    credentials: dict[str, str] | None,
) -> None:
    with pytest.raises(RasaException):
        LoopbackChannel.from_credentials(credentials)
