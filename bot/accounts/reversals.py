"""Reversals: numbers as they were before a change, for whoever holds its link."""

from collections.abc import Iterable
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
MOVES: tuple[UndoKind, ...] = tuple(
    kind for kind in NUMBER_KINDS if kind != "number_suspended"
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
        moves = dict.fromkeys(MOVES, self.take_back_move)
        return {**moves, "number_suspended": self.take_back_suspension}

    def take_back_move(self, session: Session, undo: Undo) -> None:
        """Take off what came, and put back what left, with this change or after it.

        Whoever made the change may have made more since: apps and saved codes that
        came after it go too, and links of later changes take nothing back any more.

        Raises:
            UndoImpossible: the old number is another account's by now.
        """
        account_id, old_id = undo.account_id or "", undo.data.get("old_id")
        self._begin(session, account_id)
        left, came = _before(self._undo_links.since(session, undo, kinds=MOVES))
        for number_id in came:
            self._rebinding.take_off(session, number_id, account_id=account_id)
        self._end_what_came(session, account_id, undo)
        if old_id and not self._rebinding.put_back(
            session, old_id, account_id=account_id
        ):
            raise UndoImpossible
        for number_id in left - {old_id}:
            # What left later comes back if it can: the link promises only its own.
            self._rebinding.put_back(session, number_id, account_id=account_id)
        self._finish(session, account_id, undo.data.get("codes_id") or old_id)

    def take_back_suspension(self, session: Session, undo: Undo) -> None:
        """Verify the suspended numbers again; what came since stays.

        Raises:
            UndoImpossible: one of them is another account's by now.
        """
        account_id = undo.account_id or ""
        self._begin(session, account_id)
        for number_id in (undo.data.get("numbers") or "").split():
            if not self._rebinding.put_back(
                session, number_id, account_id=account_id, state="suspended"
            ):
                raise UndoImpossible
        newer = PhoneNumberRepository(session).code_number_since(
            account_id, since=undo.created_at
        )
        self._finish(session, account_id, newer or undo.data.get("codes_id"))

    def _begin(self, session: Session, account_id: str) -> None:
        self._rebinding.count_anew(session, account_id)
        self._rebinding.end_what_was_open(session, account_id)

    def _end_what_came(self, session: Session, account_id: str, undo: Undo) -> None:
        self._authenticators.retire_since(
            session, account_id, since=undo.created_at, now=self._clock.now()
        )
        self._undo_links.void_since(session, undo, kinds=NUMBER_KINDS)

    def _finish(self, session: Session, account_id: str, codes_to: str | None) -> None:
        numbers = PhoneNumberRepository(session)
        if codes_to:
            numbers.send_codes_to(codes_to, account_id=account_id)
        self._rebinding.hand_over_codes(session, account_id)
        self._notices.mail(session, account_id, "change_undone")


def _before(newest_first: Iterable[Undo]) -> tuple[set[str], set[str]]:
    """Ids of numbers that were there before the changes, and of those that came.

    A number that came with one change may have left with another.
    """
    there: dict[str, bool] = {}
    for change in newest_first:
        for name, was_there in (("new_id", False), ("old_id", True)):
            if number_id := change.data.get(name):
                there[number_id] = was_there
    left = {number_id for number_id, was_there in there.items() if was_there}
    return left, there.keys() - left
