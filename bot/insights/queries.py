"""The queries behind the figures; each has its day, channel and language first.

`channel` is the conversation's; of codes and messages it is the way they went.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.conversations.models import Rating
from bot.insights.days import Days, Period
from bot.insights.models import CodeFact, ConversationFact, HandoffFact, MessageDay


class Ended(NamedTuple):
    """Conversations that ended alike, and the lines that were read in them."""

    day: date
    channel: str
    language: str
    ending: str
    number: int
    read_lines: int
    missed_lines: int


class Wished(NamedTuple):
    """Requests for a person with one reason."""

    day: date
    channel: str
    language: str
    reason: str
    number: int


class Took(NamedTuple):
    """How long one request took, in seconds."""

    day: date
    channel: str
    language: str
    seconds: int


class Rated(NamedTuple):
    """One rating, 1 to 5."""

    day: date
    channel: str
    language: str
    score: int


class Coded(NamedTuple):
    """Codes of which the same has become."""

    day: date
    channel: str
    language: str
    state: str
    error_code: str
    used: bool
    number: int


class Left(NamedTuple):
    """Messages that left, and how many SMS they were paid as."""

    day: date
    channel: str
    language: str
    kind: str
    messages: int
    segments: int


class Queries:
    """What happened in one period, read through one session."""

    def __init__(self, session: Session, days: Days, period: Period) -> None:
        self._session = session
        self._days = days
        self._period = period

    def conversations(self) -> list[Ended]:
        """Conversations in which somebody said something and that are over."""
        fact = ConversationFact
        groups = (fact.day, fact.channel, fact.language, fact.ending)
        sums = (func.sum(fact.read_lines), func.sum(fact.missed_lines))
        query = (
            select(*groups, func.count(), *sums)
            .where(self._within(fact.day), fact.ending != "silent")
            .group_by(*groups)
        )
        return [Ended(*row) for row in self._session.execute(query)]

    def requests(self) -> list[Wished]:
        """Every request for a person, also those that are open."""
        fact = HandoffFact
        groups = (fact.day, fact.channel, fact.language, fact.reason)
        query = (
            select(*groups, func.count())
            .where(self._within(fact.day))
            .group_by(*groups)
        )
        return [Wished(*row) for row in self._session.execute(query)]

    def first_replies(self) -> list[Took]:
        """How long people waited for a person's first line, where one came."""
        return self._durations(HandoffFact.first_reply_seconds)

    def resolutions(self) -> list[Took]:
        """How long it took until a person had solved it, where one has."""
        resolved = HandoffFact.outcome == "resolved"
        return self._durations(HandoffFact.closed_seconds, resolved)

    def ratings(self) -> list[Rated]:
        """Each rating, on the day it was given."""
        begin, _ = self._days.bounds(self._period.first)
        _, end = self._days.bounds(self._period.last)
        query = select(Rating.at, Rating.channel, Rating.language, Rating.score).where(
            Rating.at >= begin, Rating.at < end
        )
        return [
            Rated(self._days.of(at), channel, language, score)
            for at, channel, language, score in self._session.execute(query)
        ]

    def codes(self) -> list[Coded]:
        """Codes that were handed to a carrier, or kept from somebody who said STOP."""
        fact = CodeFact
        groups = (
            *(fact.day, fact.by, fact.language, fact.state, fact.error_code),
            fact.used,
        )
        query = (
            select(*groups, func.count())
            .where(self._within(fact.day))
            .group_by(*groups)
        )
        return [Coded(*row) for row in self._session.execute(query)]

    def messages(self) -> list[Left]:
        """Texts, calls and letters that left."""
        row = MessageDay
        query = select(
            *(row.day, row.by, row.language, row.kind, row.messages, row.segments)
        ).where(self._within(row.day))
        return [Left(*each) for each in self._session.execute(query)]

    def _durations(
        self, seconds: InstrumentedAttribute[int | None], *which: ColumnElement[bool]
    ) -> list[Took]:
        fact = HandoffFact
        query = select(fact.day, fact.channel, fact.language, seconds).where(
            self._within(fact.day), seconds.is_not(None), *which
        )
        return [
            Took(day, channel, language, took or 0)
            for day, channel, language, took in self._session.execute(query)
        ]

    def _within(self, day: InstrumentedAttribute[date]) -> ColumnElement[bool]:
        return day.between(self._period.first, self._period.last)
