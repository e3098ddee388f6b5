"""Queries on cases; every change is guarded by what it needs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.handoff.models import Case, CaseKind, CaseState

# What an approved case is good for; two accounts are merged by the team itself.
RECOVERING: tuple[CaseKind, ...] = ("recovery", "compromise")
STOPPABLE: tuple[CaseState, ...] = ("waiting", "review", "approved")


class CaseRepository:
    """Cases of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_number(self, number: str) -> Case | None:
        """The case with that number."""
        query = select(Case).where(Case.number == number)
        return self._session.scalars(query).one_or_none()

    def open_here(
        self,
        conversation_id: str,
        kind: CaseKind,
        *,
        of: ColumnElement[bool],
        now: datetime,
    ) -> Case | None:
        """The conversation's case of a kind that is not decided, or still of use."""
        query = select(Case).where(
            Case.conversation_id == conversation_id,
            Case.kind == kind,
            of,
            or_(
                Case.state.in_(("waiting", "review")),
                and_(Case.state == "approved", Case.good_until > now),
            ),
        )
        newest = query.order_by(Case.opened_at.desc(), Case.id).limit(1)
        return self._session.scalars(newest).one_or_none()

    def listed(self, *which: ColumnElement[bool]) -> Sequence[Case]:
        """Cases, newest first."""
        query = select(Case).where(*which)
        return self._session.scalars(
            query.order_by(Case.opened_at.desc(), Case.number)
        ).all()

    def advance(self, *, now: datetime) -> int:
        """Hand to the team what has waited long enough; counts the cases."""
        moved = self._session.scalars(
            update(Case)
            .where(Case.state == "waiting", Case.ready_at <= now)
            .values(state="review")
            .returning(Case.id)
        )
        return len(moved.all())

    def decide(
        self,
        number: str,
        state: CaseState,
        *guards: ColumnElement[bool],
        by: str,
        now: datetime,
        good_until: datetime | None = None,
    ) -> Case | None:
        """Decide a case under review; None when it is not, or a guard does not hold."""
        return self._session.scalars(
            update(Case)
            .where(Case.number == number, Case.state == "review", *guards)
            .values(state=state, decided_at=now, decided_by=by, good_until=good_until)
            .returning(Case)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def stop(self, case_id: str, *, account_id: str, now: datetime) -> Case | None:
        """Cancel an account's case; None when it is over."""
        return self._session.scalars(
            update(Case)
            .where(
                Case.id == case_id,
                Case.account_id == account_id,
                Case.state.in_(STOPPABLE),
            )
            .values(state="cancelled", decided_at=now)
            .returning(Case)
        ).one_or_none()

    def use_approved(self, account_id: str, *, now: datetime) -> Case | None:
        """Use up an approved case of the account; None when none is to be had."""
        good = (Case.state == "approved", Case.good_until > now)
        oldest = (
            select(Case.id)
            .where(Case.account_id == account_id, Case.kind.in_(RECOVERING), *good)
            .order_by(Case.opened_at, Case.id)
            .limit(1)
            .scalar_subquery()
        )
        return self._session.scalars(
            update(Case)
            .where(Case.id == oldest, *good)
            .values(state="done")
            .returning(Case)
            .execution_options(synchronize_session=False)
        ).one_or_none()
