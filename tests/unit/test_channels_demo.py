import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from bot.assembly import build_services
from bot.channels.demo_page import PAGES, TEXT
from bot.channels.demo_shapes import code_in
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


async def test_the_page_runs_nothing_but_its_own_files(stand: Stand) -> None:
    page = await stand.http.get("/demo", follow_redirects=True)

    assert page.url.path == "/"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    for path in re.findall(r'(?:src|href)="(/demo/[^"#]+)"', page.text):
        file = await stand.http.get(path)
        assert file.status_code == 200, path
        assert file.headers["x-content-type-options"] == "nosniff", path


async def test_every_file_that_a_script_imports_is_served(stand: Stand) -> None:
    for script in sorted(PAGES.glob("*.js")):
        imported = re.findall(r'from "\./([\w.]+)"', script.read_text("utf-8"))
        for name in [script.name, *imported]:
            assert (await stand.http.get(f"/demo/{name}")).status_code == 200, name


async def test_no_script_writes_markup(stand: Stand) -> None:
    for script in PAGES.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b",
            script.read_text("utf-8"),
        ), script


async def test_the_chat_is_embedded_as_on_any_website(stand: Stand) -> None:
    page = (await stand.http.get("/", params={"language": "es"})).text

    tag = '<script type="module" src="/widget.js" data-language="es"></script>'
    assert tag in page and '<html lang="es">' in page


async def test_the_page_speaks_the_language_of_the_browser(stand: Stand) -> None:
    async def heading(accepted: str, **asked: str) -> str:
        headers = {"Accept-Language": accepted}
        page = await stand.http.get("/", headers=headers, params=asked)
        return page.text.partition("<h1")[2].partition("</h1>")[0]

    assert "Lose a code" in await heading("en-US")
    assert "Pierda un código" in await heading("es-PR,en;q=0.5")
    assert "Pierda un código" in await heading("en-US", language="es")


async def test_the_page_says_that_everything_is_made_up(stand: Stand) -> None:
    page = (await stand.http.get("/")).text

    assert "Everyone and everything here is made up." in page
    assert page.count(">Made up<") == 2 and "Made-up website" in page


async def test_every_text_of_the_page_is_there_in_both_languages(
    stand: Stand,
) -> None:
    words = (await stand.http.get("/demo/strings.json")).json()
    scripts = "".join(path.read_text("utf-8") for path in PAGES.glob("*.js"))
    page = (PAGES / "index.html").read_text("utf-8")

    assert words["en"].keys() == words["es"].keys()
    assert all(text.strip() for texts in words.values() for text in texts.values())
    in_page = re.findall(r'data-(?:say|label)="([\w.]+)"', page)
    in_scripts = re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', scripts)
    named = {name for name in in_scripts if name.split(".")[0] in top_names(words)}
    assert {*in_page, *named} <= words["en"].keys()
    # Where the server does not find a place, it would stay empty until a script runs.
    assert len(TEXT.findall(page)) == page.count("data-say=")


def top_names(words: dict[str, dict[str, str]]) -> set[str]:
    return {name.split(".")[0] for name in words["en"]}


async def test_each_text_has_the_same_blanks_in_both_languages(stand: Stand) -> None:
    words = (await stand.http.get("/demo/strings.json")).json()

    for name, text in words["en"].items():
        blanks = re.findall(r"{\w+}", text)
        assert sorted(blanks) == sorted(re.findall(r"{\w+}", words["es"][name])), name


async def test_the_made_up_website_says_who_is_signed_in(stand: Stand) -> None:
    answer = await stand.http.post("/demo/identity", json={"email": "linh@example.com"})

    vouched = answer.json()
    left = datetime.fromisoformat(vouched["expires_at"]) - stand.clock.now()
    assert timedelta() < left <= timedelta(minutes=10)
    visitor = await stand.visitor(identity_token=vouched["token"])
    standing = await asyncio.to_thread(
        stand.services.identification.standing, visitor.conversation
    )
    assert standing.signed_in and not standing.may_change


@pytest.mark.parametrize("path", ["/demo/identity", "/demo/sign-in"])
async def test_nobody_signs_in_to_an_account_that_is_not_there(
    stand: Stand, path: str
) -> None:
    answer = await stand.http.post(path, json={"email": "nobody@example.com"})

    assert answer.status_code == 404
    assert answer.json()["type"].endswith(":demo-account-unknown")


async def test_a_code_of_the_sign_in_page_signs_in_once(stand: Stand) -> None:
    linh = {"email": "linh@example.com"}
    sent = await stand.http.post("/demo/sign-in", json=linh)
    message = await arrived(stand, "/demo/phones/+13125550188")
    typed = linh | {"code": message["code"]}

    wrong = await stand.http.post("/demo/sign-in/code", json=linh | {"code": "0"})
    first = await stand.http.post("/demo/sign-in/code", json=typed)
    second = await stand.http.post("/demo/sign-in/code", json=typed)

    assert sent.json() == {"to": "•••-•••-0188", "by": "sms"}
    assert [wrong.status_code, first.status_code, second.status_code] == [409, 200, 409]
    assert first.json()["token"]


async def test_the_sign_in_page_can_send_again_at_once(stand: Stand) -> None:
    for _ in range(20):
        sent = await stand.http.post(
            "/demo/sign-in", json={"email": "omar@example.com"}
        )

        assert sent.json() == {"to": "o•••@example.com", "by": "email"}


async def test_what_the_chat_sends_waits_for_no_code_of_the_sign_in_page(
    stand: Stand,
) -> None:
    linh = {"email": "linh@example.com"}
    token = (await stand.http.post("/demo/identity", json=linh)).json()["token"]
    visitor = await stand.visitor(identity_token=token)
    await stand.http.post("/demo/sign-in", json=linh)

    sent = await asyncio.to_thread(
        stand.services.identification.begin_known, visitor.conversation
    )

    assert sent.to_masked == "•••-•••-0188"


async def test_a_text_to_ana_is_held_back_and_the_chat_can_say_so(
    stand: Stand,
) -> None:
    ana = {"email": "ana@example.com"}
    token = (await stand.http.post("/demo/identity", json=ana)).json()["token"]
    visitor = await stand.visitor(identity_token=token)
    stand.clock.move(86_400)
    await stand.http.post("/demo/sign-in", json=ana)
    token = (await stand.http.post("/demo/identity", json=ana)).json()["token"]
    visitor = await stand.visitor(identity_token=token)

    report = await asyncio.to_thread(stand.services.history.last, visitor.conversation)

    assert (report.outcome, report.cause) == ("undelivered", "filtered")
    assert (report.age, report.next_best) == (0, "voice")
    assert await inbox(stand, "/demo/phones/+17875550110") == []


async def test_a_code_by_call_finishes_the_story_of_the_lost_one(
    stand: Stand,
) -> None:
    ana = {"email": "ana@example.com"}
    token = (await stand.http.post("/demo/identity", json=ana)).json()["token"]
    visitor = await stand.visitor(identity_token=token)
    await stand.http.post("/demo/sign-in", json=ana)
    again = stand.services.identification.resend_sign_in
    await asyncio.to_thread(again, visitor.conversation, by="voice")
    message = await arrived(stand, "/demo/phones/+17875550110")

    taken = await stand.http.post(
        "/demo/sign-in/code", json=ana | {"code": message["code"]}
    )

    assert message["by"] == "voice" and taken.status_code == 200


async def test_what_arrives_anywhere_is_told_with_its_address(stand: Stand) -> None:
    for email in ("linh@example.com", "omar@example.com", "ana@example.com"):
        await stand.http.post("/demo/sign-in", json={"email": email})
    await arrived(stand, "/demo/mail/omar@example.com")
    await arrived(stand, "/demo/phones/+13125550188")

    messages = (await stand.http.get("/demo/arrivals")).json()["messages"]

    told = {(message["to"], message["by"]) for message in messages}
    assert told == {("+13125550188", "sms"), ("omar@example.com", "email")}
    assert len({message["id"] for message in messages}) == 2
    assert all(message["code"] in message["text"] for message in messages)


async def test_accounts_tell_the_number_that_gets_codes(stand: Stand) -> None:
    accounts = (await stand.http.get("/demo/accounts")).json()["accounts"]

    numbers = {account["email"]: account["gets_codes"] for account in accounts}
    assert numbers["james@example.com"] == "+14155550123"
    assert numbers["omar@example.com"] is None


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
