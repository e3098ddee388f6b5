"""Erasure: what is kept about one person goes, or leads back to nobody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.errors import PersonErased, PersonHeld
from bot.privacy.holdings import HOLDINGS, Subject
from bot.privacy.subjects import rows_of, subject_of, table

UNDECIDED = ("waiting", "review", "approved")
# What leads to a person in rows that stay; the account's own are its closing's.
BLANK: Mapping[str, dict[str, str | None]] = {
    "rating": {"comment": None},
    "support_case": {"limit_key": ""},
}
Forget = Callable[[Session, str], None]


@dataclass(frozen=True)
class Erased:
    """How many rows were deleted, blanked and kept without a name, by table."""

    deleted: dict[str, int]
    blanked: dict[str, int]
    kept: dict[str, int]


class Erasure:
    """Erases in one transaction, and then in the engine.

    `leave` deletes one of the person's conversations, and `forget` what the engine
    remembers of it. `unaddress` takes addresses out of what was sent there; `close`
    ends the account and blanks what has to stay.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        *,
        leave: Forget,
        unaddress: Callable[[Session, Iterable[str]], None],
        close: Forget,
        forget: Callable[[str], None],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._leave = leave
        self._unaddress = unaddress
        self._close = close
        self._forget = forget

    def erase(self, account_id: str) -> Erased:
        """Erase a person; the account's random id stays with its security events.

        Raises:
            PersonUnknown: there is no such account.
            PersonHeld: whose account it is has to be settled first.
            PersonErased: nothing of the person is left.
        """
        with self._sessions.begin() as session:
            # Whoever erases the same person at this moment waits, and finds nothing.
            accounts = table("account")
            mine = accounts.c.id == account_id
            session.execute(select(accounts.c.id).where(mine).with_for_update())
            subject = subject_of(session, account_id)
            closed = session.scalar(select(accounts.c.status).where(mine)) == "closed"
            erased = self._count(session, subject)
            if closed and not any(erased.deleted.values()):
                raise PersonErased
            self._refuse_if_held(session, account_id)
            for name, blank in BLANK.items():
                of, theirs = rows_of(name, subject)
                session.execute(update(of).where(theirs).values(**blank))
            for conversation in subject.conversations:
                self._leave(session, conversation)
            self._unaddress(session, subject.fingerprints)
            if not closed:
                self._close(session, account_id)
            self._delete(session, subject)
        for conversation in subject.conversations:
            self._forget(conversation)
        return erased

    def _refuse_if_held(self, session: Session, account_id: str) -> None:
        """Somebody who has taken an account over must not erase the traces."""
        cases, undos = table("support_case"), table("undo")
        undecided = (cases.c.account_id == account_id) & cases.c.state.in_(UNDECIDED)
        if session.scalar(select(cases.c.id).where(undecided).limit(1)):
            raise PersonHeld("case", None)
        ends: datetime | None = session.scalar(
            select(func.max(undos.c.expires_at)).where(
                undos.c.account_id == account_id,
                undos.c.used_at.is_(None),
                undos.c.expires_at > self._clock.now(),
            )
        )
        if ends is not None:
            raise PersonHeld("undo", ends)

    def _count(self, session: Session, subject: Subject) -> Erased:
        counts: dict[str, dict[str, int]] = {"deleted": {}, "blanked": {}, "kept": {}}
        for name, holding in HOLDINGS.items():
            of, theirs = rows_of(name, subject)
            rows = session.scalar(select(func.count()).select_from(of).where(theirs))
            if rows:
                counts[holding.fate][name] = rows
        return Erased(**counts)

    def _delete(self, session: Session, subject: Subject) -> None:
        """Delete what has to go, what refers to something before what it refers to."""
        for of in reversed(_sorted_tables()):
            holding = HOLDINGS.get(of.name)
            if holding and holding.fate == "deleted":
                _, theirs = rows_of(of.name, subject)
                session.execute(delete(of).where(theirs))


def _sorted_tables() -> list[Any]:
    return list(table("account").metadata.sorted_tables)
