"""Facts of codes, kept before a code is deleted a day after its end."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.database import Sessions
from bot.insights.days import Days
from bot.insights.models import CodeFact
from bot.insights.rows import keep
from bot.telephony.models import Delivery
from bot.verification.models import Challenge

# Nothing was to leave, or it has not been tried yet.
UNSENT = ("decoy", "queued")


class CodeFacts:
    """Follows each code that is sent for as long as it is kept."""

    def __init__(self, sessions: Sessions, days: Days) -> None:
        self._sessions = sessions
        self._days = days

    def follow(self) -> int:
        """Note what became of codes since the last time; counts those."""
        with self._sessions.begin() as session:
            return self._follow(session)

    def let_go(self, session: Session, before: datetime) -> None:
        """Note codes that are about to be deleted, and forget which they were.

        In the transaction that deletes those that expired `before` a moment.
        """
        self._follow(session)
        gone = select(Challenge.id).where(Challenge.expires_at < before)
        session.execute(
            update(CodeFact)
            .where(CodeFact.challenge_id.in_(gone))
            .values(challenge_id=None)
            .execution_options(synchronize_session=False)
        )

    def _follow(self, session: Session) -> int:
        moved = session.execute(_moved()).all()
        for code in moved:
            keep(
                session,
                CodeFact,
                CodeFact.challenge_id,
                code.id,
                day=self._days.of(code.created_at),
                by=code.by,
                language=code.language,
                state=code.state,
                error_code=code.error_code or "",
                used=code.used_at is not None,
            )
        return len(moved)


def _moved() -> Any:
    """Codes whose fact is not there, or not true any more."""
    used = Challenge.used_at.is_not(None)
    return (
        select(
            Challenge.id,
            Challenge.created_at,
            Challenge.used_at,
            Delivery.by,
            Delivery.language,
            Delivery.state,
            Delivery.error_code,
        )
        .join(Delivery, Delivery.id == Challenge.delivery_id)
        .outerjoin(CodeFact, CodeFact.challenge_id == Challenge.id)
        .where(
            Delivery.state.not_in(UNSENT),
            or_(
                CodeFact.id.is_(None),
                CodeFact.used != used,
                CodeFact.state != Delivery.state,
                CodeFact.error_code != func.coalesce(Delivery.error_code, ""),
            ),
        )
    )
