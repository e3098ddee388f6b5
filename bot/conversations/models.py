"""Conversations, their messages and ratings, and the web sessions that read them."""

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime

Owner = Literal["bot", "queue", "agent"]
Author = Literal["visitor", "bot", "agent", "system"]
Channel = Literal["web", "sms"]
Language = Literal["en", "es"]

# A line with a payload that nobody chose is one that the assistant has to answer, too.
UNANSWERED = text("answered_at IS NULL AND (author = 'visitor' OR payload IS NOT NULL)")


class Conversation(Base):
    """One thread with one person; `owner` says who speaks for the service.

    `asks`: the assistant waits for a word of the person, as a form does.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("owner IN ('bot', 'queue', 'agent')", name="owner_known"),
        CheckConstraint("channel IN ('web', 'sms')", name="channel_known"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    language_fixed: Mapped[bool] = mapped_column(Boolean, default=False)
    owner: Mapped[str] = mapped_column(String(8), default="bot")
    owner_name: Mapped[str | None] = mapped_column(String(100))
    owner_version: Mapped[int] = mapped_column(Integer, default=0)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    turn_holder: Mapped[str | None] = mapped_column(String(64))
    turn_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outage_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asks: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Message(Base):
    """One line of the log, masked; `answers` is the visitor's line it replies to."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        CheckConstraint(
            "author IN ('visitor', 'bot', 'agent', 'system')", name="author_known"
        ),
        Index(
            "ix_message_unanswered",
            "conversation_id",
            "seq",
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
    )

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    author: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(20), default="text")
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text, default="")
    options: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    client_id: Mapped[str | None] = mapped_column(String(100))
    provider_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    payload: Mapped[str | None] = mapped_column(Text)
    answers: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Understanding(Base):
    """How a typed line of a visitor was understood when it was answered.

    `seq` is the line's number in its conversation. A confidence is 0 to 1; `second` is
    the next likeliest intent. `fallback`: the model was sure of none, and `intent` says
    so. `model` is the id that Rasa gives each trained model.
    """

    __tablename__ = "understanding"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float] = mapped_column(Float)
    second: Mapped[str | None] = mapped_column(String(64))
    second_confidence: Mapped[float | None] = mapped_column(Float)
    fallback: Mapped[bool] = mapped_column(Boolean)
    model: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class WebSession(Base):
    """A web visitor's right to one conversation; only the secret's hash is kept.

    A `token` speaks for the visitor, a `cookie` gets tokens. Once a younger cookie was
    seen, the older is `retired`: it works a moment longer, for another tab. One that is
    `ended` opens nothing; it says that a new one is on its way to the browser.
    """

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('token', 'cookie', 'retired', 'ended')", name="kind_known"
        ),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(8), default="token")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Rating(Base):
    """How a visitor found a conversation; it outlives the conversation, unlinked.

    `owner` is who spoke for the service when it was given. The comment is masked.
    """

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score_known"),
        UniqueConstraint("conversation_id"),
    )

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: uuid4().hex
    )
    conversation_id: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    owner: Mapped[str] = mapped_column(String(8))
    score: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
