"""The account directory: whose contact this is, and where its codes go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.accounts.models import Account, EmailAddress, FormerEmail, PhoneNumber
from bot.privacy.cipher import Cipher

ContactKind = Literal["email", "phone"]


@dataclass(frozen=True)
class Person:
    """An active account and the language its owner is written to in."""

    account_id: str
    language: str


@dataclass(frozen=True)
class Address:
    """A verified number or e-mail address; `line_type` is empty for the latter."""

    id: str
    value: str
    fingerprint: str
    masked: str
    line_type: str


class AccountDirectory(Protocol):
    """What verification asks of an account system.

    Each question costs the same whether or not there is such an account; an
    `account_id` that is empty belongs to nobody.
    """

    def find(
        self, session: Session, kind: ContactKind, fingerprint: str
    ) -> Person | None:
        """The one active account with that verified contact."""
        ...

    def person(self, session: Session, account_id: str) -> Person | None:
        """The account, if it is active."""
        ...

    def code_number(
        self, session: Session, account_id: str, *, fingerprint: str
    ) -> Address | None:
        """The verified number with that fingerprint, else the one that gets codes."""
        ...

    def numbers(self, session: Session, account_id: str) -> tuple[Address, ...]:
        """Every verified number."""
        ...

    def emails(self, session: Session, account_id: str) -> tuple[Address, ...]:
        """Every verified e-mail address."""
        ...

    def former_numbers(
        self, session: Session, account_id: str, *, since: datetime
    ) -> tuple[Address, ...]:
        """Suspended numbers, and those that left since; none that another has now."""
        ...

    def former_emails(
        self, session: Session, account_id: str, *, since: datetime
    ) -> tuple[Address, ...]:
        """E-mail addresses that left since; none that is on it again."""
        ...


class SqlDirectory:
    """The directory in this service's own tables."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def find(
        self, session: Session, kind: ContactKind, fingerprint: str
    ) -> Person | None:
        query = select(Account).where(Account.status == "active")
        if kind == "email":
            query = query.join(EmailAddress).where(
                EmailAddress.fingerprint == fingerprint,
                EmailAddress.verified_at.is_not(None),
            )
        else:
            query = query.join(PhoneNumber).where(
                PhoneNumber.fingerprint == fingerprint, PhoneNumber.state == "verified"
            )
        found = session.scalars(query.limit(2)).all()
        # A number that several accounts share does not say whose code is wanted.
        return _person(found[0]) if len(found) == 1 else None

    def person(self, session: Session, account_id: str) -> Person | None:
        account = session.scalars(
            select(Account).where(Account.id == account_id, Account.status == "active")
        ).one_or_none()
        return _person(account) if account else None

    def code_number(
        self, session: Session, account_id: str, *, fingerprint: str
    ) -> Address | None:
        wanted = PhoneNumber.fingerprint == fingerprint
        number = session.scalars(
            select(PhoneNumber)
            .where(
                PhoneNumber.account_id == account_id,
                PhoneNumber.state == "verified",
                or_(wanted, PhoneNumber.gets_codes),
            )
            .order_by(wanted.desc())
            .limit(1)
        ).one_or_none()
        return self.address_of(number) if number else None

    def numbers(self, session: Session, account_id: str) -> tuple[Address, ...]:
        rows = session.scalars(
            select(PhoneNumber)
            .where(
                PhoneNumber.account_id == account_id, PhoneNumber.state == "verified"
            )
            .order_by(PhoneNumber.added_at, PhoneNumber.id)
        )
        return tuple(map(self.address_of, rows))

    def emails(self, session: Session, account_id: str) -> tuple[Address, ...]:
        rows = session.scalars(
            select(EmailAddress)
            .where(
                EmailAddress.account_id == account_id,
                EmailAddress.verified_at.is_not(None),
            )
            .order_by(EmailAddress.verified_at, EmailAddress.id)
        )
        return tuple(self._email_of(row, row.fingerprint) for row in rows)

    def former_numbers(
        self, session: Session, account_id: str, *, since: datetime
    ) -> tuple[Address, ...]:
        now = aliased(PhoneNumber)
        verified = exists().where(
            now.fingerprint == PhoneNumber.fingerprint, now.state == "verified"
        )
        rows = session.scalars(
            select(PhoneNumber)
            .where(
                PhoneNumber.account_id == account_id,
                or_(PhoneNumber.state == "suspended", PhoneNumber.removed_at > since),
                ~verified,
            )
            .order_by(PhoneNumber.added_at, PhoneNumber.id)
        )
        # A number may have come and gone more than once.
        newest = {row.fingerprint: row for row in rows}
        return tuple(map(self.address_of, newest.values()))

    def former_emails(
        self, session: Session, account_id: str, *, since: datetime
    ) -> tuple[Address, ...]:
        kept = session.scalars(
            select(EmailAddress).where(
                EmailAddress.account_id == account_id, EmailAddress.removed_at > since
            )
        ).all()
        freed = session.scalars(
            select(FormerEmail).where(
                FormerEmail.account_id == account_id, FormerEmail.removed_at > since
            )
        ).all()
        there = {address.value for address in self.emails(session, account_id)}
        former = {
            address.value: address
            for address in (
                *(self._email_of(row, "") for row in freed),
                *(self._email_of(row, row.fingerprint) for row in kept),
            )
            if address.value not in there
        }
        return tuple(former.values())

    def _email_of(self, row: EmailAddress | FormerEmail, fingerprint: str) -> Address:
        value = self._cipher.decrypt(row.address_encrypted)
        return Address(row.id, value, fingerprint, row.masked, "")

    def address_of(self, number: PhoneNumber) -> Address:
        """A number as an address that a message can go to."""
        return Address(
            number.id,
            self._cipher.decrypt(number.number_encrypted),
            number.fingerprint,
            number.masked,
            number.line_type,
        )


def _person(account: Account) -> Person:
    return Person(account.id, account.language)
