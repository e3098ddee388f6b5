"""What the database holds about an account, to judge a conversation by."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.accounts.models import (
    Account,
    AccountStatus,
    AuditEvent,
    Deletion,
    EmailAddress,
    PhoneNumber,
    SignIn,
)
from bot.database import Base
from bot.handoff.models import Case, HandoffRequest
from bot.privacy.cipher import Fingerprints
from bot.telephony.models import Delivery
from bot.verification.models import Authenticator, RecoveryCode

# What guesses and right codes leave behind changes nothing that a person has.
OFF = ("failures_total", "proved_at")
WHOLE = (Account, EmailAddress, PhoneNumber, Authenticator, RecoveryCode, SignIn)
Rows = Mapping[str, frozenset[tuple[tuple[str, str], ...]]]


class AccountState(BaseModel):
    """What is expected of one account; what is left out is not looked at."""

    model_config = ConfigDict(extra="forbid")

    numbers: dict[str, str] | None = Field(
        None, description="state of each number that was ever verified, by its end"
    )
    codes_to: str | None = Field(None, description="end of the number that gets codes")
    authenticators: list[str] | None = Field(None, description="kinds that are on")
    wrong_guesses: int | None = Field(None, description="over all authenticators")
    saved_codes: int | None = Field(None, description="recovery codes that still work")
    emails: list[str] | None = Field(None, description="verified addresses, masked")
    deletion: Literal["none", "open", "cancelled", "done"] | None = Field(
        None, description="what became of the newest one that was asked for"
    )
    status: AccountStatus | None = None
    events: list[str] | None = Field(
        None, description="names of what was noted, sorted"
    )


class Accounts:
    """Reads the rows of accounts."""

    def __init__(self, database: Engine, fingerprints: Fingerprints) -> None:
        self._database = database
        self._fingerprints = fingerprints
        self._first = self.rows()
        self._ids = self._account_ids()
        self._told = set(self._events_of(None))

    def rows(self) -> Rows:
        """Every row of the account tables, but for what nobody relies on yet.

        That is a number that was offered and never proved, and how often an
        authenticator was guessed wrong, which `wrong_guesses` tells.
        """
        with Session(self._database) as session:
            return {
                model.__tablename__: frozenset(
                    _frozen(row)
                    for row in session.scalars(select(model))
                    if getattr(row, "verified_at", True) is not None
                )
                for model in WHOLE
            }

    def changes(self) -> list[str]:
        """The rows that were not there, or not like this, at the start."""
        now = self.rows()
        return [
            f"{sign} {table} {dict(row)}"
            for table in now
            for sign, rows in (
                ("-", self._first[table] - now[table]),
                ("+", now[table] - self._first[table]),
            )
            for row in rows
        ]

    def look(self, email: str) -> dict[str, Any]:
        """One account in the shape of `AccountState`."""
        with Session(self._database) as session:
            account_id = self._account_id(session, email)
            numbers = _numbers(session, account_id)
            methods = _authenticators(session, account_id)
            whole = _whole(session, account_id)
        return whole | {
            "numbers": {_end(number): number.state for number in numbers},
            "codes_to": next((_end(each) for each in numbers if each.gets_codes), ""),
            "authenticators": sorted(each.kind for each in methods if _is_on(each)),
            "wrong_guesses": sum(each.failures_total for each in methods),
            "events": sorted(
                name
                for id, name in self._events_of(account_id).items()
                if id not in self._told
            ),
        }

    def delivered(self, to: str) -> int:
        """How many messages have been made for a number or address."""
        kind = "email" if "@" in to else "phone"
        fingerprint = self._fingerprints.of(kind, to)
        query = select(Delivery.id).where(Delivery.to_fingerprint == fingerprint)
        with Session(self._database) as session:
            return len(session.scalars(query).all())

    def cases(self) -> list[str]:
        """The state of every case, oldest first."""
        query = select(Case.state).order_by(Case.opened_at, Case.number)
        with Session(self._database) as session:
            return list(session.scalars(query))

    def in_line(self) -> list[str]:
        """Why each conversation waits for a person, the first in line first."""
        query = (
            select(HandoffRequest.reason)
            .where(HandoffRequest.state == "waiting")
            .order_by(HandoffRequest.requested_at, HandoffRequest.id)
        )
        with Session(self._database) as session:
            return list(session.scalars(query))

    def _account_id(self, session: Session, email: str) -> str:
        fingerprint = self._fingerprints.of("email", email)
        if fingerprint in self._ids:
            # A deleted account has no address any more.
            return self._ids[fingerprint]
        query = select(EmailAddress).where(EmailAddress.fingerprint == fingerprint)
        return session.scalars(query).one().account_id

    def _account_ids(self) -> dict[str, str]:
        with Session(self._database) as session:
            addresses = session.scalars(select(EmailAddress))
            return {each.fingerprint: each.account_id for each in addresses}

    def _events_of(self, account_id: str | None) -> dict[str, str]:
        query = select(AuditEvent)
        if account_id is not None:
            query = query.where(AuditEvent.account_id == account_id)
        with Session(self._database) as session:
            return {event.id: event.name for event in session.scalars(query)}


def _whole(session: Session, account_id: str) -> dict[str, Any]:
    emails = select(EmailAddress.masked).where(
        EmailAddress.account_id == account_id, EmailAddress.verified_at.is_not(None)
    )
    deletions = select(Deletion).where(Deletion.account_id == account_id)
    newest = session.scalars(deletions.order_by(Deletion.asked_at.desc())).first()
    codes = select(func.count()).where(
        RecoveryCode.authenticator_id == Authenticator.id,
        RecoveryCode.used_at.is_(None),
        Authenticator.account_id == account_id,
        Authenticator.disabled_at.is_(None),
    )
    return {
        "status": session.get_one(Account, account_id).status,
        "emails": sorted(session.scalars(emails)),
        "deletion": _fate(newest),
        "saved_codes": session.scalar(codes),
    }


def _fate(deletion: Deletion | None) -> str:
    if deletion is None:
        return "none"
    if deletion.done_at:
        return "done"
    return "cancelled" if deletion.cancelled_at else "open"


def _numbers(session: Session, account_id: str) -> list[PhoneNumber]:
    query = select(PhoneNumber).where(
        PhoneNumber.account_id == account_id, PhoneNumber.verified_at.is_not(None)
    )
    return list(session.scalars(query))


def _authenticators(session: Session, account_id: str) -> list[Authenticator]:
    query = select(Authenticator).where(Authenticator.account_id == account_id)
    return list(session.scalars(query))


def _is_on(authenticator: Authenticator) -> bool:
    return authenticator.enabled_at is not None and authenticator.disabled_at is None


def _end(number: PhoneNumber) -> str:
    return number.masked[-4:]


def _frozen(row: Base) -> tuple[tuple[str, str], ...]:
    columns = row.__table__.columns.keys()
    return tuple(
        (name, repr(getattr(row, name))) for name in columns if name not in OFF
    )
