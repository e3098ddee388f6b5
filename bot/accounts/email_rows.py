"""Queries on the e-mail addresses of accounts; every change is guarded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.accounts.models import EmailAddress


class EmailRepository:
    """E-mail addresses of one session; no two rows share a fingerprint."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def former_id(self, account_id: str, fingerprint: str) -> str | None:
        """The row of an address that the account had, and may still get back."""
        return self._session.scalar(
            select(EmailAddress.id).where(
                EmailAddress.account_id == account_id,
                EmailAddress.fingerprint == fingerprint,
                EmailAddress.verified_at.is_(None),
            )
        )

    def add(self, row: EmailAddress) -> bool:
        """Put a verified address on its account; False when another one has it.

        The unique index decides between two accounts that come at once.
        """
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return False
        return True

    def remove(self, email_id: str, *, account_id: str, now: datetime) -> bool:
        """Take an address off its account, but let nobody else have it yet."""
        removed = self._session.scalar(
            update(EmailAddress)
            .where(
                EmailAddress.id == email_id,
                EmailAddress.account_id == account_id,
                EmailAddress.verified_at.is_not(None),
            )
            .values(verified_at=None, removed_at=now)
            .returning(EmailAddress.id)
        )
        return removed is not None

    def put_back(self, email_id: str, *, account_id: str, now: datetime) -> bool:
        """Verify an address of the account again; False when the row is gone."""
        self._session.execute(
            update(EmailAddress)
            .where(
                EmailAddress.id == email_id,
                EmailAddress.account_id == account_id,
                EmailAddress.verified_at.is_(None),
            )
            .values(verified_at=now, removed_at=None)
        )
        found = select(EmailAddress.id).where(
            EmailAddress.id == email_id, EmailAddress.account_id == account_id
        )
        return self._session.scalar(found) is not None

    def delete(self, account_id: str, ids: Sequence[str]) -> None:
        """Delete addresses of an account, so that anybody may have them."""
        self._session.execute(
            delete(EmailAddress).where(
                EmailAddress.account_id == account_id, EmailAddress.id.in_(ids)
            )
        )
