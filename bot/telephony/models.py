"""Deliveries: every text, call and e-mail; suppressions; what lines are."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime
from bot.telephony.gateway import Way


class Delivery(Base):
    """One message on its way; a decoy looks the same and goes nowhere.

    States: `queued`, then `sent`, `delivered` or `undelivered` as the provider says;
    `failed` when it refused, `dead` after the last of several tries, `lost` when its
    answer never came, `suppressed` when the person wants no messages; `decoy`.
    `segments`: how many SMS its text is paid as; 1 for calls and letters.
    `doubt`: the last try may have gone out (`broken`: Twilio broke down over it;
    `silent`: no answer came, `looked`: nor was the message found there).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_created_at", "state", "created_at"),
        Index("ix_delivery_to_fingerprint", "to_fingerprint"),
        Index("ix_delivery_provider_id", "provider_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[Way] = mapped_column(String(8))
    to_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    to_fingerprint: Mapped[str | None] = mapped_column(String(64))
    to_masked: Mapped[str] = mapped_column(String(320))
    body_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8), default="en")
    segments: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    state: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str | None] = mapped_column(String(64))
    error_code: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    doubt: Mapped[str | None] = mapped_column(String(8))
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Suppression(Base):
    """A number that wants no messages, from one moment to another.

    `reason`: `keyword` (Twilio's own, such as STOP) or `words` (said freely).
    """

    __tablename__ = "suppression"
    __table_args__ = (
        CheckConstraint("reason IN ('keyword', 'words')", name="reason_known"),
        Index(
            "uq_suppression_open",
            "fingerprint",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptLine(Base):
    """What kind of line a number was on when its carrier was asked."""

    __tablename__ = "kept_line"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    carrier: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
