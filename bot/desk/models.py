"""What the team writes to conversations, and returns of numbers that two decide."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime

ReturnState = Literal["asked", "approved", "refused"]

ASKED = text("state = 'asked'")


class Note(Base):
    """Something that agents tell each other about a conversation; masked."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_conversation_id_at", "conversation_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE")
    )
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Tag(Base):
    """A word that a conversation is found by."""

    __tablename__ = "conversation_tag"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(30), primary_key=True, index=True)


class NumberReturn(Base):
    """A suspended number that an agent wants back on its account.

    Nobody decides what they have asked for: the table itself refuses it.
    """

    __tablename__ = "number_return"
    __table_args__ = (
        CheckConstraint(
            "state IN ('asked', 'approved', 'refused')", name="state_known"
        ),
        CheckConstraint("decided_by <> asked_by", name="two_persons"),
        CheckConstraint(
            "(state = 'asked') = (decided_by IS NULL)", name="decided_by_somebody"
        ),
        Index(
            "uq_number_return_asked",
            "number_id",
            unique=True,
            sqlite_where=ASKED,
            postgresql_where=ASKED,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    number_id: Mapped[str] = mapped_column(ForeignKey("phone_number.id"))
    conversation_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[ReturnState] = mapped_column(String(16), default="asked")
    asked_by: Mapped[str] = mapped_column(ForeignKey("agent.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("agent.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
