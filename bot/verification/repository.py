"""Queries on challenges; every change is guarded by what it needs to be true."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from bot.verification.models import Challenge, Purpose

NOT_CLOSED = (
    Challenge.used_at.is_(None),
    Challenge.superseded_at.is_(None),
    Challenge.cancelled_at.is_(None),
)


class ChallengeRepository:
    """Challenges of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(
        self,
        conversation_id: str,
        *,
        purpose: Purpose | None = None,
        account_id: str | None = None,
    ) -> Challenge | None:
        """The conversation's newest, of a purpose or account if one is given."""
        query = select(Challenge).where(Challenge.conversation_id == conversation_id)
        if purpose:
            query = query.where(Challenge.purpose == purpose)
        if account_id:
            query = query.where(Challenge.account_id == account_id)
        newest = query.order_by(Challenge.position.desc()).limit(1)
        return self._session.scalars(newest).one_or_none()

    def next_position(self, conversation_id: str) -> int:
        """The position of the next one; sends of a conversation come one by one."""
        query = select(func.max(Challenge.position)).where(
            Challenge.conversation_id == conversation_id
        )
        return (self._session.scalar(query) or 0) + 1

    def superseded(self, challenge: Challenge) -> Sequence[Challenge]:
        """Those whose place this one took."""
        query = select(Challenge).where(
            Challenge.conversation_id == challenge.conversation_id,
            Challenge.purpose == challenge.purpose,
            Challenge.superseded_at.is_not(None),
        )
        return self._session.scalars(query).all()

    def supersede(
        self, conversation_id: str, purpose: Purpose, *, now: datetime
    ) -> None:
        """Close what a new code takes the place of."""
        self._session.execute(
            update(Challenge)
            .where(
                Challenge.conversation_id == conversation_id,
                Challenge.purpose == purpose,
                *NOT_CLOSED,
            )
            .values(superseded_at=now)
        )

    def cancel(self, *which: ColumnElement[bool], now: datetime) -> int:
        """Close what is not closed among `which`; counts what was open till now."""
        cancelled = self._session.scalars(
            update(Challenge)
            .where(*which, *NOT_CLOSED)
            .values(cancelled_at=now)
            .returning(Challenge.expires_at)
        )
        return sum(expires_at > now for expires_at in cancelled.all())

    def open_of(self, account_id: str, *, now: datetime) -> Sequence[Challenge]:
        """The account's codes that would still count, of every conversation."""
        query = select(Challenge).where(
            Challenge.account_id == account_id, Challenge.expires_at > now, *NOT_CLOSED
        )
        return self._session.scalars(query).all()

    def count_attempt(
        self, challenge_id: str, *, now: datetime, line: int | None, guess_hmac: str
    ) -> int | None:
        """Count a guess before it is compared: its number, or None when refused."""
        return self._session.scalar(
            update(Challenge)
            .where(
                Challenge.id == challenge_id,
                Challenge.attempts < Challenge.guesses_allowed,
                Challenge.expires_at > now,
                *NOT_CLOSED,
            )
            .values(
                attempts=Challenge.attempts + 1,
                guessed_in=line,
                guess_hmac=guess_hmac,
                guess_refused=False,
            )
            .returning(Challenge.attempts)
            .execution_options(synchronize_session=False)
        )

    def mark_refused(self, challenge_id: str, guess_hmac: str) -> None:
        """Remember that the last guess was found wrong, if it is this one."""
        self._session.execute(
            update(Challenge)
            .where(Challenge.id == challenge_id, Challenge.guess_hmac == guess_hmac)
            .values(guess_refused=True)
            .execution_options(synchronize_session=False)
        )

    def use(self, challenge_id: str, *, now: datetime) -> bool:
        """Take the code; False when somebody was faster or its time is over."""
        used = self._session.scalar(
            update(Challenge)
            .where(
                Challenge.id == challenge_id, Challenge.expires_at > now, *NOT_CLOSED
            )
            .values(used_at=now)
            .returning(Challenge.id)
        )
        return used is not None

    def forget(self, *, before: datetime) -> int:
        """Delete what expired before a moment; counts the rows."""
        gone = self._session.scalars(
            delete(Challenge)
            .where(Challenge.expires_at < before)
            .returning(Challenge.id)
        )
        return len(gone.all())
