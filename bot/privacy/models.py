"""Disclosures: values typed in the chat, for minutes; and keys that are kept."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime


class KeptKey(Base):
    """A key that outlives the secret it was derived from, sealed under the present.

    What is found or checked by an HMAC cannot be made anew: nobody knows what it is of.
    """

    __tablename__ = "kept_key"

    purpose: Mapped[str] = mapped_column(String(32), primary_key=True)
    key_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Disclosure(Base):
    """One value behind a placeholder; `position` counts values of a kind from 0."""

    __tablename__ = "disclosure"

    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
