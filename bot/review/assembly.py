"""How the review is put together."""

from bot.agents.assembly import Team
from bot.review.exporting import Exporter
from bot.review.intents import load_intents
from bot.review.service import Review
from bot.verification.outside import Outside


def build(outside: Outside, team: Team) -> Review:
    """The review over the settings' database."""
    return Review(
        outside.sessions,
        outside.clock,
        team.audit,
        load_intents=load_intents,
        exporter=Exporter(
            outside.sessions, outside.clock, region=outside.settings.region
        ),
    )
