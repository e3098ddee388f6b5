"""What /openapi.json says of the HTTP API is what the API does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from bot.accounts.models import Account, Undo
from bot.accounts.undo_links import hash_of
from bot.channels import demo_texts
from bot.channels.cookies import NAME
from bot.channels.demo_shapes import code_in
from bot.chat import identity_token
from bot.clock import ManualClock
from bot.conversations.lines import Line, Option
from bot.limits import LimitReached
from bot.seed import seed
from tests.unit.browsing import Browser
from tests.unit.serving import Stand, stand_up

SESSIONS, MESSAGES = "/api/web/sessions", "/api/web/messages"
VISIT, IDENTITY = "/api/web/visit", "/api/web/identity"
LANGUAGE, RATING = "/api/web/language", "/api/web/rating"
TYPING = "/api/web/typing"
CONVERSATION, EVENTS = "/api/web/conversation", "/api/web/events"
A5, ARTICLE = "/api/web/articles/A5", "/api/web/articles/{id}"
GUARDED = (
    *(("POST", path) for path in (SESSIONS, MESSAGES, VISIT, IDENTITY, LANGUAGE)),
    *(
        ("POST", RATING),
        ("POST", TYPING),
        ("GET", MESSAGES),
        ("GET", EVENTS),
        ("DELETE", CONVERSATION),
    ),
)
Exchange = tuple[str, str, httpx.Response]


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


async def exchanges(stand: Stand) -> list[Exchange]:
    """Every answer that each path can give, asked for."""
    seen: list[Exchange] = []

    async def ask(method: str, path: str, template: str = "", **options: Any) -> None:
        response = await stand.http.request(method, path, **options)
        seen.append((template or path, method.lower(), response))

    async def ask_events(**headers: str) -> None:
        async with stand.http.stream("GET", EVENTS, headers=headers) as response:
            if response.is_error:
                await response.aread()
            seen.append((EVENTS, "get", response))

    visitor = await stand.visitor()
    known = visitor.headers
    json_body = {"Content-Type": "application/json"}
    large = {"client_id": "c", "text": "x" * 70_000}

    await ask("POST", SESSIONS, json={"language": "es"})
    await ask("POST", SESSIONS, content=b"{", headers=json_body)
    await ask("POST", SESSIONS, json={"identity_token": "x"})
    await ask("POST", SESSIONS, json=large)
    await ask("POST", SESSIONS, json={"language": "fr"})

    for place in range(21):
        said = {"client_id": f"c{place}", "text": "hello"}
        await ask("POST", MESSAGES, json=said, headers=known)
    await ask("POST", MESSAGES, content=b"{", headers={**known, **json_body})
    await ask("POST", MESSAGES, json=said)
    await ask("POST", MESSAGES, json=large, headers=known)
    await ask("POST", MESSAGES, json={"client_id": "c"}, headers=known)
    other = await stand.visitor()
    chosen = {"client_id": "c", "payload": "/affirm"}
    await ask("POST", MESSAGES, json=chosen, headers=other.headers)

    line = Line("?", kind="options", options=(Option("Yes", "/affirm"),))
    stand.services.conversations.add(other.conversation, line, author="agent")
    await ask("GET", MESSAGES, headers=other.headers)
    await ask("GET", MESSAGES)
    await ask("GET", MESSAGES, params={"after": "x"}, headers=known)

    await ask_events(**known)
    await ask_events()
    with ExitStack() as streams:
        for _ in range(8):
            listening = stand.services.notifier.listen(visitor.conversation)
            streams.enter_context(listening)
        await ask_events(**known)

    await ask_visits(ask, stand)
    await ask_undo(ask, stand)

    await ask("GET", "/healthz")
    await ask("GET", "/readyz")
    stand.engine.is_ready = False
    await ask("GET", "/readyz")
    await ask_demo(ask, stand)
    await ask_too_much(ask, stand)
    return seen


async def ask_visits(ask: Callable[..., Awaitable[None]], stand: Stand) -> None:
    """Come, come back, sign in, rate and leave; and each of it as it must not be."""
    await asyncio.to_thread(seed, stand.services)
    for method, path in GUARDED:
        await ask(method, path, headers={"Origin": "https://evil.example"}, json={})
    for language in ("en", "fr"):
        await ask("GET", A5, ARTICLE, params={"language": language})
    await ask("GET", A5, ARTICLE, headers={"Origin": "null"})
    await ask("GET", "/api/web/articles/none", ARTICLE)

    browser = Browser(stand.http)
    await browser.visit()
    cookie = {**browser.home, "Cookie": f"{NAME}={browser.cookie}"}
    for body in ({}, {"fresh": True}, {}, {"fresh": 1}, {"language": "x" * 17_000}):
        await ask("POST", VISIT, json=body, headers=cookie)
    json_body = {"Content-Type": "application/json"}
    await ask("POST", VISIT, content=b"{", headers={**browser.home, **json_body})

    token = identity_token(
        stand.services.settings, "maria@example.com", now=stand.clock.now()
    )
    for path, bodies in {
        IDENTITY: ({}, {"identity_token": "x"}, {"identity_token": token}),
        LANGUAGE: ({}, {"language": "es"}),
        RATING: ({}, {"score": 5}),
    }.items():
        known = (await stand.visitor()).headers
        await ask("POST", path, content=b"{", headers={**known, **json_body})
        await ask("POST", path, content=b"x" * 17_000, headers=known)
        await ask("POST", path, json=bodies[-1])
        for body in bodies:
            await ask("POST", path, json=body, headers=known)
    for headers in ((await stand.visitor()).headers, {}):
        await ask("POST", TYPING, headers=headers)
    await ask("DELETE", CONVERSATION, headers=(await stand.visitor()).headers)
    await ask("DELETE", CONVERSATION)


async def ask_too_much(ask: Callable[..., Awaitable[None]], stand: Stand) -> None:
    """Ask once more than an address may in a minute."""
    limits, home = stand.services.limits, Browser(stand.http).home
    for frequency in (limits.openings, limits.messages):
        with suppress(LimitReached):
            while True:
                frequency.count("127.0.0.1")
    for path in (SESSIONS, MESSAGES, VISIT, IDENTITY, LANGUAGE, RATING, TYPING):
        await ask("POST", path, json={}, headers=home)
    await ask("DELETE", CONVERSATION)


async def ask_demo(ask: Callable[..., Awaitable[None]], stand: Stand) -> None:
    """Look into phones and mailboxes, and sign in on the made-up website."""
    await asyncio.to_thread(seed, stand.services)
    for path in ("/demo/accounts", "/demo/arrivals"):
        await ask("GET", path)
    await ask("GET", "/demo/phones/+12025550143", "/demo/phones/{e164}")
    await ask("GET", "/demo/mail/a@example.com", "/demo/mail/{address}")
    known, unknown = {"email": "maria@example.com"}, {"email": "nobody@example.com"}
    json_body = {"Content-Type": "application/json"}
    for path, more in (
        ("/demo/sign-in", {}),
        ("/demo/identity", {}),
        ("/demo/sign-in/code", {"code": "000000"}),
    ):
        for body in (known | more, unknown | more, {}, {"email": "x" * 70_000}):
            await ask("POST", path, json=body)
        await ask("POST", path, content=b"{", headers=json_body)
    await asyncio.to_thread(stand.services.outbox.drain)
    arrived = stand.services.outbox.sent_to("+12025550143")[-1]
    await ask("POST", "/demo/sign-in/code", json=known | {"code": code_in(arrived)})
    await ask_texts(ask, json_body)


async def ask_texts(
    ask: Callable[..., Awaitable[None]], json_body: dict[str, str]
) -> None:
    """Text from a made-up phone: well, badly, at length, and from no number."""
    path, template = "/demo/phones/+12025550143/messages", demo_texts.ADDRESS
    await ask("POST", path, template, json={"text": "hello"})
    await ask("POST", path, template, content=b"{", headers=json_body)
    await ask("POST", path, template, json={"text": "x" * 70_000})
    await ask("POST", path, template, json={"text": "x" * 1601})
    await ask("GET", path, template)
    await ask("GET", "/demo/phones/911/messages", template)


async def ask_undo(ask: Callable[..., Awaitable[None]], stand: Stand) -> None:
    """Follow links that are open, too old, in vain, and nobody's."""
    template, now = "/undo/{token}", stand.clock.now()
    account = Account(id="a", display_name="A", language="en", created_at=now)
    vain = {"old_id": "gone"}
    with stand.services.sessions.begin() as session:
        session.add(account)
        session.flush()
        for token, data, seconds in (("o", {}, 60), ("v", vain, 60), ("e", {}, 0)):
            ends = now + timedelta(seconds=seconds)
            row = {"kind": "number_removed", "account_id": "a", "created_at": now}
            hashed = hash_of(token)
            session.add(Undo(token_hash=hashed, data=data, expires_at=ends, **row))
    for token in ("o", "e", "n"):
        await ask("GET", f"/undo/{token}", template)
    # Last of all what is open: it takes the others along.
    for token in ("v", "e", "n", "o"):
        await ask("POST", f"/undo/{token}", template)
    await ask("POST", "/undo/o", template, content=b"x" * 70_000)


def statuses(described: dict[str, Any]) -> set[tuple[str, str, int]]:
    return {
        (path, method, int(status))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    }


async def test_every_answer_is_described_and_every_description_is_an_answer(
    stand: Stand,
) -> None:
    described = (await stand.http.get("/openapi.json")).json()

    seen = {
        (path, method, response.status_code)
        for path, method, response in await exchanges(stand)
    }

    assert seen == statuses(described)


async def test_every_answer_has_the_described_shape(stand: Stand) -> None:
    described = (await stand.http.get("/openapi.json")).json()

    for path, method, response in await exchanges(stand):
        operation = described["paths"][path][method]
        told = operation["responses"][str(response.status_code)]
        if response.status_code == 204:
            assert response.content == b"" and "content" not in told
            continue
        content = told["content"]
        media = response.headers["content-type"].split(";")[0]
        assert media in content, (path, method, response.status_code)
        if media.endswith("json"):
            schema = {**content[media]["schema"], "components": described["components"]}
            Draft202012Validator(schema).validate(response.json())


async def test_the_session_s_token_is_described(stand: Stand) -> None:
    described = (await stand.http.get("/openapi.json")).json()

    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == (
        "bearer"
    )
    for path in (MESSAGES, EVENTS, IDENTITY, LANGUAGE, RATING, TYPING, CONVERSATION):
        for operation in described["paths"][path].values():
            assert operation["security"] == [{"HTTPBearer": []}]


async def test_what_is_not_for_visitors_is_not_described(stand: Stand) -> None:
    described = (await stand.http.get("/openapi.json")).json()

    hidden = ("/engine", "/desk")
    assert not [path for path in described["paths"] if path.startswith(hidden)]


async def test_production_has_no_demo(tmp_path: Path) -> None:
    async with stand_up(
        tmp_path, ManualClock(), mode="production", secret_key="s" * 32
    ) as stand:
        described = (await stand.http.get("/openapi.json")).json()

        assert not [path for path in described["paths"] if "demo" in path]
        for path in ("/", "/demo", "/demo/accounts", "/demo/phones/+12025550143"):
            assert (await stand.http.get(path)).status_code == 404
