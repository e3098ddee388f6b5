"""Insights: figures of one period, for those who may see them."""

from datetime import date

from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.insights.days import Days, Period
from bot.insights.errors import FigureUnknown
from bot.insights.figures import Make, Prices, figures
from bot.insights.queries import Queries
from bot.insights.tables import Figure


class Insights:
    """Makes figures of facts; the role of who asks is looked at."""

    def __init__(
        self, sessions: Sessions, clock: Clock, days: Days, prices: Prices
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._days = days
        self._figures = figures(prices)
        self.currency = prices.currency

    def period(self, first: date | None = None, last: date | None = None) -> Period:
        """The days that are asked for; without any, the last thirty.

        Raises:
            PeriodInvalid: they end before they begin, or are more than a year.
        """
        return self._days.period(self._clock.now(), first, last)

    def all(self, who: SignedIn, period: Period) -> tuple[Figure, ...]:
        """Every figure.

        Raises:
            NotAllowed: the role may not.
        """
        who.require("measure")
        return tuple(self._make(make, period) for make in self._figures.values())

    def one(self, who: SignedIn, name: str, period: Period) -> Figure:
        """The figure of a name.

        Raises:
            NotAllowed: the role may not.
            FigureUnknown: there is none.
        """
        who.require("measure")
        if name not in self._figures:
            raise FigureUnknown
        return self._make(self._figures[name], period)

    def _make(self, make: Make, period: Period) -> Figure:
        with reading(self._sessions) as session:
            return make(Queries(session, self._days, period), period)
