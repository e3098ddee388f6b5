"""Undoing: a link is looked at, and used once; what it takes back is its kind's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.accounts.errors import UndoExpired, UndoImpossible, UndoUnknown, UndoUsed
from bot.accounts.journal import Journal
from bot.accounts.models import Account, Undo, UndoKind
from bot.accounts.repository import lock_accounts
from bot.accounts.undo_links import hash_of
from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.outbox import Outbox

Reverser = Callable[[Session, Undo], None]
UndoState = Literal["open", "used", "expired"]


@dataclass(frozen=True)
class UndoView:
    """What a link is about, told to whoever holds it."""

    kind: UndoKind
    state: UndoState
    expires_at: datetime


class Undoing:
    """Takes changes back; the link is all the proof that is asked for."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        reversers: Mapping[UndoKind, Reverser],
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._reversers = dict(reversers)
        self._journal = journal
        self._outbox = outbox

    @property
    def kinds(self) -> frozenset[UndoKind]:
        """What can be taken back."""
        return frozenset(self._reversers)

    def look(self, token: str) -> UndoView:
        """What a link would do; nothing is changed by looking.

        Raises:
            UndoUnknown: no link has that token.
        """
        with self._sessions.begin() as session:
            undo = self._find(session, token)
        return UndoView(undo.kind, self._state(undo), undo.expires_at)

    def take(self, token: str) -> UndoKind:
        """Take a change back: the link is used up with it, or neither happens.

        Raises:
            UndoUnknown, UndoExpired, UndoUsed: the link does not count.
            UndoImpossible: the account cannot be as it was; the link stays.
        """
        with self._sessions.begin() as session:
            undo = self._use(session, token)
            self._reversers[undo.kind](session, undo)
            self._journal.note(
                session,
                "undone",
                account_id=undo.account_id,
                conversation_id=None,
                kind=undo.kind,
            )
        self._outbox.wake()
        return undo.kind

    def _use(self, session: Session, token: str) -> Undo:
        undo = self._find(session, token)
        # Before the row: links of one account void each other.
        lock_accounts(session, [undo.account_id or ""])
        if not self._mark_used(session, undo):
            session.refresh(undo)
            raise UndoUsed if undo.used_at else UndoExpired
        account = session.get(Account, undo.account_id or "")
        if account is None or account.status != "active":
            raise UndoImpossible
        return undo

    def _find(self, session: Session, token: str) -> Undo:
        query = select(Undo).where(Undo.token_hash == hash_of(token))
        undo = session.scalars(query).one_or_none()
        if undo is None:
            raise UndoUnknown
        return undo

    def _mark_used(self, session: Session, undo: Undo) -> bool:
        now = self._clock.now()
        used = session.scalar(
            update(Undo)
            .where(
                Undo.token_hash == undo.token_hash,
                Undo.used_at.is_(None),
                Undo.expires_at > now,
            )
            .values(used_at=now)
            .returning(Undo.token_hash)
        )
        return used is not None

    def _state(self, undo: Undo) -> UndoState:
        if undo.used_at is not None:
            return "used"
        return "open" if self._clock.now() < undo.expires_at else "expired"
