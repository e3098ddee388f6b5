"""Facts that figures are made of; nothing in them says whose they are.

A fact names its conversation, request or code while that exists, so that it can be
counted again, and nobody once that is gone. Days are those of the team's time zone.
"""

from datetime import date
from typing import Literal

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base

Ending = Literal["contained", "handed_over", "abandoned", "silent"]


class ConversationFact(Base):
    """How one conversation ended, on the day it began.

    `lines` is how long it was then: once it is longer, it is settled anew. The model
    has read `read_lines` that were typed, and not understood `missed_lines` of them.
    """

    __tablename__ = "conversation_fact"
    __table_args__ = (
        CheckConstraint(
            "ending IN ('contained', 'handed_over', 'abandoned', 'silent')",
            name="ending_known",
        ),
        # Holds all that is asked, so that no row has to be read for it.
        Index(
            "ix_conversation_fact_counted",
            *("day", "channel", "language", "ending", "read_lines", "missed_lines"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    day: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    ending: Mapped[Ending] = mapped_column(String(16))
    lines: Mapped[int] = mapped_column(Integer)
    read_lines: Mapped[int] = mapped_column(Integer)
    missed_lines: Mapped[int] = mapped_column(Integer)


class HandoffFact(Base):
    """A request for a person, on the day it was made; times are in seconds from then.

    `outcome` is empty while it is open.
    """

    __tablename__ = "handoff_fact"
    __table_args__ = (Index("ix_handoff_fact_day", "day"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    request_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    day: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(16), default="")
    first_reply_seconds: Mapped[int | None] = mapped_column(Integer)
    closed_seconds: Mapped[int | None] = mapped_column(Integer)


class CodeFact(Base):
    """A code that was to be sent, on that day: by which way, and what came of it.

    `error_code` is the carrier's, or how a call ended; empty where there is none.
    """

    __tablename__ = "code_fact"
    __table_args__ = (
        Index(
            "ix_code_fact_counted",
            *("day", "by", "language", "state", "error_code", "used"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    challenge_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    day: Mapped[date] = mapped_column(Date)
    by: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str] = mapped_column(String(16), default="")
    used: Mapped[bool] = mapped_column(Boolean, default=False)


class MessageDay(Base):
    """What left for phones and mailboxes on one day; `kind`: code, notice or talk."""

    __tablename__ = "message_day"
    __table_args__ = (
        CheckConstraint("kind IN ('code', 'notice', 'talk')", name="kind_known"),
    )

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    by: Mapped[str] = mapped_column(String(8), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    messages: Mapped[int] = mapped_column(Integer)
    segments: Mapped[int] = mapped_column(Integer)
