"""An account as operators may see it: masked, and what happened to it lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.demo import PEOPLE, DemoPerson
from bot.accounts.errors import AccountNotFound
from bot.accounts.models import Account, AuditEvent, EmailAddress, PhoneNumber
from bot.accounts.repository import PhoneNumberRepository
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.verification.contacts import email_spelling
from bot.verification.models import Authenticator, RecoveryCode

MOST_EVENTS = 20
Shown = dict[str, Any]


def demo_accounts() -> tuple[DemoPerson, ...]:
    """The accounts that the demo starts with: made-up people, so in full."""
    return PEOPLE


def show(sessions: Sessions, fingerprints: Fingerprints, email: str) -> Shown:
    """An account for JSON: numbers, authenticators, cases, the last 20 events.

    Raises:
        AccountNotFound: no account has that address.
    """
    fingerprint = fingerprints.of("email", email_spelling(email))
    with sessions.begin() as session:
        account = session.scalars(
            select(Account)
            .join(EmailAddress)
            .where(EmailAddress.fingerprint == fingerprint)
        ).one_or_none()
        if account is None:
            raise AccountNotFound
        numbers = PhoneNumberRepository(session).of_account(account.id)
        return {
            **_account(account),
            "emails": _emails(session, account.id),
            "numbers": [_number(number) for number in numbers],
            "authenticators": _authenticators(session, account.id),
            "cases": [],
            "events": _events(session, account.id),
        }


def _account(account: Account) -> Shown:
    return {
        "id": account.id,
        "status": account.status,
        "language": account.language,
        "created_at": _moment(account.created_at),
    }


def _emails(session: Session, account_id: str) -> list[Shown]:
    rows = session.scalars(
        select(EmailAddress)
        .where(EmailAddress.account_id == account_id)
        .order_by(EmailAddress.masked, EmailAddress.id)
    )
    return [
        {"masked": row.masked, "verified_at": _moment(row.verified_at)} for row in rows
    ]


def _number(number: PhoneNumber) -> Shown:
    return {
        "masked": number.masked,
        "state": number.state,
        "gets_codes": number.gets_codes,
        "line_type": number.line_type,
        "verified_at": _moment(number.verified_at),
    }


def _authenticators(session: Session, account_id: str) -> list[Shown]:
    rows = session.execute(
        select(Authenticator, PhoneNumber.masked)
        .outerjoin(PhoneNumber, PhoneNumber.id == Authenticator.phone_number_id)
        .where(Authenticator.account_id == account_id)
        .order_by(Authenticator.created_at, Authenticator.id)
    ).all()
    left = _codes_left(session, [row[0].id for row in rows])
    return [_authenticator(row[0], row[1], left.get(row[0].id)) for row in rows]


def _authenticator(
    row: Authenticator, number: str | None, codes_left: int | None
) -> Shown:
    return {
        "kind": row.kind,
        "number": number,
        "state": _state(row),
        "failures": row.failures_total,
        "codes_left": codes_left,
        "enabled_at": _moment(row.enabled_at),
        "disabled_at": _moment(row.disabled_at),
    }


def _codes_left(session: Session, authenticator_ids: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(
            RecoveryCode.authenticator_id,
            func.count().filter(RecoveryCode.used_at.is_(None)),
        )
        .where(RecoveryCode.authenticator_id.in_(authenticator_ids))
        .group_by(RecoveryCode.authenticator_id)
    )
    return {row[0]: row[1] for row in rows}


def _events(session: Session, account_id: str) -> list[Shown]:
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.account_id == account_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id)
        .limit(MOST_EVENTS)
    )
    return [
        {
            "at": _moment(row.at),
            "name": row.name,
            "conversation": row.conversation_id,
            "data": row.data,
        }
        for row in rows
    ]


def _state(row: Authenticator) -> str:
    if row.disabled_at is not None:
        return "disabled"
    return "usable" if row.enabled_at is not None else "pending"


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
