"""Texts that came in, the conversations they belong to, and links to the web."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime


class ReceivedText(Base):
    """A text as the provider handed it over, until it has been read.

    `outcome` says what was made of it; its words are erased then, and the provider's
    id stays, so that the same text is not read twice.
    """

    __tablename__ = "received_text"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    number_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    media: Mapped[int] = mapped_column(Integer, default=0)
    opt_out_type: Mapped[str | None] = mapped_column(String(16))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    outcome: Mapped[str | None] = mapped_column(String(16), index=True)


class TextThread(Base):
    """The conversation that a number texts in; the number proves nothing in it."""

    __tablename__ = "text_thread"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), unique=True
    )
    number_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebLink(Base):
    """A link that opens a conversation on the web, once; only its hash is kept."""

    __tablename__ = "web_link"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
