"""A made-up past: only in the demo, once, and the same each time."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.accounts.errors import SeedRefused
from bot.clock import ManualClock
from bot.database import Sessions
from bot.insights.figures import NAMES
from bot.insights.history import seed_history
from bot.insights.models import CodeFact, ConversationFact, HandoffFact, MessageDay
from tests.unit.insights_world import Records, make_records
from tests.unit.world import make_settings

MANY = 2000
EXPECTED = [300, 49, 169]


def made(records: Records) -> Any:
    return SimpleNamespace(
        sessions=records.desk.sessions,
        clock=records.clock,
        settings=records.desk.world.settings,
    )


def test_a_past_fills_every_figure_in_both_languages(
    sessions: Sessions, clock: ManualClock
) -> None:
    records = make_records(sessions, clock)
    assert seed_history(made(records), MANY) == MANY
    period = records.figures.insights.period()
    for figure in records.figures.insights.all(records.who(), period):
        assert all(row.cells[0].amount for row in figure.headline), figure.name
    assert len(NAMES) == 8


def test_it_is_made_once_and_stays_when_facts_are_followed(
    sessions: Sessions, clock: ManualClock
) -> None:
    records = make_records(sessions, clock)
    seed_history(made(records), MANY)
    days = {row.day for row in records.rows(MessageDay)}
    assert seed_history(made(records), MANY) == 0
    records.figures.keeping.follow()
    assert len(records.rows(ConversationFact)) == MANY
    assert {row.day for row in records.rows(MessageDay)} == days


def test_what_was_sent_in_truth_stays(sessions: Sessions, clock: ManualClock) -> None:
    records = make_records(sessions, clock)
    yesterday = clock.now().date() - timedelta(days=1)
    key = {"day": yesterday, "by": "sms", "language": "en", "kind": "code"}
    with sessions.begin() as session:
        session.add(MessageDay(**key, messages=1, segments=1))
    seed_history(made(records), MANY)
    with sessions() as session:
        assert session.get_one(MessageDay, tuple(key.values())).messages == 1


def test_it_is_the_same_each_time(sessions: Sessions, clock: ManualClock) -> None:
    records = make_records(sessions, clock)
    seed_history(made(records), 300)
    with sessions() as session:
        counts = [
            session.scalar(select(func.count()).select_from(model))
            for model in (ConversationFact, HandoffFact, CodeFact)
        ]
    assert counts == EXPECTED


def test_nobody_else_s_figures_are_made_up(
    sessions: Sessions, clock: ManualClock
) -> None:
    given = made(make_records(sessions, clock))
    secret = SecretStr("a secret of the tests, 32 characters long")
    given.settings = make_settings(mode="production", secret_key=secret)
    with pytest.raises(SeedRefused):
        seed_history(given, 1)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(ConversationFact)) == 0
