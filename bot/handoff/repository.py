"""Queries on cases; every change is guarded by what it needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent
from bot.handoff.models import Case, CaseEvidence, CaseKind, CaseState

# What an approved case is good for; two accounts are merged by the team itself.
RECOVERING: tuple[CaseKind, ...] = ("recovery", "compromise")
STOPPABLE: tuple[CaseState, ...] = ("waiting", "review", "approved")
ENDED: tuple[CaseState, ...] = ("refused", "cancelled", "done")
# What a case is used for; the journal has them by these names.
CHANGES = (
    "number_added",
    "number_changed",
    "number_removed",
    "email_changed",
    "totp_enabled",
    "totp_removed",
    "recovery_codes_issued",
    "deletion_scheduled",
)


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

    def evidence(self, case_ids: Sequence[str]) -> Sequence[CaseEvidence]:
        """What was seen for some cases, in the order in which it was."""
        return self._session.scalars(
            select(CaseEvidence)
            .where(CaseEvidence.case_id.in_(case_ids))
            .order_by(CaseEvidence.at, CaseEvidence.kind)
        ).all()

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

    def approve_first(
        self, number: str, *, by: str, person: str, now: datetime
    ) -> Case | None:
        """Note the first of two approvals; None when there is one, or no review."""
        return self._session.scalars(
            update(Case)
            .where(
                Case.number == number,
                Case.state == "review",
                Case.account_id.is_not(None),
                Case.first_person.is_(None),
            )
            .values(first_by=by, first_person=person, first_at=now)
            .returning(Case)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

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

    def use_approved(
        self, account_id: str, *, now: datetime, again_after: timedelta
    ) -> Case | None:
        """Use up an approved case of the account; None when none is to be had.

        One that was used and has changed nothing can be used again after a while.
        """
        usable = (
            Case.kind.in_(RECOVERING),
            Case.good_until > now,
            or_(
                Case.state == "approved",
                and_(
                    Case.state == "done",
                    Case.redeemed_at <= now - again_after,
                    ~_has_changed_something(),
                ),
            ),
        )
        oldest = (
            select(Case.id)
            .where(Case.account_id == account_id, *usable)
            .order_by(Case.opened_at, Case.id)
            .limit(1)
            .scalar_subquery()
        )
        return self._session.scalars(
            update(Case)
            .where(Case.id == oldest, *usable)
            .values(state="done", redeemed_at=now)
            .returning(Case)
            .execution_options(synchronize_session=False)
        ).one_or_none()

    def forget(self, *, before: datetime) -> int:
        """Delete cases that ended before a moment; counts them."""
        gone = self._session.scalars(
            delete(Case)
            .where(
                or_(
                    and_(Case.state.in_(ENDED), Case.decided_at < before),
                    and_(Case.state == "approved", Case.good_until < before),
                )
            )
            .returning(Case.id)
        )
        return len(gone.all())


def _has_changed_something() -> ColumnElement[bool]:
    """Whether the account has been changed since the case was used."""
    return exists().where(
        AuditEvent.account_id == Case.account_id,
        AuditEvent.name.in_(CHANGES),
        AuditEvent.at >= Case.redeemed_at,
    )
