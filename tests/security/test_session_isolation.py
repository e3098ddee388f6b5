"""Somebody who wants into another person's conversation, with every id there is."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from tests.security.goals import Goal
from tests.unit.serving import Stand, Visitor, stand_up

SECRET = "only mine to read"
EMBEDDING = "https://www.example.com"
FOREIGN = (
    *("https://evil.example", "null", "", "https://www.example.com.evil.example"),
    *("http://www.example.com", "https://www.example.com:8443", "https://example.com"),
    *("https://WWW.EXAMPLE.COM.", "file://", "https://www.example.com@evil.example"),
)
REQUESTS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "messages", None),
    ("POST", "messages", {"client_id": "theirs", "text": "written by another"}),
    ("POST", "messages", {"client_id": "theirs", "payload": "/affirm"}),
    ("POST", "language", {"language": "es"}),
    ("POST", "rating", {"score": 1}),
    ("POST", "typing", None),
    ("POST", "identity", {"identity_token": "x.y.z"}),
    ("DELETE", "conversation", None),
)


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock, embed_origins=(EMBEDDING,)) as stand:
        yield stand


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def strangers(victim: Visitor) -> Iterator[dict[str, str]]:
    """Headers of somebody without a token of their own."""
    token = victim.headers["Authorization"].removeprefix("Bearer ")
    unsigned = base64.urlsafe_b64encode(
        json.dumps({"alg": "none", "conversation": victim.conversation}).encode()
    ).decode()
    yield {}
    yield {"Authorization": ""}
    yield {"Authorization": f"Basic {token}"}
    yield {"Authorization": token}
    yield {"Cookie": f"token={token}; session={token}; visit={token}"}
    yield {"X-Conversation": victim.conversation}
    for guess in (
        *(victim.conversation, token[:-1], token[1:], token.swapcase(), token + "a"),
        *(token[:-1] + ("a" if token[-1] != "a" else "b"), "0" * len(token), "null"),
        *(f"{victim.conversation}.{token[:8]}", unsigned, unsigned + ".", "%", "*"),
    ):
        yield bearer(guess)


def forged(victim: Visitor) -> dict[str, Any]:
    """What a body or an address may claim besides what it is for."""
    return {
        "conversation": victim.conversation,
        "conversation_id": victim.conversation,
        "sender": victim.conversation,
        "sender_id": victim.conversation,
        "session": victim.conversation,
        "metadata": {"sender_id": victim.conversation, "verified": True},
        "input_channel": "sms",
    }


async def attempts(
    stand: Stand, victim: Visitor, attacker: Visitor
) -> AsyncIterator[httpx.Response]:
    claims = forged(victim)
    for method, path, body in REQUESTS:
        url = f"/api/web/{path}"
        for headers in strangers(victim):
            stand.clock.move(2)
            yield await stand.http.request(method, url, headers=headers, json=body)
        if method == "DELETE":
            continue
        for name, value in claims.items():
            stand.clock.move(4)
            known = {"params": {name: str(value)}, "headers": attacker.headers}
            yield await stand.http.request(method, url, json=body, **known)
            if body is not None:
                more = {**body, name: value}
                yield await stand.http.request(method, url, json=more, **known)


async def test_nobody_reads_or_writes_another_s_conversation(
    stand: Stand, goal: Goal
) -> None:
    victim, attacker = await stand.visitor(), await stand.visitor()
    await victim.answer(await victim.say(SECRET))
    before = await victim.read()
    crossed = tried = 0
    async for response in attempts(stand, victim, attacker):
        assert response.status_code < 500, response.text
        tried += 1
        crossed += SECRET in response.text or victim.conversation in response.text
    crossed += await victim.read() != before
    goal("S15", f"{crossed} of {tried} requests read or wrote another's conversation")
    assert crossed == 0
    assert tried >= 200


async def test_no_other_website_is_answered(stand: Stand, goal: Goal) -> None:
    victim = await stand.visitor()
    await victim.say(SECRET)
    answered = 0
    for origin in FOREIGN:
        headers = victim.headers | {"Origin": origin}
        read = await stand.http.get("/api/web/messages", headers=headers)
        answered += read.status_code != 403 or SECRET in read.text
    goal("S15", f"{answered} of {len(FOREIGN)} foreign origins answered")
    assert answered == 0
