"""Telling: who hears of a number's move, and how they can take it back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.directory import Address
from bot.accounts.journal import Journal
from bot.accounts.models import UndoKind
from bot.accounts.notices import Notices
from bot.accounts.undo_links import UndoLinks
from bot.verification.models import Proof


@dataclass(frozen=True)
class Move:
    """What a change did: `codes_id` is the number that got the codes before it."""

    old: Address | None
    new_id: str | None
    codes_id: str | None


class Telling:
    """Notices with undo links, and the event, in the caller's transaction."""

    def __init__(
        self, notices: Notices, undo_links: UndoLinks, journal: Journal
    ) -> None:
        self._notices = notices
        self._undo_links = undo_links
        self._journal = journal

    def switched(
        self,
        session: Session,
        proof: Proof,
        move: Move,
        new_masked: str,
        *,
        claimed: bool,
    ) -> None:
        """A new number was put on, in an old one's place if there was one."""
        kind: UndoKind = "number_changed" if move.old else "number_added"
        undo: UndoKind = "number_claimed" if claimed else kind
        self._tell(session, proof, move, kind, undo=undo, about=new_masked)

    def removed(self, session: Session, proof: Proof, move: Move) -> None:
        """A number was taken off."""
        about = move.old.masked if move.old else ""
        kind: UndoKind = "number_removed"
        self._tell(session, proof, move, kind, undo=kind, about=about)

    def _tell(
        self,
        session: Session,
        proof: Proof,
        move: Move,
        name: UndoKind,
        *,
        undo: UndoKind,
        about: str,
    ) -> None:
        account_id = proof.account_id
        old_id = move.old.id if move.old else None
        url = self._undo_links.offer(
            session,
            undo,
            account_id=account_id,
            old_id=old_id,
            new_id=move.new_id,
            codes_id=move.codes_id,
        )
        if move.old:
            self._notices.tell_number(session, account_id, move.old, name, undo_url=url)
        self._notices.mail(
            session, account_id, name, last_digits=about[-4:], undo_url=url
        )
        self._journal.note(
            session,
            name,
            account_id=account_id,
            conversation_id=proof.conversation_id,
            old_id=old_id,
            new_id=move.new_id,
            method=proof.method,
            claimed=int(undo == "number_claimed"),
        )
