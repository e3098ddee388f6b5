"""Codes that were sent, what proves identity, and the proofs that were given."""

from datetime import datetime
from typing import Literal

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime
from bot.telephony.gateway import Way

Purpose = Literal["identify", "bind_number", "bind_email", "sign_in"]
Scope = Literal["view", "change", "possession"]
Method = Literal["sms", "voice", "email", "totp", "recovery_code", "session", "case"]
CodeEngine = Literal["own", "verify"]
AuthenticatorKind = Literal["sms", "totp", "recovery_codes"]


def sign_in_thread(account_id: str) -> str:
    """What stands in a challenge for the conversation when it is the sign-in page."""
    return f"sign_in:{account_id}"


class Authenticator(Base):
    """Something that can prove identity; too many wrong guesses disable it for good.

    Failures are counted across codes (SP 800-63B-4, 3.1.3.2 and 3.2.2).
    """

    __tablename__ = "authenticator"
    __table_args__ = (
        CheckConstraint("kind IN ('sms', 'totp', 'recovery_codes')", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    phone_number_id: Mapped[str | None] = mapped_column(
        ForeignKey("phone_number.id"), index=True
    )
    secret_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    failures_total: Mapped[int] = mapped_column(Integer, default=0)
    last_totp_step: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    enabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One saved code; it works once (SP 800-63B-4, 3.1.2.2)."""

    __tablename__ = "recovery_code"

    authenticator_id: Mapped[str] = mapped_column(
        ForeignKey("authenticator.id"), primary_key=True
    )
    code_hmac: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Challenge(Base):
    """A code on its way and the guesses at it; a decoy has no account.

    `position` counts the conversation's codes from 1. `limit_key` names the throttle
    that its asker may be told about; `told` says that the asker knows the account.
    `asked_by` is the way that was asked for, `by` the way it went. `engine` says who
    made the code and knows it. `country` is that of the number it went to, for counts
    of how many codes are used; nothing where none left for a phone.

    `asked_in` and `guessed_in` are the lines that the code and the last guess at it
    were for: an answer that is made anew sends and counts nothing anew.
    """

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('identify', 'bind_number', 'bind_email', 'sign_in')",
            name="purpose_known",
        ),
        CheckConstraint("by IN ('sms', 'voice', 'email')", name="by_known"),
        CheckConstraint("attempts <= guesses_allowed", name="attempts_within"),
        CheckConstraint("engine IN ('own', 'verify')", name="engine_known"),
        UniqueConstraint("conversation_id", "position"),
        Index("ix_challenge_account_id_created_at", "account_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    authenticator_id: Mapped[str | None] = mapped_column(ForeignKey("authenticator.id"))
    destination_fingerprint: Mapped[str] = mapped_column(String(64))
    limit_key: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[Purpose] = mapped_column(String(16))
    by: Mapped[Way] = mapped_column(String(8))
    asked_by: Mapped[Way] = mapped_column(String(8))
    told: Mapped[bool]
    engine: Mapped[CodeEngine] = mapped_column(String(8), default="own")
    country: Mapped[str] = mapped_column(String(3), default="")
    code_hmac: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    guesses_allowed: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivery_id: Mapped[str | None] = mapped_column(String(32))
    asked_in: Mapped[int | None] = mapped_column(Integer)
    guessed_in: Mapped[int | None] = mapped_column(Integer)
    guess_hmac: Mapped[str | None] = mapped_column(String(64))
    guess_refused: Mapped[bool] = mapped_column(Boolean, default=False)

    def is_open(self, now: datetime) -> bool:
        """Whether a right answer would still count."""
        closed = (self.used_at, self.superseded_at, self.cancelled_at)
        return (
            not any(closed)
            and now < self.expires_at
            and self.attempts < self.guesses_allowed
        )

    @property
    def guesses_left(self) -> int:
        """Guesses that would still be compared."""
        return self.guesses_allowed - self.attempts


class Throttle(Base):
    """Sends and wrong guesses of one contact or destination, known here or not.

    `sends` holds the moments of the last day's sends, oldest first, as milliseconds
    since 1970. `failures` counts from `failing_since` on.
    """

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    sends: Mapped[list[int]] = mapped_column(JSON)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Meter(Base):
    """What was counted under a cap since a moment; `reached_at`: when it was full.

    A watch has one as well, that counts nothing: `reached_at` is since when it sees
    what it watches for.
    """

    __tablename__ = "meter"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    counted: Mapped[int] = mapped_column(Integer)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Visitor(Base):
    """Where a conversation's visitor came from, as a fingerprint."""

    __tablename__ = "visitor"

    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Proof(Base):
    """What a conversation has proved about one account, for a while."""

    __tablename__ = "proof"
    __table_args__ = (
        CheckConstraint(
            "scope IN ('view', 'change', 'possession')", name="scope_known"
        ),
        Index("ix_proof_conversation_id_created_at", "conversation_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    method: Mapped[Method] = mapped_column(String(16))
    scope: Mapped[Scope] = mapped_column(String(16))
    number_fingerprint: Mapped[str | None] = mapped_column(String(64))
    proved_in: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Showing(Base):
    """A secret that is shown in a conversation for a while: an app's, saved codes.

    It stands beside the log, so that no line, no engine and no desk ever holds it.
    `shown_at` says when it was first handed to its visitor.
    """

    __tablename__ = "showing"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    body_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
