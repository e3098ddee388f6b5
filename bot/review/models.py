"""Lines that people of the team look at again, and what they say was meant."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime

# unsure: low confidence. The others: the person chose another of the meanings offered,
# said no to it, or said it again in other words; agent: somebody of the team said so.
Why = Literal["unsure", "chosen", "denied", "rephrased", "agent"]
State = Literal["open", "labelled", "skipped"]


class ReviewLine(Base):
    """One typed line of a visitor whose understanding is in doubt, and its label.

    `suggested` is the intent that the person came to afterwards. A label keeps the
    line's masked text; it goes with the conversation.
    """

    __tablename__ = "review_line"
    __table_args__ = (
        CheckConstraint(
            "why IN ('unsure', 'chosen', 'denied', 'rephrased', 'agent')",
            name="why_known",
        ),
        CheckConstraint("state IN ('open', 'labelled', 'skipped')", name="state_known"),
        CheckConstraint(
            "(state = 'labelled') = (intent IS NOT NULL)", name="label_whole"
        ),
        CheckConstraint(
            "(state = 'open') = (labelled_by IS NULL)", name="labelled_by_somebody"
        ),
        Index("ix_review_line_state_at", "state", "at"),
    )

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    why: Mapped[Why] = mapped_column(String(10))
    suggested: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(String(10), default="open")
    intent: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(Text)
    labelled_by: Mapped[str | None] = mapped_column(ForeignKey("agent.id"))
    labelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
