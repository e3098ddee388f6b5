import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from bot.clock import ManualClock
from bot.conversations.lines import Line, Option
from bot.services import Services
from tests.unit.serving import Stand, stand_up
from tests.unit.streaming import Stream

PROBLEM = "application/problem+json"


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        yield stand


def assert_problem(response: httpx.Response, status: int, *words: str) -> None:
    """A refusal as RFC 9457 has it, which says what to do."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert problem["type"].startswith("urn:switchboard:problem:")
    for word in words:
        assert word in problem["detail"]


async def test_a_session_is_opened(stand: Stand) -> None:
    response = await stand.http.post("/api/web/sessions", json={"language": "es"})

    assert response.status_code == 201
    opened = response.json()
    assert set(opened) == {"conversation", "token", "expires_at"}
    assert len(opened["token"]) >= 43
    lifetime = datetime.fromisoformat(opened["expires_at"]) - stand.clock.now()
    assert lifetime.total_seconds() == 86400


async def test_a_message_is_taken_at_once_and_answered_later(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.engine.go_on.clear()

    seq = await visitor.say("hello")
    stand.engine.go_on.set()

    assert seq == 1
    assert (await visitor.answer(seq))["text"] == "echo: hello"


async def test_a_line_has_the_documented_shape(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.engine.replies = [
        {
            "text": "Which?",
            "buttons": [{"title": "This", "payload": "/affirm"}],
            "custom": {"sources": ["A5"]},
        }
    ]
    await visitor.say("hello")
    answer = await visitor.answer(1)

    response = await stand.http.get("/api/web/messages", headers=visitor.headers)

    assert response.json() == {
        "messages": [
            {
                "seq": 1,
                "client_id": "c1",
                "author": "visitor",
                "kind": "text",
                "text": "hello",
                "options": [],
                "data": {},
                "at": "2030-01-01T12:00:00Z",
            },
            {
                "seq": 2,
                "client_id": None,
                "author": "bot",
                "kind": "options",
                "text": "Which?",
                "options": [{"title": "This", "payload": "/affirm"}],
                "data": {
                    "sources": ["A5"],
                    "articles": [
                        {
                            "id": "A5",
                            "title": "When a code does not work",
                            "url": "https://help.id.example.com/A5",
                        }
                    ],
                },
                "at": "2030-01-01T12:00:00Z",
            },
        ],
        "owner": "bot",
    }
    assert answer == response.json()["messages"][1]


async def test_only_what_is_new_is_read(stand: Stand) -> None:
    visitor = await stand.visitor()
    await visitor.say("hello")
    await visitor.answer(1)

    assert [message["seq"] for message in await visitor.read(1)] == [2]


async def test_a_repeated_post_gives_the_same_number_and_no_second_line(
    stand: Stand,
) -> None:
    visitor = await stand.visitor()

    seqs = await asyncio.gather(*(visitor.say("hello", "same") for _ in range(50)))
    await visitor.answer(1)

    assert set(seqs) == {1}
    assert len(await visitor.read()) == 2
    assert sum(stand.engine.runs.values()) == 1


async def test_an_offered_option_can_be_chosen(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.engine.replies = [
        {"text": "?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}
    ]
    await visitor.say("hello")
    await visitor.answer(1)

    response = await visitor.post({"client_id": "c2", "payload": "/affirm"})

    assert response.status_code == 202
    await visitor.answer(3)
    assert stand.engine.heard[-1]["payload"] == "/affirm"


async def test_an_option_that_is_not_offered_is_refused(stand: Stand) -> None:
    visitor, other = await stand.visitor(), await stand.visitor()
    seq = await other.say("hello")
    await other.answer(seq)
    line = Line("?", kind="options", options=(Option("Yes", "/affirm"),))
    stand.services.conversations.add(other.conversation, line, author="system")

    response = await visitor.post({"client_id": "c1", "payload": "/affirm"})

    assert_problem(response, 409, "payload")
    assert await visitor.read() == []


async def test_a_typed_intent_reaches_the_engine_as_text(stand: Stand) -> None:
    visitor = await stand.visitor()

    seq = await visitor.say("/restart")
    await visitor.answer(seq)

    assert stand.engine.heard[0]["text"] == "/restart"
    assert stand.engine.heard[0]["payload"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/web/messages"),
        ("GET", "/api/web/messages"),
        ("GET", "/api/web/events"),
    ],
)
async def test_nobody_gets_in_without_a_token(
    stand: Stand, method: str, path: str
) -> None:
    body = {"client_id": "c1", "text": "hello"} if method == "POST" else None

    for header in (None, "", "Bearer", "Bearer nonsense", "Basic nonsense", "nonsense"):
        headers = {} if header is None else {"Authorization": header}
        response = await stand.http.request(method, path, headers=headers, json=body)

        assert_problem(response, 401, "POST /api/web/sessions")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_token_ends_with_its_session(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.clock.move(86399)
    assert await visitor.read() == []

    stand.clock.move(1)

    response = await stand.http.get("/api/web/messages", headers=visitor.headers)
    assert_problem(response, 401)


async def test_a_token_opens_its_own_conversation_only(stand: Stand) -> None:
    one, other = await stand.visitor(), await stand.visitor()
    await one.say("mine")

    assert await other.read() == []
    for name in ("conversation", "conversation_id", "session"):
        response = await stand.http.get(
            "/api/web/messages",
            params={name: one.conversation},
            headers=other.headers,
        )
        assert response.json()["messages"] == []


async def test_a_conversation_s_id_is_no_token(stand: Stand) -> None:
    visitor = await stand.visitor()
    headers = {"Authorization": f"Bearer {visitor.conversation}"}

    response = await stand.http.get("/api/web/messages", headers=headers)

    assert_problem(response, 401)


async def test_a_text_without_anything_to_read_is_refused(stand: Stand) -> None:
    visitor = await stand.visitor()

    for text in ("", "   ", "\n\t ", "\0", "\x01\x02", "\u200b"):
        response = await visitor.post({"client_id": "c1", "text": text})
        assert_problem(response, 422, "text")

    assert await visitor.read() == []


async def test_a_long_text_is_refused_with_the_limit(stand: Stand) -> None:
    visitor = await stand.visitor()

    response = await visitor.post({"client_id": "c1", "text": "x" * 1001})

    assert_problem(response, 422, "1000")
    assert await visitor.read() == []


async def test_nul_and_control_characters_are_taken_out(stand: Stand) -> None:
    visitor = await stand.visitor()

    await visitor.say("he\0l\x07lo😀")

    assert (await visitor.read())[0]["text"] == "hello😀"


async def test_a_lone_surrogate_does_no_harm(stand: Stand) -> None:
    visitor = await stand.visitor()
    content = b'{"client_id": "c1", "text": "hi \\ud800 there"}'
    headers = {**visitor.headers, "Content-Type": "application/json"}

    response = await stand.http.post(
        "/api/web/messages", content=content, headers=headers
    )

    assert response.status_code == 202
    assert (await visitor.read())[0]["text"] == "hi  there"


@pytest.mark.parametrize("path", ["/api/web/sessions", "/api/web/messages"])
async def test_a_large_body_is_refused(stand: Stand, path: str) -> None:
    visitor = await stand.visitor()
    body = {"client_id": "c1", "text": "x" * 17_000}

    response = await stand.http.post(path, json=body, headers=visitor.headers)

    assert_problem(response, 413, "16 KB")


async def test_a_large_body_without_a_length_is_refused(stand: Stand) -> None:
    visitor = await stand.visitor()

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"client_id": "c1", "text": "'
        for _ in range(100):
            yield b"x" * 1024
        yield b'"}'

    response = await stand.http.post(
        "/api/web/messages",
        content=pieces(),
        headers={**visitor.headers, "Content-Type": "application/json"},
    )

    assert_problem(response, 413)


async def test_malformed_json_is_refused(stand: Stand) -> None:
    visitor = await stand.visitor()
    headers = {**visitor.headers, "Content-Type": "application/json"}

    for content in (b"{", b"{'text': 1}", b"\xff\xfe", b"[" * 16_000, b'{"a": 1} x'):
        response = await stand.http.post(
            "/api/web/messages", content=content, headers=headers
        )
        assert_problem(response, 400, "JSON")


MISSHAPEN: tuple[Any, ...] = (
    None,
    {},
    [],
    "hello",
    7,
    {"text": "hello"},
    {"client_id": "c1"},
    {"client_id": "c1", "text": "a", "payload": "/b"},
    {"client_id": "c1", "text": 7},
    {"client_id": "c1", "text": None},
    {"client_id": "c1", "text": ["a"]},
    {"client_id": 1, "text": "a"},
    {"client_id": "", "text": "a"},
    {"client_id": "x" * 101, "text": "a"},
    {"client_id": "a b", "text": "a"},
    {"client_id": "a\n", "text": "a"},
    {"client_id": "\0", "text": "a"},
    {"client_id": "c1", "text": "a", "metadata": {"verified": True}},
    {"client_id": "c1", "text": "a", "sender": "someone"},
    {"client_id": "c1", "text": "a", "author": "agent"},
)


async def test_a_body_of_another_shape_is_refused(stand: Stand) -> None:
    visitor = await stand.visitor()

    for body in MISSHAPEN:
        assert_problem(await visitor.post(body), 422)

    assert await visitor.read() == []


async def test_a_session_of_another_shape_is_refused(stand: Stand) -> None:
    for body in (
        {"language": "fr"},
        {"language": 1},
        {"verified": True},
        {"conversation": "c"},
        {"identity_token": "x" * 5000},
        [],
    ):
        response = await stand.http.post("/api/web/sessions", json=body)
        assert_problem(response, 422)


async def test_a_refusal_does_not_repeat_what_was_sent(stand: Stand) -> None:
    visitor = await stand.visitor()
    secret = "+12025550143"

    for body in (
        {"client_id": "c1", secret: "x"},
        {"client_id": f"{secret} ", "text": "x"},
        {"client_id": "c1", "text": [secret]},
        {"client_id": "c1", "payload": secret},
    ):
        response = await visitor.post(body)
        assert response.status_code in (409, 422)
        assert "2025550143" not in response.text


async def test_the_twenty_first_message_in_a_minute_waits(stand: Stand) -> None:
    visitor = await stand.visitor()
    seqs = [await visitor.say("hello", f"c{place}") for place in range(20)]

    response = await visitor.post({"client_id": "c20", "text": "hello"})

    assert_problem(response, 429, "60 seconds")
    assert response.headers["retry-after"] == "60"
    assert await visitor.say("hello", "c3") == seqs[3]
    stand.clock.move(60)
    assert (await visitor.post({"client_id": "c20", "text": "x"})).status_code == 202


async def test_a_number_that_is_none_is_refused(stand: Stand) -> None:
    visitor = await stand.visitor()

    for after in ("-1", "x", "2147483648", "1.5", ""):
        response = await stand.http.get(
            "/api/web/messages", params={"after": after}, headers=visitor.headers
        )
        assert_problem(response, 422, "after")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/api/web/messages", 405)],
)
async def test_what_there_is_not_is_a_problem_too(
    stand: Stand, method: str, path: str, status: int
) -> None:
    assert_problem(await stand.http.request(method, path), status)


def identity_token(services: Services, **changed: Any) -> str:
    key = services.settings.identity_token_key
    assert key is not None
    claims = {
        "email": "maria@example.com",
        "aud": "switchboard",
        "exp": int(services.clock.now().timestamp()) + 60,
    }
    return jwt.encode({**claims, **changed}, key.get_secret_value(), "HS256")


@pytest.mark.parametrize("changed", [{"aud": "another"}, {"exp": 1}, {"email": "x"}])
async def test_a_bad_identity_token_opens_nothing(
    stand: Stand, changed: dict[str, Any]
) -> None:
    token = identity_token(stand.services, **changed)

    response = await stand.http.post(
        "/api/web/sessions", json={"identity_token": token}
    )

    assert_problem(response, 401, "identity token")
    assert stand.services.turns is not None
    assert token not in response.text


async def test_an_unexpected_failure_is_a_problem_without_its_text(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("cannot store 042042 for +12025550143")

    visitor = await stand.visitor()
    monkeypatch.setattr(stand.services.conversations, "read", fail)

    with caplog.at_level(logging.DEBUG):
        response = await stand.http.get("/api/web/messages", headers=visitor.headers)

    assert_problem(response, 500)
    assert "042042" not in response.text + caplog.text


async def test_events_carry_every_line_in_order_as_it_comes(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = Stream(response)
        await visitor.say("hello")
        events = [await stream.next() for _ in range(2)]

    assert [event["id"] for event in events] == ["1", "2"]
    assert {event["event"] for event in events} == {"message"}
    assert [json.loads(event["data"]) for event in events] == await visitor.read()


async def test_a_stream_tells_first_who_speaks_and_then_each_change(
    stand: Stand,
) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        stream = Stream(response)
        events = [await stream.any()]
        for owner, name in (("queue", None), ("agent", "Ada"), ("agent", "Ada")):
            stand.services.ownership.take_over(
                visitor.conversation, owner=owner, name=name
            )
            stand.services.notifier.notify(visitor.conversation)
            if len(events) < 3:
                events.append(await stream.any())
        stand.services.conversations.add(
            visitor.conversation, Line("Hello"), author="agent"
        )
        stand.services.notifier.notify(visitor.conversation)
        events.append(await stream.any())

    assert [event["event"] for event in events] == ["owner"] * 3 + ["message"]
    assert [json.loads(event["data"]) for event in events[:3]] == [
        {"owner": "bot", "name": None},
        {"owner": "queue", "name": None},
        {"owner": "agent", "name": "Ada"},
    ]
    assert all("id" not in event for event in events[:3])


async def test_a_stream_goes_on_after_the_last_event(stand: Stand) -> None:
    visitor = await stand.visitor()
    await visitor.say("hello")
    await visitor.answer(1)
    headers = {**visitor.headers, "Last-Event-ID": "1"}

    async with stand.http.stream("GET", "/api/web/events", headers=headers) as response:
        event = await Stream(response).next()

    assert event["id"] == "2"


async def test_an_event_id_that_is_none_starts_from_the_beginning(
    stand: Stand,
) -> None:
    visitor = await stand.visitor()
    await visitor.say("hello")

    for known in ("", "x", "-1", "1e3", "\u0662"):
        headers = {**visitor.headers, "Last-Event-ID": known.encode()}
        async with stand.http.stream(
            "GET", "/api/web/events", headers=headers
        ) as response:
            event = await Stream(response).next()
        assert event["id"] == "1", known


async def test_a_line_of_another_process_arrives_too(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        stream = Stream(response)
        await asyncio.sleep(0.1)
        line = Line("Hello, this is Ada")
        stand.services.conversations.add(visitor.conversation, line, author="agent")
        event = await stream.next()

    assert json.loads(event["data"])["author"] == "agent"


async def test_a_stream_ends_with_its_session(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        stand.clock.move(86400)
        stand.services.notifier.notify(visitor.conversation)

        await asyncio.wait_for(response.aread(), 5)


async def test_a_stream_ends_with_its_conversation(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        await stand.services.forgetting.forget(visitor.conversation)
        stand.services.notifier.notify(visitor.conversation)

        await asyncio.wait_for(response.aread(), 5)
    assert stand.engine.forgotten == [visitor.conversation]


async def test_a_session_has_eight_streams_at_most(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with asyncio.TaskGroup() as group:
        done = asyncio.Event()
        opened = [asyncio.Event() for _ in range(8)]

        async def listen(place: int) -> None:
            async with stand.http.stream(
                "GET", "/api/web/events", headers=visitor.headers
            ):
                opened[place].set()
                await done.wait()

        for place in range(8):
            group.create_task(listen(place))
        for event in opened:
            await event.wait()
        while stand.services.notifier.count(visitor.conversation) < 8:
            await asyncio.sleep(0.01)

        response = await stand.http.get("/api/web/events", headers=visitor.headers)
        done.set()

    assert_problem(response, 429)


async def test_a_closed_stream_is_no_longer_counted(stand: Stand) -> None:
    visitor = await stand.visitor()
    async with stand.http.stream("GET", "/api/web/events", headers=visitor.headers):
        while not stand.services.notifier.count(visitor.conversation):
            await asyncio.sleep(0.01)

    for _ in range(300):
        if not stand.services.notifier.count(visitor.conversation):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the stream is still listened to")


async def test_no_value_that_was_typed_is_in_the_log_or_in_a_file(
    stand: Stand, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    visitor = await stand.visitor()
    with caplog.at_level(logging.DEBUG):
        seq = await visitor.say("I am ada@example.org, +1 202 555 0143, code 271828")
        await visitor.answer(seq)

    for canary in ("ada@example.org", "5550143", "555 0143", "271828"):
        assert canary not in caplog.text
        for path in tmp_path.rglob("*"):
            assert path.is_dir() or canary.encode() not in path.read_bytes()
