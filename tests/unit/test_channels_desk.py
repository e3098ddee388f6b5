"""The desk over HTTP: signing in, working, and news as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.desk.gate import COOKIE
from tests.unit.desk_stand import Agent, DeskStand, desk_up
from tests.unit.streaming import Stream


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStand]:
    async with desk_up(tmp_path) as desk:
        yield desk


@asynccontextmanager
async def listening(agent: Agent, **query: Any) -> AsyncIterator[Stream]:
    url = "/desk/api/events"
    async with agent.http.stream(
        "GET", url, params=query, headers=agent.headers
    ) as response:
        assert response.status_code == 200
        yield Stream(response)


@asynccontextmanager
async def visiting(visitor: Any) -> AsyncIterator[Stream]:
    async with visitor.http.stream(
        "GET", "/api/web/events", headers=visitor.headers
    ) as response:
        yield Stream(response)


def name_of(problem: httpx.Response) -> str:
    return str(problem.json()["type"]).rsplit(":", 1)[-1]


async def test_the_session_s_secret_is_in_the_cookie_and_nowhere_else(
    desk: DeskStand,
) -> None:
    email = desk.add("Lee")
    response = await Agent(desk.stand.http).post("sign-in", **desk.credentials(email))

    cookie = response.headers["set-cookie"]
    secret = cookie.split(";")[0].partition("=")[2]
    assert cookie.startswith(f"{COOKIE}=")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert attributes == {
        *("Max-Age=43200", "Path=/", "HttpOnly", "Secure", "SameSite=Strict")
    }
    assert len(secret) >= 43 and secret not in response.text
    assert response.headers["cache-control"] == "no-store"


async def test_a_sign_in_from_another_page_is_not_looked_at(desk: DeskStand) -> None:
    given = desk.credentials(desk.add("Lee"))
    agent = Agent(desk.stand.http)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        response = await agent.send("POST", "sign-in", json=given, headers=headers)
        assert response.status_code == 403

    assert (await agent.post("sign-in", **given)).status_code == 200


async def test_too_many_tries_say_when_to_try_again(desk: DeskStand) -> None:
    given = desk.credentials(desk.add("Lee")) | {"password": "wrong horse battery"}
    agent = Agent(desk.stand.http)
    statuses = [(await agent.post("sign-in", **given)).status_code for _ in range(10)]

    refused = await agent.post("sign-in", **given)
    assert statuses == [401] * 10
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0


async def test_a_new_sign_in_has_a_new_session_and_ends_the_old(
    desk: DeskStand,
) -> None:
    lee = await desk.agent()
    again = Agent(desk.stand.http, cookie=lee.cookie)
    response = await again.post("sign-in", **desk.credentials("lee@example.com"))

    assert response.status_code == 200
    assert f"{COOKIE}={lee.cookie};" not in response.headers["set-cookie"]
    assert (await lee.get("me")).status_code == 401


async def test_signing_out_ends_the_session(desk: DeskStand) -> None:
    lee = await desk.agent()

    gone = await lee.post("sign-out")

    assert gone.status_code == 204
    assert f"{COOKIE}=; Max-Age=0" in gone.headers["set-cookie"]
    assert (await lee.get("me")).status_code == 401


async def test_of_two_agents_one_has_it_and_the_other_is_told_who(
    desk: DeskStand,
) -> None:
    lee, kim = await desk.agent("Lee"), await desk.agent("Kim")
    chat = desk.waiting()

    answers = await asyncio.gather(lee.chat(chat, "take"), kim.chat(chat, "take"))

    assert sorted(each.status_code for each in answers) == [200, 409]
    won, lost = sorted(answers, key=lambda each: each.status_code)
    assert name_of(lost) == "taken-already"
    assert lost.json()["by"] == won.json()["name"]


async def test_what_was_seen_is_what_is_taken(desk: DeskStand) -> None:
    lee = await desk.agent()
    chat = desk.waiting()
    version = (await lee.get("queue")).json()[0]["owner_version"]
    desk.stand.services.ownership.give_back(chat)

    stale = await lee.chat(chat, "take", version=version)

    assert (stale.status_code, name_of(stale)) == (409, "owner-changed")


async def test_a_whole_matter_from_the_queue_to_its_end(desk: DeskStand) -> None:
    lee, kim = await desk.agent("Lee"), await desk.agent("Kim")
    visitor = await desk.stand.visitor()
    chat = visitor.conversation
    desk.stand.services.handoff.ask(chat, "talk_to_human")

    assert [each["conversation_id"] for each in (await lee.get("queue")).json()] == [
        chat
    ]
    await lee.chat(chat, "take")
    first = await lee.chat(chat, "reply", client_id="a", text="Hello, I am Lee.")
    same = await lee.chat(chat, "reply", client_id="a", text="Hello, I am Lee.")
    assert first.json() == same.json()
    await lee.chat(chat, "transfer", to=kim.me["id"])
    late = await lee.chat(chat, "reply", client_id="b", text="One more thing")
    assert (late.status_code, name_of(late)) == (409, "not-yours")
    await kim.chat(chat, "reply", client_id="a", text="Hello, I am Kim.")
    ended = await kim.chat(chat, "resolve", disposition="solved")
    assert ended.json()["owner"] == "bot"

    said = [(line["author"], line["data"].get("name")) for line in await visitor.read()]
    assert [each for each in said if each[0] == "agent"] == [
        ("agent", "Lee"),
        ("agent", "Kim"),
    ]
    assert (await lee.get("queue")).json() == (await kim.get("mine")).json() == []


@pytest.mark.parametrize(
    ("act", "body", "status", "name"),
    [
        ("reply", {"client_id": "c", "text": "hi"}, 409, "not-yours"),
        ("return", None, 409, "not-yours"),
        ("resolve", {"disposition": "solved"}, 409, "not-yours"),
        ("transfer", {"to": "none"}, 404, "agent-unknown"),
        ("note", {"text": " "}, 422, "text-missing"),
        ("note", {"text": "x" * 4001}, 422, "text-too-long"),
        ("tags", {"add": ["555-0143"]}, 422, "tag-malformed"),
        ("priority", {"priority": "whatever"}, 422, "invalid-request"),
        ("take", {"version": "x"}, 422, "invalid-request"),
        ("take", {"more": 1}, 422, "invalid-request"),
        ("recovery", None, 409, "contact-missing"),
        ("suspend", {"number": "x"}, 409, "account-not-proved"),
        ("unsuspend", {"number": "x"}, 409, "account-not-proved"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_done_is_refused_with_its_reason(
    desk: DeskStand, act: str, body: Any, status: int, name: str
) -> None:
    lee = await desk.agent()
    chat = desk.waiting()

    refused = await lee.send("POST", f"conversations/{chat}/{act}", json=body)

    assert (refused.status_code, name_of(refused)) == (status, name)
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "act",
    [
        *("take", "reply", "note", "tags", "priority", "transfer", "return"),
        *("resolve", "recovery", "suspend", "unsuspend"),
    ],
)
async def test_a_conversation_that_is_not_there_is_unknown(
    desk: DeskStand, act: str
) -> None:
    lee = await desk.agent()
    body = {
        "reply": {"client_id": "c", "text": "hi"},
        "note": {"text": "hi"},
        "priority": {"priority": "low"},
        "transfer": {"to": lee.me["id"]},
        "resolve": {"disposition": "solved"},
        "suspend": {"number": "x"},
        "unsuspend": {"number": "x"},
    }

    refused = await lee.chat("none", act, **body.get(act, {}))

    assert (refused.status_code, name_of(refused)) == (404, "conversation-unknown")


async def test_no_answer_of_the_desk_is_kept_anywhere(desk: DeskStand) -> None:
    lee = await desk.agent()
    chat = desk.waiting()
    for path in ("queue", f"conversations/{chat}", "search?q=person", "audit", "me"):
        assert (await lee.get(path)).headers["cache-control"] == "no-store", path
    assert (await Agent(lee.http).get("me")).headers["cache-control"] == "no-store"


async def test_lists_and_lines_come_as_they_change(desk: DeskStand) -> None:
    lee = await desk.agent()
    visitor = await desk.stand.visitor()
    chat = visitor.conversation
    async with listening(lee, conversation=chat) as stream:
        counts = json.loads((await stream.next("queue"))["data"])
        assert counts == {"queue": 0, "mine": 0, "late": 0}
        assert json.loads((await stream.next("owner"))["data"])["owner"] == "bot"

        await visitor.say("is anybody there?")
        line = await stream.next("line")
        assert (json.loads(line["data"])["text"], line["id"]) == (
            *("is anybody there?",),
            "1",
        )
        desk.stand.services.handoff.ask(chat, "talk_to_human")
        desk.stand.services.notifier.notify(chat)
        assert json.loads((await stream.next("queue"))["data"])["queue"] == 1

        await lee.chat(chat, "take")
        owner = json.loads((await stream.next("owner"))["data"])
        assert owner == {"owner": "agent", "name": "Lee"}


async def test_a_stream_goes_on_after_the_line_last_read(desk: DeskStand) -> None:
    lee = await desk.agent()
    visitor = await desk.stand.visitor()
    for text in ("one", "two"):
        await visitor.say(text, client_id=text)

    async with listening(lee, conversation=visitor.conversation, after=1) as stream:
        assert json.loads((await stream.next("line"))["data"])["seq"] == 2


async def test_both_see_when_the_other_is_typing(desk: DeskStand) -> None:
    lee = await desk.agent()
    visitor = await desk.stand.visitor()
    chat = visitor.conversation
    await lee.chat(chat, "take")
    async with (
        listening(lee, conversation=chat) as stream,
        visiting(visitor) as seen,
    ):
        await stream.next("owner")
        await seen.next("owner")

        typed = await visitor.http.post("/api/web/typing", headers=visitor.headers)
        assert typed.status_code == 204
        assert json.loads((await stream.next("typing"))["data"]) == {
            "author": "visitor"
        }
        assert (await lee.chat(chat, "typing")).status_code == 204
        assert json.loads((await seen.next("typing"))["data"]) == {
            "owner": "agent",
            "name": "Lee",
        }


async def test_nobody_sees_an_agent_type_who_does_not_speak(desk: DeskStand) -> None:
    lee, kim = await desk.agent("Lee"), await desk.agent("Kim")
    visitor = await desk.stand.visitor()
    await lee.chat(visitor.conversation, "take")
    async with visiting(visitor) as seen:
        await seen.next("message")
        await kim.chat(visitor.conversation, "typing")
        await asyncio.sleep(0.1)
        await lee.chat(visitor.conversation, "typing")

        assert json.loads((await seen.next("typing"))["data"])["name"] == "Lee"


async def test_a_stream_ends_with_the_session(desk: DeskStand) -> None:
    lee = await desk.agent()
    async with listening(lee) as stream:
        await stream.next("queue")
        desk.stand.services.agents.roster.disable("lee@example.com")
        desk.stand.services.notifier.notify("any")

        assert (await stream.next("ended"))["event"] == "ended"


async def test_a_stream_of_a_conversation_that_is_not_there_is_refused(
    desk: DeskStand,
) -> None:
    lee = await desk.agent()

    refused = await lee.get("events", conversation="none")

    assert (refused.status_code, name_of(refused)) == (404, "conversation-unknown")


async def test_an_agent_has_eight_streams_at_most(desk: DeskStand) -> None:
    lee = await desk.agent()
    async with AsyncExitStack() as streams:
        # A stream that nobody holds is closed.
        opened = [await streams.enter_async_context(listening(lee)) for _ in range(8)]
        for stream in opened:
            await stream.next("queue")

        assert (await lee.get("events")).status_code == 429


async def test_what_a_page_asks_for_by_itself_is_no_sign_of_the_agent(
    desk: DeskStand,
) -> None:
    lee = await desk.agent()
    for _ in range(2):
        desk.stand.clock.move(10 * 60)
        async with listening(lee) as stream:
            await stream.next("queue")
    desk.stand.clock.move(10 * 60)

    assert (await lee.get("me")).status_code == 401
