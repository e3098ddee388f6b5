"""Queries on the numbers of accounts; every change is guarded."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.accounts.models import Account, NumberState, PhoneNumber

SHOWN = ("verified", "suspended", "pending")


def lock_accounts(session: Session, account_ids: Iterable[str]) -> None:
    """Let no other transaction move numbers of these accounts before this one ends.

    Always in the same order, so that two who wait for each other never meet.
    """
    session.execute(
        select(Account.id)
        .where(Account.id.in_(set(account_ids)))
        .order_by(Account.id)
        .with_for_update(key_share=True)
    )


class PhoneNumberRepository:
    """Phone numbers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_account(
        self, account_id: str, *, states: Sequence[str] = SHOWN
    ) -> Sequence[PhoneNumber]:
        """The account's numbers: where codes go first, then by state and age."""
        numbers = self._session.scalars(
            select(PhoneNumber).where(
                PhoneNumber.account_id == account_id, PhoneNumber.state.in_(states)
            )
        ).all()
        return sorted(
            numbers,
            key=lambda number: (
                not number.gets_codes,
                SHOWN.index(number.state),
                number.added_at,
                number.id,
            ),
        )

    def remove(self, number_id: str, *, account_id: str, now: datetime) -> bool:
        """Take a verified number off its account; False when it is not on it."""
        removed = self._session.scalar(
            update(PhoneNumber)
            .where(
                PhoneNumber.id == number_id,
                PhoneNumber.account_id == account_id,
                PhoneNumber.state == "verified",
            )
            .values(state="removed", slot=None, gets_codes=False, removed_at=now)
            .returning(PhoneNumber.id)
        )
        return removed is not None

    def verify(self, number_id: str, *, slots: int, now: datetime) -> bool:
        """Make a pending number the account's own, if one of its slots is free.

        The unique index decides between two accounts that come at once.
        """
        pending = (PhoneNumber.id == number_id, PhoneNumber.state == "pending")
        values = {"verified_at": now, "conversation_id": None}
        return self._take_slot(pending, values, slots=slots)

    def restore(
        self, number_id: str, *, account_id: str, state: NumberState, slots: int
    ) -> bool:
        """Verify a number that is in `state` again, if one of its slots is free."""
        gone = (
            PhoneNumber.id == number_id,
            PhoneNumber.account_id == account_id,
            PhoneNumber.state == state,
        )
        return self._take_slot(gone, {"removed_at": None}, slots=slots)

    def owners(self, fingerprint: str) -> Sequence[PhoneNumber]:
        """The verified rows of one number, of whatever account."""
        query = select(PhoneNumber).where(
            PhoneNumber.fingerprint == fingerprint, PhoneNumber.state == "verified"
        )
        return self._session.scalars(query.order_by(PhoneNumber.id)).all()

    def suspend(self, number_id: str) -> bool:
        """Let a verified number count for nothing until it is proved anew."""
        suspended = self._session.scalar(
            update(PhoneNumber)
            .where(PhoneNumber.id == number_id, PhoneNumber.state == "verified")
            .values(state="suspended", slot=None, gets_codes=False)
            .returning(PhoneNumber.id)
        )
        return suspended is not None

    def note_proof(self, fingerprint: str, account_id: str, *, now: datetime) -> None:
        """Keep when a code that went to a number of the account was typed."""
        self._session.execute(
            update(PhoneNumber)
            .where(
                PhoneNumber.account_id == account_id,
                PhoneNumber.fingerprint == fingerprint,
                PhoneNumber.state == "verified",
            )
            .values(proved_at=now)
        )

    def code_number_since(self, account_id: str, *, since: datetime) -> str | None:
        """The number that gets the account's codes, if it came after a moment."""
        query = select(PhoneNumber.id).where(
            PhoneNumber.account_id == account_id,
            PhoneNumber.gets_codes,
            PhoneNumber.verified_at > since,
        )
        return self._session.scalars(query).one_or_none()

    def send_codes_to(self, number_id: str, *, account_id: str) -> None:
        """Let one verified number of the account get its codes, and no other."""
        for gets_codes in (False, True):
            chosen = PhoneNumber.id == number_id
            self._session.execute(
                update(PhoneNumber)
                .where(
                    PhoneNumber.account_id == account_id,
                    PhoneNumber.state == "verified",
                    chosen if gets_codes else ~chosen,
                )
                .values(gets_codes=gets_codes)
            )

    def _take_slot(
        self,
        which: Sequence[ColumnElement[bool]],
        values: dict[str, datetime | None],
        *,
        slots: int,
    ) -> bool:
        return any(self._take(which, values, slot) for slot in range(slots))

    def _take(
        self,
        which: Sequence[ColumnElement[bool]],
        values: dict[str, datetime | None],
        slot: int,
    ) -> bool:
        try:
            with self._session.begin_nested():
                taken = self._session.scalar(
                    update(PhoneNumber)
                    .where(*which)
                    .values(state="verified", slot=slot, **values)
                    .returning(PhoneNumber.id)
                )
        except IntegrityError:
            return False
        return taken is not None
