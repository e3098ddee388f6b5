"""Visits over HTTP: cookie and token, who is there, and the end of a conversation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat import identity_token
from bot.clock import ManualClock
from bot.conversations.lines import Line
from bot.seed import seed
from tests.unit.browsing import Browser
from tests.unit.serving import Stand, stand_up
from tests.unit.test_channels_web import assert_problem

MARIA, OMAR = "maria@example.com", "omar@example.com"


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(
        tmp_path, clock, embed_origins=("https://www.example.com",)
    ) as stand:
        yield stand


async def arrive(stand: Stand) -> Browser:
    """A browser that has visited once."""
    browser = Browser(stand.http)
    await browser.visit()
    return browser


async def test_a_visit_tells_what_a_widget_needs(stand: Stand) -> None:
    response = await Browser(stand.http).visit(language="es")

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert {
        "resumed": False,
        "language": "es",
        "owner": "bot",
        "message_length": 1000,
        "embed_origins": ["https://www.example.com"],
        "rated": False,
        "expires_at": "2030-01-01T12:15:00Z",
        "expires_in": 900,
    }.items() <= told.items()
    assert told["brand"]["name"] == stand.services.brand.name
    assert told["brand"]["disclaimer"] == stand.services.brand.disclaimer["es"]
    assert told["countries"][0] == {
        "region": "US",
        "calling_code": "1",
        "name": "Estados Unidos",
    }
    assert len(told["countries"]) == len(stand.services.settings.countries)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    stand: Stand,
) -> None:
    response = await Browser(stand.http).visit()

    name, *attributes = response.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-switchboard=") and len(name) > 60
    assert set(attributes) == {
        *("Path=/", "Max-Age=86400", "HttpOnly", "Secure"),
        *("SameSite=None", "Partitioned"),
    }


async def test_who_comes_back_finds_everything(stand: Stand) -> None:
    browser = await arrive(stand)
    seq = await browser.say("hello")
    await browser.answer(seq)
    tab = browser.other_tab()

    response = await tab.visit()

    assert response.status_code == 200
    assert response.json()["resumed"] is True
    assert tab.conversation == browser.conversation
    assert len(await tab.read()) == 2


async def test_the_page_s_language_does_not_change_a_conversation_s(
    stand: Stand,
) -> None:
    browser = await arrive(stand)
    response = await browser.other_tab().visit(language="es")

    assert response.json()["language"] == "en"


async def test_a_fresh_conversation_has_nothing_of_the_old_one(stand: Stand) -> None:
    browser = await arrive(stand)
    await browser.say("hello")
    tab, old = browser.other_tab(), browser.conversation

    response = await tab.visit(fresh=True)

    assert response.status_code == 201
    assert tab.conversation != old
    assert await tab.read() == []
    refused = await stand.http.get("/api/web/messages", headers=browser.headers)
    assert_problem(refused, 401)


async def test_a_tab_with_the_cookie_of_a_moment_ago_is_told_to_come_again(
    stand: Stand,
) -> None:
    browser = await arrive(stand)
    first, second = browser.other_tab(), browser.other_tab()
    await first.visit(fresh=True)

    response = await second.visit()

    assert_problem(response, 503, "1 second")
    assert response.headers["retry-after"] == "1"
    assert "set-cookie" not in response.headers
    second.cookie = first.cookie
    await second.visit()
    assert second.conversation == first.conversation


async def test_a_stream_ends_when_its_session_is_revoked(stand: Stand) -> None:
    browser = await arrive(stand)
    async with stand.http.stream(
        "GET", "/api/web/events", headers=browser.headers
    ) as response:
        await browser.other_tab().visit(fresh=True)

        await asyncio.wait_for(response.aread(), 5)


@pytest.mark.parametrize(
    "body",
    [
        {"language": "fr"},
        {"fresh": "yes"},
        {"conversation": "c"},
        {"identity_token": "x"},
        [],
        None,
    ],
)
async def test_a_visit_of_another_shape_is_refused(stand: Stand, body: Any) -> None:
    response = await Browser(stand.http).send("POST", "visit", json=body)

    assert_problem(response, 422)
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("cookie", ["x" * 5000, '"', "a=b", "%00", "..."])
async def test_a_cookie_that_is_none_opens_another_conversation(
    stand: Stand, cookie: str
) -> None:
    response = await Browser(stand.http, cookie).visit()

    assert response.status_code == 201


async def identify(stand: Stand, browser: Browser, email: str) -> int:
    """Let the website vouch for somebody; gives the answer's status."""
    token = identity_token(stand.services.settings, email, now=stand.clock.now())
    response = await browser.send("POST", "identity", json={"identity_token": token})
    return browser.keep(response).status_code


def is_signed_in(stand: Stand, conversation: str) -> bool:
    return stand.services.identification.standing(conversation).signed_in


async def test_a_visitor_who_is_signed_in_on_the_website_is_known(stand: Stand) -> None:
    browser = await arrive(stand)
    await asyncio.to_thread(seed, stand.services)
    before, chat, old_headers = browser.cookie, browser.conversation, browser.headers

    assert await identify(stand, browser, MARIA) == 200

    assert browser.conversation == chat
    assert is_signed_in(stand, chat)
    assert browser.cookie != before
    refused = await stand.http.get("/api/web/messages", headers=old_headers)
    assert_problem(refused, 401)
    assert_problem(await Browser(stand.http, before).visit(), 503)


async def test_a_website_may_tell_on_every_page_who_is_there(stand: Stand) -> None:
    browser = await arrive(stand)
    await asyncio.to_thread(seed, stand.services)
    await identify(stand, browser, MARIA)
    tab, before = browser.other_tab(), browser.cookie
    await tab.visit()

    assert await identify(stand, tab, MARIA) == 200

    # Had the answer been lost, the cookie from before would still do.
    assert tab.cookie == before
    assert await browser.read() == []
    stand.clock.move(899)
    await tab.visit()
    assert is_signed_in(stand, tab.conversation)
    stand.clock.move(1)
    await identify(stand, tab, MARIA)
    assert tab.cookie != before, "what was proved had ended"


async def test_the_same_person_stays_in_the_same_conversation(stand: Stand) -> None:
    browser = await arrive(stand)
    await asyncio.to_thread(seed, stand.services)
    chat = browser.conversation
    for _ in range(2):
        await identify(stand, browser, MARIA)
        stand.clock.move(800)

    assert browser.conversation == chat


@pytest.mark.parametrize("later", [0, 400_000])
async def test_another_person_reads_nothing_of_the_first(
    stand: Stand, later: int
) -> None:
    browser = await arrive(stand)
    await asyncio.to_thread(seed, stand.services)
    await identify(stand, browser, MARIA)
    await browser.say("I have lost my phone")
    marias = browser.conversation
    for _ in range(later // 80_000):
        stand.clock.move(80_000)
        await browser.visit()
    # What was proved is forgotten after a while, but not that it was.
    await asyncio.to_thread(stand.services.retention.purge)

    assert await identify(stand, browser, OMAR) == 200

    assert browser.conversation != marias
    assert await browser.read() == []
    assert is_signed_in(stand, browser.conversation)
    await browser.visit()
    assert browser.conversation != marias


async def test_asking_for_another_s_code_is_not_being_somebody_else(
    stand: Stand,
) -> None:
    browser = await arrive(stand)
    await asyncio.to_thread(seed, stand.services)
    chat = browser.conversation
    for contact in (OMAR, "nobody@example.com"):
        await asyncio.to_thread(stand.services.identification.begin, chat, contact)

        await identify(stand, browser, MARIA)

        # Else the answer would tell whether there is such an account.
        assert browser.conversation == chat


@pytest.mark.parametrize("token", ["x", "", "e30.e30.e30", "ñ"])
async def test_a_token_that_proves_nothing_changes_nothing(
    stand: Stand, token: str
) -> None:
    browser = await arrive(stand)
    response = await browser.send("POST", "identity", json={"identity_token": token})

    assert_problem(response, 401, "identity token")
    assert "set-cookie" not in response.headers
    assert await browser.read() == []
    assert (await browser.other_tab().visit()).json()["resumed"]


async def test_forgetting_deletes_everything_that_the_assistant_was_told(
    stand: Stand,
) -> None:
    browser = await arrive(stand)
    await browser.answer(await browser.say("hello"))
    await browser.send("POST", "rating", json={"score": 2, "comment": "Slow"})
    old = browser.other_tab()

    response = await browser.send("DELETE", "conversation")

    assert response.json() == {"forgotten": "everything"}
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert stand.engine.forgotten == [browser.conversation]
    refused = await stand.http.get("/api/web/messages", headers=browser.headers)
    assert_problem(refused, 401)
    assert (await old.visit()).json()["resumed"] is False


async def test_what_the_team_was_told_stays_with_the_team(stand: Stand) -> None:
    browser = await arrive(stand)
    await browser.answer(await browser.say("hello"))
    stand.services.ownership.take_over(browser.conversation, name="Ada")

    response = await browser.send("DELETE", "conversation")

    assert response.json() == {"forgotten": "device"}
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert stand.engine.forgotten == []
    thread = stand.services.conversations.read(browser.conversation)
    assert thread.messages[-1].kind == "left"
    refused = await stand.http.get("/api/web/messages", headers=browser.headers)
    assert_problem(refused, 401)


async def test_a_stream_ends_when_the_conversation_is_forgotten(stand: Stand) -> None:
    browser = await arrive(stand)
    async with stand.http.stream(
        "GET", "/api/web/events", headers=browser.headers
    ) as response:
        await browser.send("DELETE", "conversation")

        await asyncio.wait_for(response.aread(), 5)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "identity", {"identity_token": "x"}),
        ("POST", "language", {"language": "es"}),
        ("POST", "rating", {"score": 5}),
        ("DELETE", "conversation", None),
    ],
)
async def test_nobody_asks_for_it_with_the_cookie_alone(
    stand: Stand, method: str, path: str, body: Any
) -> None:
    browser = await arrive(stand)
    browser.headers = {}

    assert_problem(await browser.send(method, path, json=body), 401)


async def test_a_language_that_is_chosen_stays(stand: Stand) -> None:
    browser = await arrive(stand)
    response = await browser.send("POST", "language", json={"language": "es"})
    await browser.answer(await browser.say("hello, I need a new phone number"))

    assert (response.status_code, response.content) == (204, b"")
    assert (await browser.visit()).json()["language"] == "es"


async def test_a_rating_is_taken(stand: Stand) -> None:
    browser = await arrive(stand)
    for score in (1, 5):
        given = {"score": score, "comment": "call 202 555 0143"}
        response = await browser.send("POST", "rating", json=given)
        assert (response.status_code, response.content) == (204, b"")

    assert (await browser.visit()).json()["rated"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"score": 0},
        {"score": 6},
        {"score": "5"},
        {"score": 2.5},
        {"score": True},
        {"comment": "x"},
        {"score": 5, "comment": "x" * 501},
        {"score": 5, "owner": "agent"},
    ],
)
async def test_a_rating_of_another_shape_is_refused(
    stand: Stand, body: dict[str, Any]
) -> None:
    browser = await arrive(stand)
    assert_problem(await browser.send("POST", "rating", json=body), 422)


async def test_an_article_is_read_in_paragraphs(stand: Stand) -> None:
    for language in ("en", "es"):
        response = await stand.http.get(
            "/api/web/articles/A5", params={"language": language}
        )
        article = stand.services.articles.article("A5", language)
        assert response.json() == {
            "id": "A5",
            "title": article.title,
            "language": language,
            "paragraphs": article.text.split("\n\n"),
            "url": "https://help.id.example.com/A5",
            "reviewed": str(article.reviewed),
        }
    default = await stand.http.get("/api/web/articles/A5")
    assert default.json()["language"] == "en"


@pytest.mark.parametrize("name", ["A99", "a5", "..%2f..%2fREADME", "A5.en", "%00"])
async def test_an_article_that_is_none_is_a_problem(stand: Stand, name: str) -> None:
    response = await stand.http.get(f"/api/web/articles/{name}")

    assert_problem(response, 404)


async def test_a_line_of_the_team_has_no_name_of_the_visitor_s(stand: Stand) -> None:
    browser = await arrive(stand)
    await browser.answer(await browser.say("hello", "mine"))
    stand.services.conversations.add(browser.conversation, Line("Hi"), author="agent")

    assert [line["client_id"] for line in await browser.read()] == [
        *("mine", None, None)
    ]
