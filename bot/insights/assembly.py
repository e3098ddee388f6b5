"""How insights are put together."""

from dataclasses import dataclass

from bot.handoff.assembly import read_schedule
from bot.insights.codes import CodeFacts
from bot.insights.days import Days
from bot.insights.figures import Prices
from bot.insights.handoffs import HandoffFacts
from bot.insights.insights import Insights
from bot.insights.keeping import Keeping
from bot.insights.messages import MessageDays
from bot.insights.settling import Settling
from bot.verification.outside import Outside


@dataclass(frozen=True)
class Figures:
    """The figures, and what keeps the facts that they are made of."""

    insights: Insights
    keeping: Keeping


def build(outside: Outside) -> Figures:
    """Put the services together.

    Raises:
        SettingsError: the hours of the team, in whose time zone days are, are wrong.
    """
    sessions, clock, settings = outside.sessions, outside.clock, outside.settings
    days = Days(read_schedule(settings).hours.zone)
    prices = Prices(settings.segment_price, settings.call_price, settings.currency)
    return Figures(
        Insights(sessions, clock, days, prices),
        Keeping(
            sessions,
            days,
            clock,
            Settling(sessions, clock, days, lifetime=settings.session_lifetime),
            HandoffFacts(sessions, days),
            CodeFacts(sessions, days),
            MessageDays(sessions, clock, days),
        ),
    )
