"""Which pages may call: our own, and those of the websites that are named."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.origins import Origins
from bot.clock import ManualClock
from bot.settings import Settings
from tests.unit.serving import Stand, stand_up
from tests.unit.test_channels_web import assert_problem

EMBEDDING = "https://www.example.com"
PUBLIC = "https://chat.example.org"
FOREIGN = ("https://evil.example", "null", "", "https://www.example.com.evil.example")


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock, embed_origins=(EMBEDDING,)) as stand:
        yield stand


async def call(stand: Stand, path: str, **headers: str) -> httpx.Response:
    return await stand.http.post(f"/api/web/{path}", json={}, headers=headers)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_another_website_is_refused_and_told_what_to_do(
    stand: Stand, origin: str
) -> None:
    for path in ("sessions", "visit", "messages", "nowhere"):
        response = await call(stand, path, Origin=origin)
        assert_problem(response, 403, "BOT_EMBED_ORIGINS")
    for path in ("messages", "events", "articles/A5"):
        response = await stand.http.get(f"/api/web/{path}", headers={"Origin": origin})
        assert_problem(response, 403)


async def test_a_website_that_is_named_may_call(stand: Stand) -> None:
    response = await call(stand, "sessions", Origin=EMBEDDING)

    assert response.status_code == 201


async def test_a_tool_names_no_origin_and_may_call(stand: Stand) -> None:
    assert (await call(stand, "sessions")).status_code == 201


async def test_nothing_lets_another_website_s_script_read_an_answer(
    stand: Stand,
) -> None:
    for origin in (EMBEDDING, FOREIGN[0]):
        asked = await stand.http.options(
            "/api/web/messages", headers={"Origin": origin}
        )
        given = await call(stand, "sessions", Origin=origin)
        for response in (asked, given):
            named = [name for name in response.headers if name.startswith("access-")]
            assert named == []


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
async def test_in_the_demo_every_name_of_this_machine_is_home(
    stand: Stand, name: str
) -> None:
    port = stand.http.base_url.port

    response = await call(stand, "visit", Origin=f"http://{name}:{port}")

    assert response.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": EMBEDDING},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": EMBEDDING, "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_only_our_own_pages_may_visit(
    stand: Stand, headers: dict[str, str]
) -> None:
    response = await call(stand, "visit", **headers)

    assert_problem(response, 403)
    assert "set-cookie" not in response.headers


async def test_a_browser_that_names_no_origin_may_visit_from_our_pages(
    stand: Stand,
) -> None:
    response = await call(stand, "visit", **{"Sec-Fetch-Site": "same-origin"})

    assert response.status_code == 201


def origins(**chosen: Any) -> Origins:
    secret = {"mode": "production", "secret_key": "s" * 32}
    return Origins(Settings(**{**secret, "public_url": f"{PUBLIC}/", **chosen}))


def test_in_production_home_is_the_public_address() -> None:
    known = origins(embed_origins=(EMBEDDING,))

    assert known.is_at_home({"origin": PUBLIC, "host": "10.0.0.1:8000"})
    assert known.is_allowed({"origin": PUBLIC})
    assert known.is_allowed({"origin": EMBEDDING})
    assert not known.is_at_home({"origin": EMBEDDING})


def test_in_production_this_machine_s_names_are_not_home() -> None:
    for name in ("localhost", "127.0.0.1"):
        headers = {"origin": f"http://{name}:8000", "host": f"{name}:8000"}
        assert not origins().is_allowed(headers)
        assert Origins(Settings()).is_allowed(headers)


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "127.0.0.1.evil.example", "", "["]
)
def test_a_name_that_is_not_this_machine_s_opens_nothing(host: str) -> None:
    headers = {"origin": "http://localhost:8000", "host": host}

    assert not Origins(Settings(port=9000)).is_allowed(headers)
