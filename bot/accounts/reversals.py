"""Reversals: numbers as they were before a change, for whoever holds its link."""

from typing import get_args

from sqlalchemy.orm import Session

from bot.accounts.errors import UndoImpossible
from bot.accounts.models import Undo, UndoKind
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import PhoneNumberRepository
from bot.accounts.undo_links import UndoLinks
from bot.accounts.undoing import Reverser
from bot.clock import Clock
from bot.verification.authenticators import Authenticators

NUMBER_KINDS: tuple[UndoKind, ...] = tuple(
    kind for kind in get_args(UndoKind) if kind.startswith("number_")
)


class NumberReversals:
    """Takes changes of numbers back, in the transaction that uses the link up.

    An undo's data are ids: `old_id` left the account, `new_id` came, `codes_id` got
    the codes before. A suspension's `numbers` are several, with spaces between.
    """

    def __init__(
        self,
        clock: Clock,
        authenticators: Authenticators,
        rebinding: Rebinding,
        undo_links: UndoLinks,
        notices: Notices,
    ) -> None:
        self._clock = clock
        self._authenticators = authenticators
        self._rebinding = rebinding
        self._undo_links = undo_links
        self._notices = notices

    def reversers(self) -> dict[UndoKind, Reverser]:
        """What takes each kind back."""
        moves = dict.fromkeys(NUMBER_KINDS, self.take_back_move)
        return {**moves, "number_suspended": self.take_back_suspension}

    def take_back_move(self, session: Session, undo: Undo) -> None:
        """Take off what came, and put back what left.

        Whoever made the change may have made more since: numbers, apps and saved
        codes that came after it go too, and their links take nothing back any more.

        Raises:
            UndoImpossible: the old number is another account's by now.
        """
        account_id = undo.account_id or ""
        self._begin(session, account_id)
        self._drop_what_came(session, account_id, undo)
        old_id = undo.data.get("old_id")
        if old_id:
            self._put_back(session, account_id, old_id)
        codes_to = undo.data.get("codes_id") or old_id
        self._finish(session, account_id, codes_to)

    def take_back_suspension(self, session: Session, undo: Undo) -> None:
        """Verify the suspended numbers again; what came since stays.

        Raises:
            UndoImpossible: one of them is another account's by now.
        """
        account_id = undo.account_id or ""
        self._begin(session, account_id)
        for number_id in (undo.data.get("numbers") or "").split():
            self._put_back(session, account_id, number_id)
        newer = PhoneNumberRepository(session).code_number_since(
            account_id, since=undo.created_at
        )
        self._finish(session, account_id, newer or undo.data.get("codes_id"))

    def _begin(self, session: Session, account_id: str) -> None:
        self._rebinding.count_anew(session, account_id)
        self._rebinding.end_what_was_open(session, account_id)

    def _drop_what_came(self, session: Session, account_id: str, undo: Undo) -> None:
        came = PhoneNumberRepository(session).put_on_since(
            account_id, since=undo.created_at, new_id=undo.data.get("new_id")
        )
        for number_id in came:
            self._rebinding.take_off(session, number_id, account_id=account_id)
        self._authenticators.retire_since(
            session, account_id, since=undo.created_at, now=self._clock.now()
        )
        self._undo_links.void_since(session, undo, kinds=NUMBER_KINDS)

    def _put_back(self, session: Session, account_id: str, number_id: str) -> None:
        if not self._rebinding.put_back(session, number_id, account_id=account_id):
            raise UndoImpossible

    def _finish(self, session: Session, account_id: str, codes_to: str | None) -> None:
        numbers = PhoneNumberRepository(session)
        if codes_to:
            numbers.send_codes_to(codes_to, account_id=account_id)
        self._rebinding.hand_over_codes(session, account_id)
        self._notices.mail(session, account_id, "change_undone")
