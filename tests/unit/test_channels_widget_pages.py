"""The widget's files, and the headers they come with."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.assembly import build_services
from bot.channels.widget_pages import BUNDLES, add_widget
from bot.clock import ManualClock
from bot.settings import Settings
from tests.unit.serving import Stand, stand_up

EMBEDDING = ("https://www.example.com", "http://localhost:3000")
FILES = {
    "widget.js": "launch();" * 100,
    "frame.html": "<!doctype html><title>Chat</title>" + "<p>Chat</p>" * 100,
    "frame.js": "const chat=1;" * 100,
    "chat.css": "p{margin:0}" * 100,
    "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "notes.md": "not for everybody",
    "types.d.ts": "not for everybody",
}


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A widget of other files, with two websites that may show it."""
    folder = tmp_path / "widget"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    (tmp_path / "secret.js").write_text("secret", "utf-8")
    services = build_services(Settings(state_dir=tmp_path, embed_origins=EMBEDDING))
    app = FastAPI()
    add_widget(app, services, folder=folder)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
        yield http
    await services.engine.close()
    services.database.dispose()


async def test_any_website_may_load_the_script(http: httpx.AsyncClient) -> None:
    response = await http.get("/widget.js", headers={"Origin": "https://any.example"})

    assert response.text == FILES["widget.js"]
    assert response.headers["content-type"].startswith(
        ("text/javascript", "application/javascript")
    )
    assert {
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=300",
    }.items() <= response.headers.items()


async def test_the_frame_runs_nothing_but_our_scripts_where_it_is_wanted(
    http: httpx.AsyncClient,
) -> None:
    for query in ("", "?language=es", "?language=<script>"):
        response = await http.get(f"/widget/frame{query}")

        assert response.text == FILES["frame.html"]
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self';"
            " img-src 'self' data:; connect-src 'self'; base-uri 'none';"
            " form-action 'none'; frame-ancestors 'self' https://www.example.com"
            " http://localhost:3000"
        )
        assert {
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "cross-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
            "cache-control": "no-cache",
        }.items() <= response.headers.items()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("frame.js", "javascript"), ("chat.css", "css"), ("icon.svg", "svg")],
)
async def test_a_file_is_revalidated_at_each_use(
    http: httpx.AsyncClient, name: str, kind: str
) -> None:
    response = await http.get(f"/widget/{name}")

    assert response.text == FILES[name]
    assert kind in response.headers["content-type"]
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/widget.js", "/widget/frame", "/widget/theme.css", "/widget/frame.js"]
)
async def test_what_a_browser_has_is_not_sent_again(
    http: httpx.AsyncClient, path: str
) -> None:
    first = await http.get(path)

    again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    other = await http.get(path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_files_are_compressed_for_who_can_read_that(
    http: httpx.AsyncClient,
) -> None:
    for path in ("/widget.js", "/widget/frame", "/widget/frame.js", "/widget/chat.css"):
        packed = await http.get(path, headers={"Accept-Encoding": "gzip"})
        plain = await http.get(path, headers={"Accept-Encoding": "identity"})

        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert "Accept-Encoding" in packed.headers["vary"]


@pytest.mark.parametrize(
    "path",
    [
        *("/widget/frame.html", "/widget/notes.md", "/widget/types.d.ts"),
        *("/widget", "/widget/", "/widget/none.js"),
        *("/widget/../secret.js", "/widget/%2e%2e/secret.js", "/widget//etc/x.js"),
        *("/widget/%00.js", "/widget/" + "x" * 300 + ".js"),
    ],
)
async def test_nothing_else_is_given_out(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path, follow_redirects=True)

    assert response.status_code == 404


async def test_the_files_can_only_be_read(http: httpx.AsyncClient) -> None:
    for path in (
        "/widget.js",
        "/widget/frame",
        "/widget/theme.css",
        "/widget/frame.js",
    ):
        assert (await http.post(path)).status_code == 405
        assert (await http.head(path)).status_code == 200


async def test_the_theme_is_the_brand_s(http: httpx.AsyncClient) -> None:
    response = await http.get("/widget/theme.css")

    assert response.headers["content-type"].startswith("text/css")
    assert response.text.startswith(":root{--brand-accent:#")


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        yield stand


async def test_the_shipped_widget_is_served(stand: Stand) -> None:
    for path in ("/widget.js", "/widget/frame", "/widget/theme.css"):
        assert (await stand.http.get(path)).status_code == 200
    for name in BUNDLES:
        assert (await stand.http.get(f"/widget/{name}")).status_code == 200
    assert (await stand.http.get("/widget/chat.js")).status_code == 404


async def test_the_shipped_frame_has_nothing_inline(stand: Stand) -> None:
    page = (await stand.http.get("/widget/frame")).text

    assert "<style" not in page and " style=" not in page and " on" not in page.lower()
    for script in page.split("<script")[1:]:
        assert " src=" in script.split(">")[0]
        assert script.split(">")[1].startswith("</script")


async def test_a_file_that_is_none_is_a_problem(stand: Stand) -> None:
    response = await stand.http.get("/widget/none.js")

    assert response.headers["content-type"] == "application/problem+json"


async def test_answers_of_the_api_are_not_compressed(stand: Stand) -> None:
    response = await stand.http.get(
        "/api/web/articles/A5", headers={"Accept-Encoding": "gzip"}
    )

    assert "content-encoding" not in response.headers
