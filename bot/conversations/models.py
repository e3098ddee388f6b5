"""Conversations, their messages, and the web sessions that may read them."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime

Owner = Literal["bot", "queue", "agent"]
Author = Literal["visitor", "bot", "agent", "system"]
Channel = Literal["web", "sms"]
Language = Literal["en", "es"]

UNANSWERED = text("author = 'visitor' AND answered_at IS NULL")


class Conversation(Base):
    """One thread with one person; `owner` says who speaks for the service."""

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


class WebSession(Base):
    """A web visitor's right to one conversation; only the token's hash is kept."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
