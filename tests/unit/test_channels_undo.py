"""The page behind an undo link, over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
import yaml
from httpx import Response

from bot.accounts.models import Account, PhoneNumber, Undo, UndoKind
from bot.accounts.undo_links import UndoLinks
from bot.brand import Brand, load_brand
from bot.channels.page_languages import accepted_language
from bot.channels.undo_page import PAGES, UndoPage
from bot.clock import ManualClock
from bot.language import Language
from bot.seed import seed
from bot.verification.randomness import SystemRandomness
from tests.unit.serving import Stand, stand_up

DAY = 86_400
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}
STRINGS = yaml.safe_load((PAGES / "strings.yml").read_text("utf-8"))
KINDS: tuple[UndoKind, ...] = get_args(UndoKind)


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        await asyncio.to_thread(seed, stand.services)
        yield stand


def link(stand: Stand, kind: UndoKind = "number_removed", **data: str) -> str:
    """The path of a link to take something back of one of the demo's people."""
    services = stand.services
    links = UndoLinks(services.clock, services.settings, SystemRandomness())
    with services.sessions.begin() as session:
        account = session.query(Account).order_by(Account.id).first()
        assert account is not None
        url = links.offer(session, kind, account_id=account.id, **data)
    return url.removeprefix(services.settings.link_base)


def used(stand: Stand) -> list[bool]:
    with stand.services.sessions() as session:
        return [row.used_at is not None for row in session.query(Undo)]


def heading(page: Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found
    return unescape(found[1])


async def test_looking_shows_a_button_and_changes_nothing(stand: Stand) -> None:
    path = link(stand)

    for _ in range(3):
        page = await stand.http.get(path)

    assert page.status_code == 200
    assert '<form method="post"' in page.text and "Take it back" in page.text
    assert "until January 2, 2030, 12:00:00" in page.text
    assert used(stand) == [False]


async def test_the_button_takes_it_back(stand: Stand) -> None:
    path = link(stand)

    page = await stand.http.post(path)

    assert (page.status_code, heading(page)) == (200, "It is done")
    assert used(stand) == [True]


async def arrived(stand: Stand, pattern: str) -> str:
    """What a message to James's number holds, as soon as one does."""
    for _ in range(300):
        sent = await asyncio.to_thread(stand.services.outbox.sent_to, "+14155550123")
        if found := re.findall(pattern, "\n".join(each.text for each in sent)):
            return str(found[-1])
        await asyncio.sleep(0.01)
    raise AssertionError("nothing arrived")


async def test_a_link_from_a_real_notice_brings_the_number_back(stand: Stand) -> None:
    services, chat = stand.services, (await stand.visitor()).conversation
    await asyncio.to_thread(services.identification.begin, chat, "james@example.com")
    code = await arrived(stand, r"\b\d{6}\b")
    await asyncio.to_thread(services.identification.check, chat, code)
    await asyncio.to_thread(services.phone_numbers.remove, chat, "1")
    path = await arrived(stand, r"/undo/[\w-]{43}")

    page = await stand.http.post(path)

    assert page.status_code == 200
    with services.sessions() as session:
        (row,) = session.query(PhoneNumber).filter_by(masked="•••-•••-0123")
        assert (row.state, row.gets_codes) == ("verified", True)


async def test_pressing_twice_is_friendly(stand: Stand) -> None:
    path = link(stand)
    await stand.http.post(path)

    again, looked = await stand.http.post(path), await stand.http.get(path)

    for page in (again, looked):
        assert (page.status_code, heading(page)) == (200, "This was taken back already")
        assert "<form" not in page.text


async def test_a_link_that_is_too_old_is_gone(stand: Stand) -> None:
    path = link(stand)
    stand.clock.move(DAY)

    for page in (await stand.http.get(path), await stand.http.post(path)):
        assert (page.status_code, heading(page)) == (410, "This link is too old")
    assert used(stand) == [False]


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "%00", "%C3%B1", "%F0%9F%98%80", "A" * 3000]
)
async def test_a_link_that_nobody_was_sent_is_not_found(
    stand: Stand, token: str
) -> None:
    for ask in (stand.http.get, stand.http.post):
        page = await ask(f"/undo/{token}")

        assert (page.status_code, heading(page)) == (404, "We don't know this link")


async def test_what_cannot_be_taken_back_says_so(stand: Stand) -> None:
    path = link(stand, old_id="gone")

    page = await stand.http.post(path)

    assert page.status_code == 409
    assert heading(page) == "This cannot be taken back any more"
    assert used(stand) == [False]


async def test_no_page_is_kept_passed_on_or_found(stand: Stand) -> None:
    path = link(stand)
    pages = [
        await stand.http.get(path),
        await stand.http.get("/undo/x"),
        await stand.http.post(path),
    ]

    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert 'name="robots" content="noindex, nofollow"' in page.text


async def test_nothing_runs_in_a_page_and_its_style_is_served(stand: Stand) -> None:
    path = link(stand)
    page = await stand.http.get(path)

    assert not re.search(r"<script|<style|style=|\son\w+=", page.text)
    assert path.rpartition("/")[2] not in page.text
    style = await stand.http.get(str(page.url.join("undo.css").raw_path, "ascii"))
    assert style.headers["content-type"].startswith("text/css")


async def test_a_page_speaks_the_browsers_language(stand: Stand) -> None:
    path = link(stand)

    page = await stand.http.get(path, headers=SPANISH)

    assert heading(page) == "¿Fue usted?" and '<html lang="es">' in page.text


async def test_a_page_is_switched_to_the_other_language(stand: Stand) -> None:
    path = link(stand)
    page = await stand.http.get(path, headers=SPANISH)
    assert 'href="?language=en"' in page.text

    switched = await stand.http.get(f"{path}?language=en", headers=SPANISH)

    assert heading(switched) == "Was this you?"
    assert 'action="?language=en"' in switched.text


@pytest.mark.parametrize("chosen", ["fr", "", "<script>"])
async def test_a_language_that_is_not_spoken_changes_nothing(
    stand: Stand, chosen: str
) -> None:
    page = await stand.http.get(link(stand), params={"language": chosen})

    assert page.status_code == 200 and "<script>" not in page.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-419", "es"),
        ("en-US,es;q=0.5", "en"),
        ("en;q=0.1,es;q=0.5", "es"),
        ("en; q=0.1, es; q=0.5", "es"),
        ("fr,es;q=0.2", "es"),
        ("fr", "en"),
        ("es;q=0", "en"),
        ("es;q=x", "en"),
        (";;;,,,q=", "en"),
        ("ES", "es"),
    ],
)
def test_the_language_liked_best_is_found(header: str, language: Language) -> None:
    assert accepted_language(header, default="en") == language


async def test_every_kind_can_be_taken_back(stand: Stand) -> None:
    assert stand.services.undoing.kinds == set(KINDS)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_worded(
    kind: UndoKind, language: Language, clock: ManualClock
) -> None:
    page = UndoPage(load_brand())

    asked = page.question(kind, language, until=clock.now())
    done = page.done(kind, language)

    for text in (asked, done):
        assert load_brand().name in text and "{" not in text and "$" not in text
    for part in ("what", "effect", "button"):
        said = STRINGS[part][kind][language].format(brand=load_brand().name)
        assert said in unescape(asked)


def test_a_brand_is_never_read_as_markup(clock: ManualClock) -> None:
    hostile = "<img src=x onerror=alert(1)> & {code} $token"
    brand = Brand(**{**vars(load_brand()), "name": hostile, "support_url": '"><b>'})

    page = UndoPage(brand).question("deletion", "en", until=clock.now())

    assert "<img" not in page and "<b>" not in page
    assert hostile in unescape(page)
