import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from bot.assembly import build_services
from bot.channels.demo import code_in
from bot.channels.health import health_router
from bot.clock import ManualClock
from bot.seed import seed
from bot.settings import Settings
from bot.telephony.outbox import SentMessage
from tests.unit.serving import Stand, stand_up


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        await asyncio.to_thread(seed, stand.services)
        yield stand


async def inbox(stand: Stand, page: str) -> list[dict[str, Any]]:
    response = await stand.http.get(page)
    assert response.status_code == 200
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages


async def arrived(stand: Stand, page: str) -> dict[str, Any]:
    for _ in range(300):
        if messages := await inbox(stand, page):
            return messages[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing arrived")


async def test_a_code_arrives_at_the_phone_at_once(stand: Stand) -> None:
    visitor = await stand.visitor()
    begin = stand.services.identification.begin
    await asyncio.to_thread(begin, visitor.conversation, "maria@example.com")

    message = await arrived(stand, "/demo/phones/+12025550143")

    assert message["by"] == "sms"
    assert len(message["code"]) == 6 and message["code"] in message["text"]
    standing = await asyncio.to_thread(
        stand.services.identification.check, visitor.conversation, message["code"]
    )
    assert standing.may_view


async def test_a_code_by_mail_arrives_in_the_mailbox(stand: Stand) -> None:
    visitor = await stand.visitor()
    begin = stand.services.identification.begin
    await asyncio.to_thread(begin, visitor.conversation, "omar@example.com")

    message = await arrived(stand, "/demo/mail/Omar@Example.com")

    assert message["by"] == "email"
    assert message["code"] is not None


async def test_where_nothing_arrived_there_is_nothing(stand: Stand) -> None:
    assert await inbox(stand, "/demo/phones/+12025550188") == []
    assert await inbox(stand, "/demo/mail/nobody@example.com") == []


async def test_the_accounts_are_told_with_their_numbers(stand: Stand) -> None:
    accounts = (await stand.http.get("/demo/accounts")).json()["accounts"]

    assert {"email": "maria@example.com", "language": "es"}.items() <= (
        accounts[0].items()
    )
    assert accounts[1]["phones"] == ["+14155550123", "+14155550199"]


async def test_the_page_runs_nothing_but_its_own_script(stand: Stand) -> None:
    page = await stand.http.get("/", follow_redirects=True)

    assert page.url.path == "/demo"
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    for path in ("/demo/demo.js", "/demo/demo.css"):
        assert path in page.text
        assert (await stand.http.get(path)).status_code == 200


async def test_a_visitor_who_is_signed_in_on_the_website_is_known(
    stand: Stand,
) -> None:
    from bot.chat import identity_token

    token = identity_token(
        stand.services.settings, "maria@example.com", now=stand.clock.now()
    )

    visitor = await stand.visitor(identity_token=token)

    standing = await asyncio.to_thread(
        stand.services.identification.standing, visitor.conversation
    )
    assert standing.signed_in and not standing.may_change


def sent(text: str, purpose: str = "identify") -> SentMessage:
    return SentMessage(text, "sms", purpose, datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("your code is 042042. It expires in 10 minutes.", "042042"),
        ("Your code is: 0, 4, 2, 0, 4, 2. Once more: 0, 4, 2, 0, 4, 2.", "042042"),
        ("Your number ending in 0143 was changed.", None),
        ("call 12025550143", None),
    ],
)
def test_a_code_is_found_written_or_spoken(text: str, code: str | None) -> None:
    assert code_in(sent(text)) == code


def test_only_a_message_that_brings_a_code_has_one() -> None:
    assert code_in(sent("case 042042 is open", purpose="notice")) is None


async def test_health_asks_nobody(stand: Stand) -> None:
    await stand.engine.stop()

    response = await stand.http.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readiness_tells_what_is_missing(stand: Stand) -> None:
    ready = await stand.http.get("/readyz")
    await stand.engine.stop()
    alone = await stand.http.get("/readyz")

    assert ready.json() == {"ready": True, "database": True, "engine": True}
    assert alone.status_code == 503
    assert alone.json() == {"ready": False, "database": True, "engine": False}


async def test_readiness_fails_without_a_database(tmp_path: Path) -> None:
    settings = Settings(
        state_dir=tmp_path, database_url="postgresql://127.0.0.1:1/nowhere"
    )
    services = build_services(settings)
    app = FastAPI()
    app.include_router(health_router(services))

    async with AsyncClient(transport=ASGITransport(app), base_url="http://app") as http:
        response = await http.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] is False
    await services.engine.close()
