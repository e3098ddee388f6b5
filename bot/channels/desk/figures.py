"""The page of figures, and each of them as a spreadsheet."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Request, Response
from starlette.exceptions import HTTPException

from bot.channels.desk.charts import Chart, amount, chart, widths
from bot.channels.desk.pages import HEADERS, Pages
from bot.channels.desk.views import Looking
from bot.insights.days import Period
from bot.insights.errors import FigureUnknown, PeriodInvalid
from bot.insights.sheets import as_csv
from bot.insights.tables import Figure
from bot.services import Services

SPANS = (7, 30, 90)
Day = Annotated[date | None, Query()]


@dataclass(frozen=True)
class Drawn:
    """A figure with what the page draws of it."""

    figure: Figure
    chart: Chart | None
    bars: tuple[dict[str, int], ...]


class FigurePages:
    """Shows figures to those who may see them."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._insights = services.insights
        self._pages = pages

    def show(
        self, request: Request, who: Looking, first: Day = None, last: Day = None
    ) -> Response:
        """Every figure of a period; of no period, the usual one with a word on it."""
        who.require("measure")
        told = ""
        try:
            period = self._insights.period(first, last)
        except PeriodInvalid:
            told = self._pages.words(request).refused("period-invalid")
            period = self._insights.period()
        language, currency = self._pages.language(request), self._insights.currency
        return self._pages.show(
            request,
            who,
            "insights",
            here="insights",
            told=told,
            status=422 if told else 200,
            drawn=[_draw(each) for each in self._insights.all(who, period)],
            period=period,
            spans=self._spans(period),
            amount=lambda cell: amount(cell, language, currency),
        )

    def download(
        self, name: str, who: Looking, first: Day = None, last: Day = None
    ) -> Response:
        """What is behind a figure, as CSV."""
        who.require("measure")
        try:
            period = self._insights.period(first, last)
            figure = self._insights.one(who, name, period)
        except (FigureUnknown, PeriodInvalid):
            raise HTTPException(404) from None
        file = f"{name}-{period.first}-{period.last}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{file}"'}
        return Response(as_csv(figure.sheet), 200, headers, "text/csv; charset=utf-8")

    def _spans(self, period: Period) -> list[tuple[int, str, bool]]:
        """How many days, where they are shown, and whether they are shown now."""
        today = self._insights.period().last
        spans = []
        for days in SPANS:
            first = today - timedelta(days=days - 1)
            address = f"?first={first}&last={today}"
            spans.append((days, address, period == Period(first, today)))
        return spans


def _draw(figure: Figure) -> Drawn:
    return Drawn(figure, chart(figure.days), tuple(map(widths, figure.others)))
