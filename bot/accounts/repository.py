"""Queries on the numbers of accounts; every change is guarded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.accounts.models import PhoneNumber

SHOWN = ("verified", "suspended", "pending")


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
        return any(self._claim(number_id, slot, now) for slot in range(slots))

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

    def _claim(self, number_id: str, slot: int, now: datetime) -> bool:
        try:
            with self._session.begin_nested():
                claimed = self._session.scalar(
                    update(PhoneNumber)
                    .where(PhoneNumber.id == number_id, PhoneNumber.state == "pending")
                    .values(
                        state="verified",
                        slot=slot,
                        verified_at=now,
                        conversation_id=None,
                    )
                    .returning(PhoneNumber.id)
                )
        except IntegrityError:
            return False
        return claimed is not None
