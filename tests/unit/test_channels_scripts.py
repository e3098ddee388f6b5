from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.channels.scripts import Scripts


def asked(**headers: str) -> Request:
    named = [
        (name.replace("_", "-").encode(), value.encode())
        for name, value in headers.items()
    ]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": named})


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    (tmp_path / "a.js").write_text("// why\nexport const a = `1  2`; /** what */\n")
    (tmp_path / "a.css").write_text("/* why */ a { color: red; }")
    (tmp_path / "a.html").write_text("<p>a</p>")
    (tmp_path / "types.d.ts").write_text("export type A = 1;")
    (tmp_path / "notes.txt").write_text("not for browsers")
    return Scripts(tmp_path)


def test_comments_stay_at_home_and_texts_are_kept(scripts: Scripts) -> None:
    assert scripts["a.js"].content == b"export const a=`1  2`;"
    assert scripts["a.css"].content == b"a{color:red}"
    assert scripts["a.html"].content == b"<p>a</p>"


@pytest.mark.parametrize("name", ["types.d.ts", "notes.txt", "b.js", "../a.js", ""])
def test_nothing_else_is_given_out(scripts: Scripts, name: str) -> None:
    with pytest.raises(HTTPException) as refused:
        _ = scripts[name]
    assert refused.value.status_code == 404


def test_a_browser_that_has_it_is_told_so(scripts: Scripts) -> None:
    first = scripts["a.js"].answer(asked(), {"X-One": "1"})
    again = scripts["a.js"].answer(asked(if_none_match=first.headers["etag"]), {})

    assert first.status_code == 200
    assert first.headers["x-one"] == "1"
    assert first.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304
    assert again.body == b""


def test_another_content_has_another_tag(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("export const a = 3;")
    assert Scripts(tmp_path)["a.js"].tag != scripts["a.js"].tag
