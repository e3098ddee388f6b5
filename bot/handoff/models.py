"""Cases for the support team, and conversations that wait for a person."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import new_id
from bot.database import Base, UtcDateTime

CaseKind = Literal["recovery", "merge", "compromise"]
CaseState = Literal["waiting", "review", "approved", "refused", "cancelled", "done"]
# What nobody stores: an approval whose time is over.
CaseStanding = CaseState | Literal["lapsed"]
RequestState = Literal["waiting", "taken", "closed"]

WAITING = text("state = 'waiting'")


class Case(Base):
    """Something that a person of the team decides; known to its opener by number.

    It waits until `ready_at`, so that the owner of the account can stop it. Without
    an account it is a decoy: its contact belongs to nobody. `limit_key` names the
    throttle under which it was opened.
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

    def state_at(self, moment: datetime) -> CaseStanding:
        """The state, also of a case that waited long enough or was not used in time."""
        if self.state == "waiting" and self.ready_at <= moment:
            return "review"
        if self.state == "approved" and self.good_until and self.good_until <= moment:
            return "lapsed"
        return self.state


class HandoffRequest(Base):
    """A conversation that asks for a person; one at most waits per conversation."""

    __tablename__ = "handoff_request"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'taken', 'closed')", name="state_known"),
        Index(
            "uq_handoff_request_waiting",
            "conversation_id",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    proved: Mapped[str] = mapped_column(String(16))
    state: Mapped[RequestState] = mapped_column(String(16), default="waiting")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
