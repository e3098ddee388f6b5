"""Queries about lines in doubt; the caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.agents.models import Agent
from bot.conversations.models import Message, Understanding
from bot.review.models import ReviewLine, State, Why

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """Which lines are listed; of one conversation also those that nobody doubts."""

    language: str | None = None
    state: State | None = None
    conversation_id: str | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class ReviewItem:
    """A line, what it was taken for, and what somebody says it was.

    `taken_for` is the likeliest intent with its `confidence`, 0 to 1, also where the
    assistant went by none (`fallback`). Without `why` nobody doubts it.
    """

    conversation_id: str
    seq: int
    text: str
    language: str
    taken_for: str | None
    confidence: float | None
    fallback: bool
    at: datetime
    why: Why | None
    suggested: str | None
    state: State
    intent: str | None
    labelled_by: str | None
    labelled_at: datetime | None


def listed(session: Session, which: Filter) -> tuple[ReviewItem, ...]:
    """The newest lines first, at most a page."""
    query = _lines(every=which.conversation_id is not None).where(*_conditions(which))
    newest = query.order_by(Understanding.at.desc(), Understanding.seq.desc())
    return tuple(_item(*row) for row in session.execute(newest.limit(PAGE)))


def count_open(session: Session) -> int:
    """How many lines wait for a label."""
    waiting = _lines(every=False).where(ReviewLine.state == "open")
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def find(session: Session, conversation_id: str, seq: int) -> ReviewItem | None:
    """One line, doubted or not."""
    key = (
        Understanding.conversation_id == conversation_id,
        Understanding.seq == seq,
    )
    row = session.execute(_lines(every=True).where(*key)).one_or_none()
    return None if row is None else _item(*row)


def _lines(*, every: bool) -> Select[Understanding, ReviewLine, str, str]:
    same = and_(
        ReviewLine.conversation_id == Understanding.conversation_id,
        ReviewLine.seq == Understanding.seq,
    )
    said = and_(
        Message.conversation_id == Understanding.conversation_id,
        Message.seq == Understanding.seq,
    )
    return (
        select(Understanding, ReviewLine, Message.text, Agent.name)
        .join(ReviewLine, same, isouter=every)
        .join(Message, said, isouter=True)
        .join(Agent, Agent.id == ReviewLine.labelled_by, isouter=True)
        # A line whose words are gone by now can be labelled no more.
        .where(or_(ReviewLine.text.is_not(None), func.length(Message.text) > 0))
    )


def _conditions(which: Filter) -> Sequence[ColumnElement[bool]]:
    wanted = []
    if which.language is not None:
        wanted.append(Understanding.language == which.language)
    if which.state is not None:
        wanted.append(func.coalesce(ReviewLine.state, "open") == which.state)
    if which.conversation_id is not None:
        wanted.append(Understanding.conversation_id == which.conversation_id)
    if which.before is not None:
        wanted.append(Understanding.at < which.before)
    return wanted


def _item(
    taken: Understanding, line: ReviewLine | None, said: str | None, name: str | None
) -> ReviewItem:
    best = (taken.intent, taken.confidence)
    if taken.fallback and taken.second is not None:
        best = (taken.second, taken.second_confidence or 0.0)
    return ReviewItem(
        conversation_id=taken.conversation_id,
        seq=taken.seq,
        text=(line.text if line is not None else None) or said or "",
        language=taken.language,
        taken_for=best[0],
        confidence=best[1],
        fallback=taken.fallback,
        at=taken.at,
        why=line.why if line is not None else None,
        suggested=line.suggested if line is not None else None,
        state=line.state if line is not None else "open",
        intent=line.intent if line is not None else None,
        labelled_by=name,
        labelled_at=line.labelled_at if line is not None else None,
    )
