"""Subjects: whose account a conversation is about, as far as that was proved in it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.models import Account, PhoneNumber
from bot.desk.errors import AccountNotProved
from bot.verification.models import Proof

SHOWN = ("verified", "suspended")


def subject_of(session: Session, conversation_id: str) -> Account | None:
    """The account that was proved last, also when that was a while ago.

    Proofs that were revoked do not count: they were of another account, or somebody
    else's.
    """
    return session.scalars(
        select(Account)
        .join(Proof, Proof.account_id == Account.id)
        .where(
            Proof.conversation_id == conversation_id,
            Proof.scope != "possession",
            Proof.revoked_at.is_(None),
            Account.status == "active",
        )
        .order_by(Proof.created_at.desc(), Proof.id)
        .limit(1)
    ).one_or_none()


def require_subject(session: Session, conversation_id: str) -> Account:
    """The account that was proved last.

    Raises:
        AccountNotProved: none was.
    """
    account = subject_of(session, conversation_id)
    if account is None:
        raise AccountNotProved
    return account


def numbers_of(session: Session, account_id: str) -> Sequence[PhoneNumber]:
    """The account's numbers that count, or did until they were suspended."""
    return session.scalars(
        select(PhoneNumber)
        .where(PhoneNumber.account_id == account_id, PhoneNumber.state.in_(SHOWN))
        .order_by(PhoneNumber.gets_codes.desc(), PhoneNumber.added_at, PhoneNumber.id)
    ).all()
