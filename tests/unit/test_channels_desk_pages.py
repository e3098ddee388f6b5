"""The desk's pages over HTTP: headers, doors, roles, languages, escaping, forms."""

import re
from collections.abc import AsyncIterator
from html import escape, unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.fetching import MISSED
from bot.agents.models import Role
from bot.channels.desk.deeds import inside
from bot.channels.desk.gate import COOKIE
from bot.channels.desk.wording import FOLDER, read_texts
from bot.documents import parse
from bot.handoff.desk import BY_HAND
from bot.seed import seed
from tests.security.payloads import PAYLOADS
from tests.unit.desk_stand import Agent, DeskStand, desk_up

PAGES = (
    "",
    "/mine",
    "/all",
    "/search",
    "/search?q=person",
    "/review",
    "/cases",
    "/team",
    "/insights",
    "/audit",
)
# Beside signing out and choosing keys: what an auditor must not find.
CHANGES = re.compile(r'method="post" action="(?!/desk/sign-out)')


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStand]:
    async with desk_up(tmp_path, messages_per_minute=1000) as desk:
        yield desk


async def get(agent: Agent, path: str, **headers: str) -> httpx.Response:
    return await agent.http.get(f"/desk{path}", headers=agent.headers | headers)


async def send(agent: Agent, path: str, **fields: str) -> httpx.Response:
    """What the form of an agent's own page sends."""
    form = {"csrf": agent.me.get("csrf", ""), **fields}
    return await agent.http.post(f"/desk{path}", data=form, headers=agent.headers)


async def test_every_page_is_kept_by_nobody_and_runs_nothing_but_our_scripts(
    desk: DeskStand,
) -> None:
    sam = await desk.agent("Sam", "supervisor")
    paths = (*PAGES, f"/conversations/{desk.waiting()}", "/conversations/unknown")

    for path in paths:
        response = await get(sam, path)

        assert {
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
        }.items() <= response.headers.items(), path
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert not re.search(r"<script(?! type=\"module\" src=)", response.text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=", response.text), path


async def test_without_a_session_every_page_is_the_door(desk: DeskStand) -> None:
    chat = desk.waiting()
    stranger = Agent(desk.stand.http)

    for path in (*PAGES, f"/conversations/{chat}"):
        response = await get(stranger, path)

        assert response.status_code == 303, path
        assert response.headers["location"].startswith("/desk/sign-in"), path
        assert chat not in response.text
    response = await send(stranger, f"/conversations/{chat}/take")
    assert response.headers["location"] == "/desk/sign-in"
    assert desk.stand.services.conversations.read(chat).owner == "queue"


async def test_the_door_opens_with_all_three_and_leads_back(desk: DeskStand) -> None:
    given = desk.credentials(desk.add("Lee"))
    stranger = Agent(desk.stand.http)

    form = await get(stranger, "/sign-in?next=/desk/all")
    assert 'name="next" value="/desk/all"' in form.text
    response = await send(stranger, "/sign-in", next="/desk/all", **given)

    assert response.status_code == 303
    assert response.headers["location"] == "/desk/all"
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for attribute in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
        assert attribute in cookie


async def test_whatever_is_wrong_is_refused_in_the_same_words(desk: DeskStand) -> None:
    given = desk.credentials(desk.add("Lee"))
    stranger = Agent(desk.stand.http)
    pages = []

    for wrong in ({"password": "another one"}, {"code": "000000"}, {"email": "x@y.zz"}):
        response = await send(stranger, "/sign-in", **{**given, **wrong})
        assert response.status_code == 401
        assert "set-cookie" not in response.headers
        pages.append(response.text.replace("x@y.zz", given["email"]))

    assert len(set(pages)) == 1
    assert "do not fit together" in pages[0]
    assert given["password"] not in pages[0]


async def test_another_website_can_sign_nobody_in(desk: DeskStand) -> None:
    given = desk.credentials(desk.add("Lee"))

    response = await desk.stand.http.post(
        "/desk/sign-in", data=given, headers={"Origin": "https://evil.example"}
    )

    assert (
        response.status_code == 403 or response.headers["location"] == "/desk/sign-in"
    )
    assert "set-cookie" not in response.headers


async def test_a_form_needs_the_secret_of_its_session(desk: DeskStand) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting()

    for secret in ("", "wrong"):
        response = await send(lee, f"/conversations/{chat}/take", csrf=secret)
        assert response.status_code == 403
    assert desk.stand.services.conversations.read(chat).owner == "queue"


async def test_an_auditor_sees_everything_and_no_button_that_changes_it(
    desk: DeskStand,
) -> None:
    seed(desk.stand.services)
    kim, chat = await desk.agent("Kim", "auditor"), desk.waiting(proved=True)

    for path in (
        *(each for each in PAGES if each != "/mine"),
        f"/conversations/{chat}",
    ):
        response = await get(kim, path)
        assert response.status_code == 200, path
        assert not CHANGES.search(response.text), path
    assert (await get(kim, "/mine")).status_code == 403
    response = await send(kim, f"/conversations/{chat}/take")
    assert response.status_code == 403
    assert desk.stand.services.conversations.read(chat).owner == "queue"


@pytest.mark.parametrize(
    ("role", "refused"),
    [("agent", {"/cases", "/team", "/audit", "/insights"}), ("supervisor", set())],
)
async def test_a_role_is_led_only_where_it_may_go(
    desk: DeskStand, role: Role, refused: set[str]
) -> None:
    agent = await desk.agent("Alex", role)
    queue = (await get(agent, "")).text

    for path in PAGES[1:]:
        response = await get(agent, path)
        assert response.status_code == (403 if path in refused else 200), path
        if "?" not in path:
            assert (f'href="/desk{path}"' in queue) is (path not in refused), path


async def test_a_page_speaks_the_language_that_is_asked_for(desk: DeskStand) -> None:
    lee = await desk.agent("Lee")

    accepted = await get(lee, "", **{"Accept-Language": "es-MX,es;q=0.9"})
    assert '<html lang="es">' in accepted.text
    assert "set-cookie" not in accepted.headers
    chosen = await get(lee, "?language=es")
    assert "desk-language=es" in chosen.headers["set-cookie"]
    kept = await get(lee, "", Cookie=f"{lee.headers['Cookie']}; desk-language=es")
    assert "<h1>Fila</h1>" in kept.text


async def test_take_reply_note_and_resolve_are_forms(desk: DeskStand) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting()
    here = f"/conversations/{chat}"

    for deed, fields in (
        ("take", {}),
        ("reply", {"text": "Good day.", "client_id": "one"}),
        ("note", {"text": "Calls often"}),
        ("tags", {"add": "late code"}),
        ("priority", {"priority": "urgent"}),
    ):
        response = await send(lee, f"{here}/{deed}", **fields)
        assert response.status_code == 303, deed
    page = (await get(lee, here)).text
    for text in ("Good day.", "Calls often", "late-code"):
        assert text in page
    assert '<option value="urgent" selected>' in page
    response = await send(lee, f"{here}/resolve", disposition="solved")
    assert response.headers["location"] == f"/desk{here}?told=resolved"
    assert desk.stand.services.conversations.read(chat).owner == "bot"


async def test_who_comes_second_is_told_who_has_it(desk: DeskStand) -> None:
    lee, sam, chat = await desk.agent("Lee"), await desk.agent("Sam"), desk.waiting()
    await send(lee, f"/conversations/{chat}/take")

    response = await send(sam, f"/conversations/{chat}/take")

    assert response.status_code == 409
    assert "Lee was quicker" in response.text
    assert "Lee has this conversation" in response.text


async def test_a_supervisor_may_take_it_from_whoever_has_it(desk: DeskStand) -> None:
    lee, sam = await desk.agent("Lee"), await desk.agent("Sam", "supervisor")
    chat = desk.waiting()
    here = f"/conversations/{chat}"
    await send(lee, f"{here}/take")

    page = (await get(sam, here)).text
    option = re.compile(r'<option value="(\w+)">Sam,')
    assert 'id="text"' not in page
    response = await send(sam, f"{here}/transfer", to=found(option, page))

    assert response.headers["location"] == f"/desk{here}?told=transferred"
    assert 'id="text"' in (await get(sam, here)).text
    assert "Sam has this conversation" in (await get(lee, here)).text


async def test_who_has_joined_the_queue_meanwhile_is_taken_all_the_same(
    desk: DeskStand,
) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting()

    response = await send(lee, f"/conversations/{chat}/take", version="0")

    assert response.status_code == 303
    assert desk.stand.services.conversations.read(chat).owner_name == "Lee"


async def test_what_is_over_meanwhile_is_not_taken_by_an_old_page(
    desk: DeskStand,
) -> None:
    lee, sam, chat = await desk.agent("Lee"), await desk.agent("Sam"), desk.waiting()
    await send(lee, f"/conversations/{chat}/take")
    await send(lee, f"/conversations/{chat}/resolve", disposition="solved")

    response = await send(sam, f"/conversations/{chat}/take", version="1")

    assert response.status_code == 409
    assert desk.stand.services.conversations.read(chat).owner == "bot"


async def test_a_number_is_given_back_by_a_second_person(desk: DeskStand) -> None:
    seed(desk.stand.services)
    sam, pat = [await desk.agent(name, "supervisor") for name in ("Sam", "Pat")]
    chat = desk.waiting(proved=True)
    here, named = f"/conversations/{chat}", re.compile(r'name="number" value="(\w+)"')
    number = found(named, (await get(sam, here)).text)
    for deed in ("suspend", "unsuspend"):
        assert (await send(sam, f"{here}/{deed}", number=number)).status_code == 303
    wish = found(
        re.compile(r'action="/desk/unsuspensions/(\w+)"'),
        (await get(sam, "/cases")).text,
    )

    refused = await send(sam, f"/unsuspensions/{wish}", decision="approve")
    approved = await send(pat, f"/unsuspensions/{wish}", decision="approve")

    assert refused.status_code == 403
    assert "Another person has to decide this." in refused.text
    assert approved.headers["location"] == "/desk/cases?told=approved"
    assert wish not in (await get(pat, "/cases")).text


async def test_a_case_that_is_not_there_cannot_be_decided(desk: DeskStand) -> None:
    sam = await desk.agent("Sam", "supervisor")

    response = await send(sam, "/cases/SB-000000", decision="approve")

    assert response.status_code == 404
    assert "There is no such case." in response.text


async def test_status_is_a_form_and_leads_back(desk: DeskStand) -> None:
    lee = await desk.agent("Lee")

    response = await send(lee, "/status", status="away", back="/desk/all")

    assert response.headers["location"] == "/desk/all"
    assert who(desk, lee).status == "away"


async def test_who_signs_out_is_out(desk: DeskStand) -> None:
    lee = await desk.agent("Lee")

    response = await send(lee, "/sign-out")

    assert response.headers["location"] == "/desk/sign-in"
    assert (await get(lee, "")).headers["location"] == "/desk/sign-in"


async def test_a_refused_reply_is_still_in_the_field(desk: DeskStand) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting()
    await send(lee, f"/conversations/{chat}/take")
    long = "ñ" * 4001

    response = await send(lee, f"/conversations/{chat}/reply", text=long)

    assert response.status_code == 422
    assert "4000 characters at most" in response.text
    assert f">{long}</textarea>" in response.text


async def test_a_prepared_reply_is_put_into_the_field(desk: DeskStand) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting()
    await send(lee, f"/conversations/{chat}/take")

    page = (await get(lee, f"/conversations/{chat}?canned=one_moment")).text

    assert ">One moment, I am looking into it.</textarea>" in page


async def test_only_lines_after_a_number_are_sent_again(desk: DeskStand) -> None:
    lee, chat = await desk.agent("Lee"), desk.waiting("the first line")
    desk.stand.services.conversations.hear(chat, text="the second line")

    page = (await get(lee, f"/conversations/{chat}?after=1")).text

    assert 'data-seq="1"' not in page
    assert 'data-seq="2"' in page


async def test_a_page_that_looks_again_by_itself_keeps_no_session_alive(
    desk: DeskStand,
) -> None:
    lee = await desk.agent("Lee")

    for _ in range(3):
        desk.stand.clock.move(11 * 60)
        response = await get(lee, "", **{"X-Desk-Refreshes": "1"})

    assert response.status_code == 303
    assert response.headers["location"] == "/desk/sign-in"


async def test_nothing_that_people_write_is_markup(desk: DeskStand) -> None:
    lee = await desk.agent("Lee")
    services = desk.stand.services
    chat = desk.waiting(PAYLOADS[0])
    for payload in PAYLOADS[1:]:
        services.conversations.hear(chat, text=payload)
        services.team.notes.add(who(desk, lee), chat, payload)

    page = (await get(lee, f"/conversations/{chat}")).text

    stored = [line.text for line in services.conversations.read(chat).messages]
    for text in stored:
        assert (
            escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
        )
    allowed = {"html", "head", "meta", "title", "link", "script", "body", "svg", "use"}
    tags = set(re.findall(r"<([a-z]+)", page))
    assert not tags & ({"img", "iframe", "object", "embed", "math"} - allowed)
    assert page.count("<script") == 1


async def test_what_is_looked_for_is_text(desk: DeskStand) -> None:
    lee = await desk.agent("Lee")

    for payload in PAYLOADS[::5]:
        await look_for(lee, payload)


async def look_for(lee: Agent, payload: str) -> None:
    response = await lee.http.get(
        "/desk/search", params={"q": payload}, headers=lee.headers
    )

    field = re.search(r'name="q" type="search" value="([^"]*)"', response.text)
    assert field is not None
    assert unescape(field[1]) == payload
    assert response.text.count("<script") == 1


async def test_files_are_shortened_and_templates_are_nobodys(desk: DeskStand) -> None:
    script = await desk.stand.http.get("/desk/files/desk.js")

    assert script.headers["content-type"].startswith("text/javascript")
    assert "//" not in script.text.replace("https://", "")
    for name in ("layout.html", "strings.yml", "unknown.js"):
        assert (await desk.stand.http.get(f"/desk/files/{name}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/desk\\@evil",
        "/deskevil",
        "",
        "/desk/\n",
    ],
)
def test_nobody_is_led_out_of_the_desk(path: str) -> None:
    assert inside(path) == "/desk"


def test_what_is_inside_is_gone_to() -> None:
    for path in ("/desk", "/desk/all?before=2026", "/desk?language=es"):
        assert inside(path) == path


def test_every_text_is_used_and_there_in_both_languages() -> None:
    texts = read_texts()
    assert [name for name, text in texts.items() if set(text) != {"en", "es"}] == []
    sources = [
        path.read_text("utf-8")
        for folder in (FOLDER, FOLDER.parents[1] / "channels" / "desk")
        for path in folder.iterdir()
        if path.suffix in {".html", ".js", ".py"}
    ]
    written = " ".join(sources)
    # What is named by a value of a row, or of a table in Python.
    groups = set(re.findall(r'say(?:_known)?\(\s*f?"(\w+?_)"? ?[~{]', written))
    groups |= set(re.findall(r'say_known\("(\w+)"', written))
    groups |= {"told_", "refused_", "masked_", "keys_", "key_", "not_", "stale_"}
    unused = [
        name
        for name in texts
        if f'"{name}"' not in written
        and not any(name.startswith(group) for group in groups)
    ]
    assert unused == []


def test_every_text_that_is_named_is_there() -> None:
    named = {
        name
        for path in FOLDER.glob("*.html")
        for name in re.findall(r'say\("(\w+)"[,)]', path.read_text("utf-8"))
    }
    assert named - set(read_texts()) == set()


def who(desk: DeskStand, agent: Agent) -> Any:
    """An agent as services are told of them."""
    return desk.stand.services.agents.sessions.recognise(agent.cookie)


def test_whatever_a_person_wants_has_a_name() -> None:
    texts = read_texts()
    domain = parse(Path("domain.yml").read_text("utf-8"))
    intents = {
        name if isinstance(name, str) else next(iter(name))
        for name in domain["intents"]
    }
    small = {
        *("greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel"),
        *("ask_capabilities", "bot_challenge", "request_language"),
    }
    wanted = (intents - small) | {BY_HAND, MISSED}
    assert {f"reason_{name}" for name in wanted} - set(texts) == set()


def found(pattern: re.Pattern[str], page: str) -> str:
    """The first thing on a page that fits."""
    fitting = pattern.search(page)
    assert fitting is not None
    return fitting[1]
