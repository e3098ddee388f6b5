"""What is too long or too secret for a text is read on the web, by a link, once."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.conversations.lines import Line
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.telephony.segments import is_gsm7, segments
from bot.texting.errors import LinkExpired, LinkUnknown, LinkUsed
from bot.texting.linking import ALPHABET, SYMBOLS, Linking
from bot.texting.models import WebLink
from bot.verification.randomness import SystemRandomness
from tests.unit.browsing import Browser
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import Phone
from tests.unit.world import at_once

PUBLIC = "https://help.long-name-of-a-brand.example.com"
LINK = re.compile(rf"{re.escape(PUBLIC)}(/c/(\w+))")
LONG = {"text": "words " * 60}


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock(), public_url=PUBLIC) as stand:
        yield stand


@pytest.fixture
def phone(stand: Stand) -> Phone:
    return Phone(stand)


def path_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[1]


def conversation_id(stand: Stand) -> str:
    with stand.services.sessions() as session:
        return session.scalars(select(Conversation.id)).one()


async def follow(stand: Stand, text: str) -> list[dict[str, Any]]:
    """Press the button behind a text's link; gives what the chat shows then."""
    response = await stand.http.post(path_in(text))
    assert response.status_code == 303
    assert response.headers["location"] == "/widget/frame"
    browser = Browser(stand.http)
    browser.cookie = response.headers["set-cookie"].split(";")[0].partition("=")[2]
    assert (await browser.visit()).status_code == 200
    assert browser.conversation == conversation_id(stand)
    return await browser.read()


def test_a_link_is_hard_to_guess() -> None:
    assert len(ALPHABET) ** SYMBOLS >= 2**40


async def test_what_is_too_long_is_a_link_to_it(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")

    lines = await follow(stand, text)

    assert lines[-1]["text"] == LONG["text"]
    assert segments(text) <= 2 and is_gsm7(text)


async def test_what_is_short_stays_beside_the_link(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [{"text": "Before"}, LONG, LONG, {"text": "After"}]
    (text,) = await phone.say("hello")

    assert text.startswith("Before\n") and text.endswith("\nAfter")
    assert len(LINK.findall(text)) == 1


async def test_the_link_speaks_the_language(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hola, buenos días")

    assert "muy largo" in text
    page = await stand.http.get(path_in(text), headers={"Accept-Language": "es"})
    assert "Ver la conversación" in page.text


async def test_looking_uses_nothing_up(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    for _ in range(3):
        page = await stand.http.get(path_in(text))
        assert (page.status_code, "words words" in page.text) == (200, False)

    assert (await stand.http.post(path_in(text))).status_code == 303


async def test_a_link_works_once(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    await stand.http.post(path_in(text))

    for ask in (stand.http.get, stand.http.post):
        page = await ask(path_in(text))
        assert (page.status_code, "words words" in page.text) == (410, False)


async def test_a_link_works_for_ten_minutes(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (first,) = await phone.say("hello")
    (second,) = await phone.say("hello")
    stand.clock.move(599)
    assert (await stand.http.post(path_in(first))).status_code == 303
    stand.clock.move(1)

    assert (await stand.http.get(path_in(second))).status_code == 410
    assert (await stand.http.post(path_in(second))).status_code == 410


@pytest.mark.parametrize("code", ["A", "0" * 12, "%00", "x" * 5000, "ñ", "../web"])
async def test_a_made_up_link_leads_nowhere(stand: Stand, code: str) -> None:
    for ask in (stand.http.get, stand.http.post):
        assert (await ask(f"/c/{code}")).status_code in (404, 405)


async def test_a_link_may_be_typed_by_hand(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    code = path_in(text).removeprefix("/c/").lower().replace("0", "o").replace("1", "l")

    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    assert stand.services.linking.redeem(typed) == conversation_id(stand)


async def test_the_page_is_kept_and_passed_on_by_nobody(
    stand: Stand, phone: Phone
) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    for ask in (stand.http.get, stand.http.post):
        page = await ask(path_in(text))

        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy
        assert path_in(text).removeprefix("/c/") not in page.text


async def test_whoever_followed_a_link_goes_on_in_the_conversation(
    stand: Stand, phone: Phone
) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    response = await stand.http.post(path_in(text))
    browser = Browser(stand.http)
    browser.cookie = response.headers["set-cookie"].split(";")[0].partition("=")[2]
    await browser.visit()
    stand.engine.replies = [{"text": "On the web."}]

    answer = await browser.answer(await browser.say("and here?"))

    assert answer["text"] == "On the web."
    assert "On the web." not in phone.arrived()[-1]


async def test_the_code_is_stored_as_its_hash(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")

    with stand.services.sessions() as session:
        (link,) = session.scalars(select(WebLink))
    assert path_in(text).removeprefix("/c/") not in link.code_hash
    assert len(link.code_hash) == 64


async def test_a_forgotten_conversation_s_link_leads_nowhere(
    stand: Stand, phone: Phone
) -> None:
    stand.engine.replies = [LONG]
    (text,) = await phone.say("hello")
    await stand.services.forgetting.forget(conversation_id(stand))

    assert (await stand.http.post(path_in(text))).status_code == 404


def show(stand: Stand, kind: Any, body: dict[str, Any]) -> dict[str, str]:
    chat, showings = conversation_id(stand), stand.services.showings
    with stand.services.sessions.begin() as session:
        return {"showing": showings.put(session, chat, kind, body)}


async def test_a_secret_is_shown_by_its_link_and_never_texted(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    stand.engine.go_on.clear()
    await phone.text("set up an app")
    while phone.unread():
        await asyncio.sleep(0.005)
    body = {"secret": "JBSW Y3DP", "qr_svg": "<svg></svg>"}
    shown = show(stand, "totp", body)
    stand.engine.replies = [{"text": "Here it is.", "custom": shown}]
    stand.engine.go_on.set()
    await phone.settle()

    text = phone.arrived()[-1]
    assert "JBSW" not in text and "Here it is" not in text
    (line,) = [each for each in await follow(stand, text) if "secret" in each["data"]]
    assert line["data"]["secret"]["secret"] == "JBSW Y3DP"


async def test_a_secret_that_was_seen_is_gone_once_the_talk_goes_on(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    shown = show(stand, "recovery_codes", {"codes": ["AAAA-BBBB"]})
    line = Line("Codes:", data=shown)
    for _ in range(2):
        stand.services.conversations.add(conversation_id(stand), line, author="bot")
    await phone.settle()
    first, second = phone.arrived()[-2:]

    assert "AAAA-BBBB" in str(await follow(stand, first))
    await phone.say("and now?")
    assert "AAAA-BBBB" not in str(await follow(stand, second))


def test_of_fifty_who_follow_a_link_at_once_one_gets_in(
    each_database: Sessions, clock: ManualClock
) -> None:
    linking = Linking(each_database, clock, SystemRandomness(), base=PUBLIC)
    with each_database.begin() as session:
        now = clock.now()
        values = {"channel": "sms", "language": "en", "created_at": now, "last_at": now}
        session.add(Conversation(id="chat", **values))
        session.flush()
        code = linking.issue(session, "chat").rpartition("/")[2]

    results = at_once(lambda _: linking.redeem(code))

    assert results.count("chat") == 1
    assert results.count(LinkUsed) == 49


def test_links_that_are_long_over_are_deleted(
    sessions: Sessions, clock: ManualClock
) -> None:
    linking = Linking(sessions, clock, SystemRandomness(), base=PUBLIC)
    with sessions.begin() as session:
        now = clock.now()
        values = {"channel": "sms", "language": "en", "created_at": now, "last_at": now}
        session.add(Conversation(id="chat", **values))
        session.flush()
        code = linking.issue(session, "chat").rpartition("/")[2]
    clock.move(600)
    with pytest.raises(LinkExpired):
        linking.redeem(code)
    assert linking.forget_expired() == 0
    clock.move(86_401)

    assert linking.forget_expired() == 1
    with pytest.raises(LinkUnknown):
        linking.look(code)
