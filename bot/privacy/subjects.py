"""Subjects: whose data it is, found from an account or an e-mail address."""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from bot.database import Base
from bot.privacy.errors import PersonUnknown
from bot.privacy.holdings import HOLDINGS, Subject

# A code to somebody's number can be asked for by anybody; it counts once it was right.
PROVED = ("code_accepted", "signed_in")


def account_by_email(session: Session, fingerprint: str) -> str:
    """The id of the account that has an address, or had it a moment ago.

    Raises:
        PersonUnknown: none has.
    """
    emails = table("email_address")
    found = session.scalar(
        select(emails.c.account_id).where(emails.c.fingerprint == fingerprint)
    )
    if found is None:
        raise PersonUnknown
    return str(found)


def subject_of(session: Session, account_id: str) -> Subject:
    """The person behind an account.

    Raises:
        PersonUnknown: there is no such account.
    """
    accounts = table("account")
    if session.scalar(select(accounts.c.id).where(accounts.c.id == account_id)) is None:
        raise PersonUnknown
    emails, numbers = table("email_address"), table("phone_number")
    addresses = _ids(session, emails.c.fingerprint, _theirs(emails, account_id))
    phones = _ids(session, numbers.c.fingerprint, _theirs(numbers, account_id))
    factors, cases = table("authenticator"), table("support_case")
    return Subject(
        account_id,
        conversations=_conversations(session, account_id, phones),
        fingerprints=[each for each in (*addresses, *phones) if each],
        authenticators=_ids(session, factors.c.id, _theirs(factors, account_id)),
        cases=_ids(session, cases.c.id, _theirs(cases, account_id)),
    )


def rows_of(name: str, subject: Subject) -> tuple[Table, ColumnElement[bool]]:
    """A table, and what is true of the rows in it that are about a person."""
    holding, of = HOLDINGS[name], table(name)
    theirs: ColumnElement[bool] = of.c[holding.column].in_(subject.keys(holding.by))
    if holding.by == "account" and "conversation_id" in of.c:
        # A code that was asked for in their chat for an address that nobody has.
        here = of.c.conversation_id.in_(subject.conversations)
        theirs = or_(theirs, here & of.c.account_id.is_(None))
    return of, theirs


def table(name: str) -> Table:
    """A table of the product by its name."""
    return Base.metadata.tables[name]


def _conversations(
    session: Session, account_id: str, phones: Sequence[str]
) -> Sequence[str]:
    """Where the person has proved who they are, and where they text."""
    proofs, events = table("proof"), table("audit_event")
    threads, known = table("text_thread"), table("conversation")
    proved = select(proofs.c.conversation_id).where(
        proofs.c.account_id == account_id, proofs.c.scope != "possession"
    )
    noted = select(events.c.conversation_id).where(
        events.c.account_id == account_id, events.c.name.in_(PROVED)
    )
    texted = select(threads.c.conversation_id).where(threads.c.fingerprint.in_(phones))
    return _ids(session, known.c.id, known.c.id.in_(proved.union(noted, texted)))


def _theirs(of: Table, account_id: str) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = of.c.account_id == account_id
    return theirs


def _ids(
    session: Session, column: Column[str], which: ColumnElement[bool]
) -> Sequence[str]:
    return session.scalars(select(column).where(which).order_by(column)).all()
