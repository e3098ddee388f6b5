"""Reversal of a change of e-mail address, for whoever holds its link."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.email_rows import EmailRepository
from bot.accounts.errors import UndoImpossible
from bot.accounts.models import Undo
from bot.accounts.new_emails import NewEmails
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.verification.authenticators import Authenticators


class EmailReversal:
    """Gives an account the addresses back that it had before a change."""

    def __init__(
        self,
        clock: Clock,
        authenticators: Authenticators,
        rebinding: Rebinding,
        undo_links: UndoLinks,
        new_emails: NewEmails,
        notices: Notices,
    ) -> None:
        self._clock = clock
        self._authenticators = authenticators
        self._rebinding = rebinding
        self._undo_links = undo_links
        self._new_emails = new_emails
        self._notices = notices

    def take_back(self, session: Session, undo: Undo) -> None:
        """Put back what left and delete what came, with this change or after it.

        Whoever made the change may have made more since: apps and saved codes that
        came after it go too, and links of later changes take nothing back any more.

        Raises:
            UndoImpossible: the old address is not kept any more.
        """
        account_id, now = undo.account_id or "", self._clock.now()
        self._rebinding.end_what_was_open(session, account_id)
        self._new_emails.drop_all(session, account_id)
        left, came = _before(_changes_since(session, undo))
        emails = EmailRepository(session)
        emails.delete(account_id, came)
        for email_id in left:
            if not emails.put_back(email_id, account_id=account_id, now=now):
                raise UndoImpossible
        self._authenticators.retire_since(
            session, account_id, since=undo.created_at, now=now
        )
        self._undo_links.void_since(session, undo, kinds=("email_changed",))
        self._notices.mail(session, account_id, "change_undone")


def _changes_since(session: Session, undo: Undo) -> Iterable[Undo]:
    """The change and those after it, the newest first, taken back before or not."""
    return session.scalars(
        select(Undo)
        .where(
            Undo.account_id == undo.account_id,
            Undo.kind == "email_changed",
            Undo.created_at >= undo.created_at,
        )
        .order_by(Undo.created_at.desc(), Undo.token_hash)
    )


def _before(newest_first: Iterable[Undo]) -> tuple[list[str], list[str]]:
    """Ids of addresses that were there before the changes, and of those that came.

    An address may have left with one change and come back with another.
    """
    there: dict[str, bool] = {}
    for change in newest_first:
        there[change.data["new_id"]] = False
        if change.data["old_id"]:
            there[change.data["old_id"]] = True
    left = [email_id for email_id, was_there in there.items() if was_there]
    came = [email_id for email_id, was_there in there.items() if not was_there]
    return left, came
