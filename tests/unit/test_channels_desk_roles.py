"""Every endpoint of the desk, asked by every role, by nobody, and from elsewhere."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from bot.accounts.models import PhoneNumber
from bot.agents.models import DeskAudit
from bot.channels.desk.gate import COOKIE, CSRF
from bot.channels.desk.router import desk_router
from bot.handoff.models import Case
from bot.seed import seed
from tests.unit.desk_stand import MARIA, Agent, DeskStand, desk_up

EVERYBODY = ("agent", "supervisor", "auditor")
WORKERS, OVERSEERS = ("agent", "supervisor"), ("supervisor", "auditor")
SUPERVISOR = ("supervisor",)

# Method and path; the status for whom it is allowed, who that is, and what is sent.
SEEN = ["photo_id_video", "old_contact"]
MATRIX: tuple[tuple[str, str, int, tuple[str, ...], dict[str, Any] | None], ...] = (
    ("GET", "/me", 200, EVERYBODY, None),
    ("GET", "/queue", 200, EVERYBODY, None),
    ("GET", "/mine", 200, EVERYBODY, None),
    ("GET", "/all", 200, EVERYBODY, None),
    ("GET", "/conversations/{conversation_id}", 200, EVERYBODY, None),
    ("GET", "/conversations/{conversation_id}/messages", 200, EVERYBODY, None),
    ("GET", "/search?q=person", 200, EVERYBODY, None),
    ("GET", "/canned", 200, EVERYBODY, None),
    ("GET", "/agents", 200, EVERYBODY, None),
    ("GET", "/events", 200, EVERYBODY, None),
    ("GET", "/cases", 200, OVERSEERS, None),
    ("GET", "/unsuspensions", 200, OVERSEERS, None),
    ("GET", "/audit", 200, OVERSEERS, None),
    ("POST", "/status", 204, WORKERS, {"status": "available"}),
    ("POST", "/conversations/{conversation_id}/take", 200, WORKERS, {}),
    (
        *("POST", "/conversations/{conversation_id}/reply", 200, WORKERS),
        {"client_id": "c", "text": "hello"},
    ),
    ("POST", "/conversations/{conversation_id}/note", 201, WORKERS, {"text": "hm"}),
    ("POST", "/conversations/{conversation_id}/tags", 200, WORKERS, {"add": ["lost"]}),
    (
        *("POST", "/conversations/{conversation_id}/priority", 204, WORKERS),
        {"priority": "high"},
    ),
    ("POST", "/conversations/{conversation_id}/typing", 204, WORKERS, None),
    ("POST", "/conversations/{conversation_id}/recovery", 201, WORKERS, None),
    (
        *("POST", "/conversations/{conversation_id}/suspend", 200, WORKERS),
        {"number": "{number}"},
    ),
    (
        *("POST", "/conversations/{conversation_id}/unsuspend", 201, WORKERS),
        {"number": "{number}"},
    ),
    ("POST", "/unsuspensions/{return_id}/approve", 204, SUPERVISOR, None),
    ("POST", "/unsuspensions/{return_id}/refuse", 204, SUPERVISOR, None),
    ("POST", "/cases/{number}/approve", 200, SUPERVISOR, {"evidence": SEEN}),
    ("POST", "/cases/{number}/refuse", 200, SUPERVISOR, None),
    (
        *("POST", "/conversations/{conversation_id}/transfer", 200, WORKERS),
        {"to": "{colleague}"},
    ),
    ("POST", "/conversations/{conversation_id}/return", 200, WORKERS, None),
    (
        *("POST", "/conversations/{conversation_id}/resolve", 200, WORKERS),
        {"disposition": "solved"},
    ),
    ("POST", "/sign-out", 204, EVERYBODY, None),
)
CHANGING = [row for row in MATRIX if row[0] == "POST"]
PUBLIC = {("POST", "/sign-in")}


class Scene:
    """One conversation with all that the endpoints need, taken by who acts."""

    def __init__(self, desk: DeskStand) -> None:
        self.desk = desk
        self.services = desk.stand.services
        self.places: dict[str, str] = {}

    async def set_up(self) -> "Scene":
        await asyncio.to_thread(seed, self.services)
        kim = await self.desk.agent("Kim")
        chat = await asyncio.to_thread(self.desk.waiting, proved=True)
        self.places = {
            "conversation_id": chat,
            "number": "none",
            "return_id": "none",
            "colleague": kim.me["id"],
        }
        return self

    async def before(self, path: str, actor: Agent) -> dict[str, str]:
        """What has to be so for an endpoint to be of use; gives what its path names."""
        places = dict(self.places, number=self._number_id())
        chat = places["conversation_id"]
        taken = ("reply", "transfer", "return", "resolve", "priority", "typing")
        if path.endswith(taken) and actor.me["role"] != "auditor":
            await actor.chat(chat, "take")
        if path.endswith("unsuspend") or path.startswith("/unsuspensions/"):
            places["return_id"] = await self._suspended(path, chat, places["number"])
        if path.startswith("/cases"):
            places["number"] = self._case(chat)
        return places

    def _number_id(self) -> str:
        with self.services.sessions() as session:
            masked = PhoneNumber.masked.endswith("0143")
            return session.scalars(select(PhoneNumber.id).where(masked)).one()

    async def _suspended(self, path: str, chat: str, number: str) -> str:
        helper = await self.desk.agent("Pat")
        await helper.chat(chat, "suspend", number=number)
        if path.endswith("unsuspend"):
            return ""
        wish = await helper.chat(chat, "unsuspend", number=number)
        return str(wish.json()["id"])

    def _case(self, chat: str) -> str:
        number = self.services.cases.open(chat, "recovery").number
        with self.services.sessions.begin() as session:
            session.query(Case).update({"ready_at": self.services.clock.now()})
        return number


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with desk_up(tmp_path) as desk:
        yield await Scene(desk).set_up()


def routes(desk: DeskStand) -> Iterator[tuple[str, str]]:
    for route in desk_router(desk.stand.services).routes:
        if isinstance(route, APIRoute):
            for method in route.methods:
                yield method, route.path.removeprefix("/desk/api")


def filled(path: str, places: dict[str, str]) -> str:
    return path.format(**places).lstrip("/")


def body_of(body: dict[str, Any] | None, places: dict[str, str]) -> Any:
    if body is None:
        return None
    return {
        name: value.format(**places) if isinstance(value, str) else value
        for name, value in body.items()
    }


async def ask(actor: Agent, method: str, path: str, **options: Any) -> int:
    """The status; of a stream nothing more is read."""
    url = f"/desk/api/{path}"
    headers = actor.headers | options.pop("headers", {})
    async with actor.http.stream(method, url, headers=headers, **options) as response:
        return response.status_code


async def test_the_matrix_has_every_endpoint(scene: Scene) -> None:
    listed = {(method, path.split("?")[0]) for method, path, *_ in MATRIX}

    assert listed | PUBLIC == set(routes(scene.desk))


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row[0]} {row[1]}")
async def test_each_role_may_do_what_it_may_and_nothing_else(
    scene: Scene, row: Any, role: Any
) -> None:
    method, path, status, allowed, body = row
    actor = await scene.desk.agent("Lee", role)
    places = await scene.before(path, actor)

    given = await ask(actor, method, filled(path, places), json=body_of(body, places))

    assert given == (status if role in allowed else 403)


async def test_nobody_is_let_in_without_a_session(scene: Scene) -> None:
    nobody = Agent(scene.desk.stand.http)
    visitor = await scene.desk.stand.visitor()

    for method, path, _status, _allowed, body in MATRIX:
        url, sent = filled(path, scene.places), body_of(body, scene.places)
        for headers in ({}, visitor.headers, {"Cookie": f"{COOKIE}=guessed"}):
            given = await ask(nobody, method, url, json=sent, headers=headers)
            assert given == 401, (method, path, headers)


async def test_no_other_page_may_send_anything(scene: Scene) -> None:
    actor = await scene.desk.agent("Lee", "supervisor")
    other = (await scene.desk.agent("Jo", "supervisor")).me["csrf"]
    before = acts(scene)

    for method, path, _status, _allowed, body in CHANGING:
        url, sent = filled(path, scene.places), body_of(body, scene.places)
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {CSRF: ""},
            {CSRF: "guessed"},
            {CSRF: other},
        ):
            given = await ask(actor, method, url, json=sent, headers=headers)
            assert given == 403, (path, headers)
    assert acts(scene) == before


async def test_a_browser_that_names_no_origin_has_to_be_the_same(scene: Scene) -> None:
    lee = await scene.desk.agent()
    headers = {"Cookie": f"{COOKIE}={lee.cookie}", CSRF: lee.me["csrf"]}

    statuses = [
        (
            await scene.desk.stand.http.post(
                "/desk/api/status",
                json={"status": "away"},
                headers=headers | site,
            )
        ).status_code
        for site in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"})
    ]

    assert statuses == [403, 403, 403]


def acts(scene: Scene) -> int:
    """How many acts are noted, but for the signing in of those who try."""
    with scene.services.sessions() as session:
        query = select(DeskAudit).where(~DeskAudit.act.in_(("sign_in", "agent_added")))
        return len(session.scalars(query).all())


def test_every_service_of_the_desk_asks_for_a_permission(tmp_path: Path) -> None:
    from bot.desk.assembly import DeskServices

    checking = ("require(", "_colleague(", "_decide(", "_open(", "looks.note(")
    for name, service in DeskServices.__annotations__.items():
        # Prepared words are everybody's; what ages away is asked for by nobody.
        if name in ("canned", "aging"):
            continue
        for act, method in inspect.getmembers(service, inspect.isfunction):
            if act.startswith("_") or act == "count":
                continue
            source = inspect.getsource(method)
            assert any(check in source for check in checking), f"{name}.{act}"


async def test_the_public_cannot_tell_an_agent_s_name_from_another(
    scene: Scene,
) -> None:
    await scene.desk.agent("Lee")
    nobody = Agent(scene.desk.stand.http)

    answers = [
        await nobody.post("sign-in", email=email, password="x" * 12, code="000000")
        for email in ("lee@example.com", MARIA, "nobody@example.com", "x")
    ]

    assert len({(each.status_code, each.text) for each in answers}) == 1
    assert answers[0].status_code == 401
    assert not any("set-cookie" in each.headers for each in answers)
