"""The page of figures and their downloads: who may see them, and what they say."""

import csv
import inspect
import io
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.desk.charts import amount, chart, widths
from bot.channels.desk.wording import read_texts
from bot.insights.figures import NAMES
from bot.insights.queries import Queries
from bot.insights.sheets import as_csv
from bot.insights.tables import Cell, Row, Sheet, Table
from tests.unit.desk_stand import Agent, DeskStand, desk_up

ROLES: Any = [("agent", 403), ("supervisor", 200), ("auditor", 200)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStand]:
    async with desk_up(tmp_path) as desk:
        yield desk


async def get(agent: Agent, path: str) -> httpx.Response:
    return await agent.http.get(f"/desk{path}", headers=agent.headers)


@pytest.mark.parametrize(("role", "status"), ROLES)
async def test_who_may_see_figures(desk: DeskStand, role: Any, status: int) -> None:
    who = await desk.agent("Lee", role)
    for path in ("/insights", *(f"/insights/{name}.csv" for name in NAMES)):
        assert (await get(who, path)).status_code == status, path
    page = await get(who, "")
    assert ('href="/desk/insights"' in page.text) == (status == 200)


async def test_nobody_sees_figures_without_signing_in(desk: DeskStand) -> None:
    for path in ("/desk/insights", "/desk/insights/cost.csv"):
        assert (await desk.stand.http.get(path)).status_code == 303


@pytest.mark.parametrize("language", ["en", "es"])
async def test_each_figure_stands_with_its_definition_and_query(
    desk: DeskStand, language: str
) -> None:
    sam = await desk.agent("Sam", "supervisor")
    page = unescape((await get(sam, f"/insights?language={language}")).text)
    texts = read_texts()
    for name in NAMES:
        for part in ("figure", "definition", "query"):
            assert texts[f"{part}_{name}"][language] in page, (part, name)


def test_every_named_query_is_one() -> None:
    texts = read_texts()
    named = {texts[f"query_{name}"]["en"].split(",")[0] for name in NAMES}
    made = {name for name, _ in inspect.getmembers(Queries, inspect.isfunction)}
    assert named == {name for name in made if not name.startswith("_")}


async def test_figures_of_a_chat_and_a_request_reach_page_and_sheet(
    desk: DeskStand,
) -> None:
    sam = await desk.agent("Sam", "supervisor")
    desk.waiting()
    desk.stand.services.facts.follow()
    page = (await get(sam, "/insights")).text
    assert "Wants a person" in page and '<path class="line en"' in page
    assert "style=" not in page and "<script>" not in page
    sheet = await get(sam, "/insights/handoffs.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert sheet.headers["content-disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(sheet.text)))
    assert rows[0] == ["day", "channel", "language", "reason", "number"]
    assert rows[1][1:] == ["web", "en", "talk_to_human", "1"]


async def test_a_chosen_period_is_shown_and_a_wrong_one_refused(
    desk: DeskStand,
) -> None:
    sam = await desk.agent("Sam", "supervisor")
    page = await get(sam, "/insights?first=2029-12-01&last=2029-12-03")
    assert len(re.findall(r'<time datetime="2029-12-0\d">', page.text)) == 3 * 8
    for query in ("first=2030-01-02&last=2030-01-01", "first=2000-01-01"):
        refused = await get(sam, f"/insights?{query}")
        assert refused.status_code == 422
        assert read_texts()["refused_period_invalid"]["en"] in refused.text
        assert (await get(sam, f"/insights/cost.csv?{query}")).status_code == 404
    assert (await get(sam, "/insights/luck.csv")).status_code == 404


@pytest.mark.parametrize("begin", list("=+-@\t\r"))
def test_no_cell_is_a_formula(begin: str) -> None:
    sheet = Sheet(("reason",), ((f"{begin}cmd|' /C calc'!A0",), (-1,), ("á,b",)))
    rows = list(csv.reader(io.StringIO(as_csv(sheet), newline="")))
    assert rows == [["reason"], [f"'{begin}cmd|' /C calc'!A0"], ["-1"], ["á,b"]]


def days(*amounts: tuple[float | None, float | None]) -> Table:
    rows = [
        Row(f"2030-01-0{place}", tuple(Cell("share", each) for each in pair))
        for place, pair in enumerate(amounts, 1)
    ]
    return Table("day", ("en", "es"), tuple(rows))


def test_a_line_has_a_gap_where_a_day_has_nothing() -> None:
    drawn = chart(days((0.5, None), (None, 1.0), (1.0, 0.0)))
    assert drawn is not None
    assert drawn.paths == (
        ("en", "M0.0 60.0h2M600.0 0.0h2"),
        ("es", "M300.0 0.0h2L600.0 120.0"),
    )
    assert chart(days((None, None))) is None


def test_a_bar_is_as_long_as_its_part_of_the_longest() -> None:
    rows = (Row("a", (Cell("count", 4),)), Row("b", (Cell("count", 1),)))
    assert widths(Table("reason", ("all",), rows)) == {"a": 100, "b": 25}


@pytest.mark.parametrize(
    ("cell", "language", "shown"),
    [
        (Cell("share", 0.625), "en", "62.5%"),
        (Cell("count", 12345), "en", "12,345"),
        (Cell("score", 4.25), "es", "4,2"),
        (Cell("seconds", 42), "en", "42 s"),
        (Cell("seconds", 7500), "es", "2 h 5 min"),
        (Cell("money", 1234.5), "en", "$1,234.50"),
        (Cell("share", None), "en", "–"),
    ],
)
def test_amounts_are_written_as_people_read_them(
    cell: Cell, language: str, shown: str
) -> None:
    assert amount(cell, language, "USD") == shown
