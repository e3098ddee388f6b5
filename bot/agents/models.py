"""Agents of the support team, where they are signed in, and what they did."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime

Role = Literal["agent", "supervisor", "auditor"]
AgentStatus = Literal["available", "away"]


class Agent(Base):
    """Somebody of the team; never deleted, so that what they did keeps its name.

    `seen_at` is the last sign of an open desk; none since they signed out.
    """

    __tablename__ = "agent"
    __table_args__ = (
        CheckConstraint(
            "role IN ('agent', 'supervisor', 'auditor')", name="role_known"
        ),
        CheckConstraint("status IN ('available', 'away')", name="status_known"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    last_totp_step: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[AgentStatus] = mapped_column(String(16), default="available")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgentSession(Base):
    """An agent who is signed in; the row has the token's hash, the browser the token.

    `used_at` is the last thing that the agent did, which an open page alone is not.
    """

    __tablename__ = "agent_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DeskAudit(Base):
    """One look or act at the desk; `detail` holds ids, counts and reasons only.

    Without an agent it was done at the command line, or by nobody who is known.
    """

    __tablename__ = "desk_audit"
    __table_args__ = (Index("ix_desk_audit_agent_id_at", "agent_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agent.id"))
    act: Mapped[str] = mapped_column(String(40))
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    account_id: Mapped[str | None] = mapped_column(String(32), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
