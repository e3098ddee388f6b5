"""Accounts, how they are reached, and what happened to them."""

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime

AccountStatus = Literal["active", "suspended", "closed"]
UndoKind = Literal[
    "number_added",
    "number_changed",
    "number_removed",
    "number_suspended",
    "number_claimed",
    "email_changed",
    "deletion",
    "case",
]
NumberState = Literal["pending", "verified", "suspended", "removed"]

VERIFIED = text("state = 'verified'")
GETS_CODES = text("gets_codes")
OPEN_DELETION = text("cancelled_at IS NULL AND done_at IS NULL")


def new_id() -> str:
    """A random id of 32 hex characters."""
    return uuid4().hex


class Account(Base):
    """A person's account; only an active one can be identified or changed."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(
            "status IN ('active', 'suspended', 'closed')", name="status_known"
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    display_name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(8))
    status: Mapped[AccountStatus] = mapped_column(String(16), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmailAddress(Base):
    """An e-mail address; one account at most has it.

    One that was removed is not verified any more; it stays for as long as the change
    can be undone, so that nobody else can take it.
    """

    __tablename__ = "email_address"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    address_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    masked: Mapped[str] = mapped_column(String(320))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FormerEmail(Base):
    """An address that was on an account lately, and may be anybody's by now.

    It is told of a recovery, in which its owner has a say for a while longer.
    """

    __tablename__ = "former_email"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    address_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    masked: Mapped[str] = mapped_column(String(320))
    removed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OfferedEmail(Base):
    """A new address that a conversation offers; it blocks nobody until it is proved.

    `replaces_id` is the address it is to take the place of, if the account has one.
    """

    __tablename__ = "offered_email"

    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    address_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(64))
    masked: Mapped[str] = mapped_column(String(320))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("email_address.id"))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PhoneNumber(Base):
    """A number of an account; the indexes decide who owns it, whatever races.

    `slot` counts the verified owners of one number from 0, so that a unique index
    holds the limit of accounts per number. `proved_at`: when a code that went there was
    last typed. `replaces_id` and `conversation_id`
    say of a pending number what it is to take the place of, and where.
    """

    __tablename__ = "phone_number"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'verified', 'suspended', 'removed')",
            name="state_known",
        ),
        CheckConstraint(
            "(state = 'verified') = (slot IS NOT NULL)", name="slot_when_verified"
        ),
        CheckConstraint(
            "NOT gets_codes OR state = 'verified'", name="codes_when_verified"
        ),
        Index(
            "uq_phone_number_owner",
            "fingerprint",
            "slot",
            unique=True,
            sqlite_where=VERIFIED,
            postgresql_where=VERIFIED,
        ),
        Index(
            "uq_phone_number_once_per_account",
            "account_id",
            "fingerprint",
            unique=True,
            sqlite_where=VERIFIED,
            postgresql_where=VERIFIED,
        ),
        Index(
            "uq_phone_number_gets_codes",
            "account_id",
            unique=True,
            sqlite_where=GETS_CODES,
            postgresql_where=GETS_CODES,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    number_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(64))
    masked: Mapped[str] = mapped_column(String(32))
    state: Mapped[NumberState] = mapped_column(String(16))
    slot: Mapped[int | None] = mapped_column(Integer)
    gets_codes: Mapped[bool] = mapped_column(Boolean, default=False)
    line_type: Mapped[str] = mapped_column(String(16))
    carrier: Mapped[str | None] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("phone_number.id"))


class SignIn(Base):
    """One sign-in at the account's website, tried or done."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id_at", "account_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    method: Mapped[str] = mapped_column(String(16))
    device: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(100))
    succeeded: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEvent(Base):
    """One security event; `data` holds ids, counts and reasons, nothing personal."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_account_id_at", "account_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Undo(Base):
    """The right to take one change back; a link holds the token, the row its hash.

    `data` names the rows that the change touched, by their ids. Without an account
    it is a decoy, whose link nobody was sent.
    """

    __tablename__ = "undo"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[UndoKind] = mapped_column(String(20))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Deletion(Base):
    """An account's deletion: due later, and open until it is done or taken back."""

    __tablename__ = "deletion"
    __table_args__ = (
        Index(
            "uq_deletion_open",
            "account_id",
            unique=True,
            sqlite_where=OPEN_DELETION,
            postgresql_where=OPEN_DELETION,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
