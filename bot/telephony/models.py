"""Deliveries: every text, call and e-mail that was ever to be sent."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime
from bot.telephony.gateway import Way


class Delivery(Base):
    """One message on its way; a decoy looks the same and goes nowhere."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_created_at", "state", "created_at"),
        Index("ix_delivery_to_fingerprint", "to_fingerprint"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[Way] = mapped_column(String(8))
    to_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    to_fingerprint: Mapped[str | None] = mapped_column(String(64))
    to_masked: Mapped[str] = mapped_column(String(320))
    body_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str | None] = mapped_column(String(64))
    error_code: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
