"""Cases for the team, and conversations that wait for a person."""

from datetime import datetime
from typing import Literal

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime

CaseKind = Literal["recovery", "merge", "compromise"]
CaseState = Literal["waiting", "review", "approved", "refused", "cancelled", "done"]
# What nobody stores: an approval whose time is over, and what only who proves the
# account may know.
CaseStanding = CaseState | Literal["lapsed", "private"]
CaseRisk = Literal["usual", "raised", "high"]
CaseSignal = Literal[
    "unproved",
    "factors_lost",
    "number_moved",
    "email_moved",
    "number_suspended",
    "new_place",
    "undone",
    "case_stopped",
    "sim_swap",
    "reassigned",
]
RequestState = Literal["waiting", "taken", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
Outcome = Literal["resolved", "returned", "abandoned"]

# Written out, so that the few open ones are found by their own index.
OPEN = text("state IN ('waiting', 'taken')")


class Case(Base):
    """Something that a person of the team decides; known to its opener by number.

    It waits until `ready_at`, so that the owner of the account can stop it. Without
    an account it is a decoy: its contact belongs to nobody. `limit_key` names the
    throttle under which it was opened. `signals` are what makes it a `risk`, one that
    counts twice twice. A risky one has a first person of the team who approved it,
    `first_person` being the agent's id; `decided_by` is the other. `lines_seen_at`:
    when look-ups of its account's numbers were asked.
    """

    __tablename__ = "support_case"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('recovery', 'merge', 'compromise')", name="kind_known"
        ),
        CheckConstraint(
            "state IN ('waiting', 'review', 'approved', 'refused', 'cancelled',"
            " 'done')",
            name="state_known",
        ),
        CheckConstraint("risk IN ('usual', 'raised', 'high')", name="risk_known"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[CaseKind] = mapped_column(String(16))
    state: Mapped[CaseState] = mapped_column(String(16), default="waiting")
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    limit_key: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(100))
    good_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    risk: Mapped[CaseRisk] = mapped_column(
        String(8), default="usual", server_default="usual"
    )
    signals: Mapped[list[CaseSignal]] = mapped_column(
        JSON, default=list, server_default="[]"
    )
    lines_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_by: Mapped[str | None] = mapped_column(String(100))
    first_person: Mapped[str | None] = mapped_column(String(100))
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def state_at(self, moment: datetime) -> CaseStanding:
        """The state, also of a case that waited long enough or was not used in time."""
        if self.state == "waiting" and self.ready_at <= moment:
            return "review"
        if self.state == "approved" and self.good_until and self.good_until <= moment:
            return "lapsed"
        return self.state


class CaseEvidence(Base):
    """A kind of evidence that somebody of the team has seen, outside of the chat."""

    __tablename__ = "case_evidence"

    case_id: Mapped[str] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    person: Mapped[str] = mapped_column(String(100), primary_key=True)
    seen_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandoffRequest(Base):
    """One handoff, from the wish for a person to its end; one at most is open.

    `reason` is the intent, or what the assistant saw. `joins_queue`: the assistant
    falls silent once it has said what it was saying; `queued_at`: it did. The moments
    of a breach are when it was noticed; `first_reply_at` is the agent's first line.
    """

    __tablename__ = "handoff_request"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'taken', 'closed')", name="state_known"),
        CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')", name="priority_known"
        ),
        CheckConstraint(
            "outcome IN ('resolved', 'returned', 'abandoned')", name="outcome_known"
        ),
        Index(
            "uq_handoff_request_open",
            "conversation_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    proved: Mapped[str] = mapped_column(String(16))
    frustrated: Mapped[bool] = mapped_column(Boolean, default=False)
    priority: Mapped[Priority] = mapped_column(String(8), default="normal")
    state: Mapped[RequestState] = mapped_column(String(16), default="waiting")
    joins_queue: Mapped[bool] = mapped_column(Boolean, default=False)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agent_id: Mapped[str | None] = mapped_column(String(32), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    first_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(String(16))
    disposition: Mapped[str | None] = mapped_column(String(40))
    first_response_due: Mapped[datetime] = mapped_column(UtcDateTime)
    resolution_due: Mapped[datetime] = mapped_column(UtcDateTime)
    first_response_breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution_breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
