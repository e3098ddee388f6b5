"""What every answer forbids a browser, whoever made the answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.headers import DEFAULTS
from bot.clock import ManualClock
from tests.unit.serving import Stand, stand_up

GOOD = "9f2c4e6a8b0d1f3e5a7c9e0b2d4f6a8c"
PATHS = (
    *("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/widget.js"),
    *("/widget/frame", "/widget/theme.css", "/widget/nothing.js", "/demo/demo.css"),
    *("/api/web/messages", "/api/web/articles/A5", "/api/web/nothing", "/undo/x"),
    *("/c/x", "/desk", "/desk/sign-in", "/desk/api/queue", "/desk/files/desk.css"),
    *("/api/sms/messages", "/engine/actions", "/nothing", "/%00", "/" + "a" * 2000),
)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


async def test_no_answer_goes_without(stand: Stand) -> None:
    for method in ("GET", "POST", "OPTIONS", "PROPFIND"):
        for path in PATHS:
            headers = (await stand.http.request(method, path)).headers
            policy = headers["Content-Security-Policy"]

            assert headers.keys() >= {name.lower() for name in DEFAULTS}, path
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "unsafe" not in policy or path == "/docs"
            assert "frame-ancestors" in policy
            assert "Strict-Transport-Security" not in headers


async def test_browsers_are_told_to_stay_with_https(tmp_path: Path) -> None:
    url = "https://chat.example.com"
    async with stand_up(tmp_path, ManualClock(), public_url=url) as stand:
        headers = (await stand.http.get("/healthz")).headers

    assert headers["Strict-Transport-Security"].startswith("max-age=")


async def test_production_loads_no_page_of_others(tmp_path: Path) -> None:
    async with stand_up(
        tmp_path, ManualClock(), mode="production", secret_key=GOOD
    ) as stand:
        assert (await stand.http.get("/docs")).status_code == 404
        assert (await stand.http.get("/redoc")).status_code == 404
        assert (await stand.http.get("/openapi.json")).status_code == 200
