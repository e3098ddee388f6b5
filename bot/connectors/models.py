"""What other systems are told and tell, and what handoffs are called there."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime

DeliveryState = Literal["queued", "sent", "dead"]
# SQLite numbers rows by itself only where the column is a plain integer.
Counter = BigInteger().with_variant(Integer, "sqlite")


class RemoteDelivery(Base):
    """Something that another system is told, at least once; `key` names it there.

    Of one conversation each system is told in the order of `id`. What was refused too
    often is `dead` and stays for a month, to be seen and sent again; while it is
    `ordered`, what comes after it waits. `body` refers to what was said and never
    quotes it.
    """

    __tablename__ = "remote_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'dead')", name="state_known"),
        Index("ix_remote_delivery_due", "connector", "state", "due_at"),
        Index("ix_remote_delivery_order", "connector", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_id)
    connector: Mapped[str] = mapped_column(String(16))
    conversation_id: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    ordered: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[DeliveryState] = mapped_column(String(8), default="queued")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    fault: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RemoteRef(Base):
    """What a handoff is called in another system.

    It outlives the conversation for a while: its end is told there, too.
    """

    __tablename__ = "remote_ref"
    __table_args__ = (
        UniqueConstraint("connector", "request_id"),
        Index("ix_remote_ref_remote_id", "connector", "remote_id"),
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    connector: Mapped[str] = mapped_column(String(16))
    request_id: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    remote_id: Mapped[str] = mapped_column(String(100))
    remote_contact: Mapped[str] = mapped_column(String(100), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RemoteEvent(Base):
    """Something that an agent did in another system; the same event is kept once.

    What was said is gone from here once it is in the conversation.
    """

    __tablename__ = "remote_event"
    __table_args__ = (
        UniqueConstraint("connector", "event_id"),
        Index("ix_remote_event_open", "done_at", "id"),
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    connector: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    remote_id: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    text_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
