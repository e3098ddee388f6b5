"""Recycled numbers: their new holder has proved them, so old accounts lose them."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.accounts.models import PhoneNumber
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import PhoneNumberRepository


class Recycling:
    """Suspends what accounts had of a number before it was proved anew."""

    def __init__(
        self, rebinding: Rebinding, notices: Notices, journal: Journal
    ) -> None:
        self._rebinding = rebinding
        self._notices = notices
        self._journal = journal

    def release(
        self,
        session: Session,
        fingerprint: str,
        *,
        to_account: str,
        proved_at: datetime,
        conversation_id: str,
    ) -> int:
        """Suspend the number on other accounts, and count them.

        One that was verified after `proved_at` stays: who proved last is the holder.
        """
        released = 0
        for number in PhoneNumberRepository(session).owners(fingerprint):
            older = number.verified_at is None or number.verified_at <= proved_at
            if number.account_id != to_account and older:
                released += self._suspend(session, number, conversation_id)
        return released

    def _suspend(
        self, session: Session, number: PhoneNumber, conversation_id: str
    ) -> bool:
        owner = number.account_id
        self._rebinding.end_what_was_open(session, owner)
        if not self._rebinding.suspend(session, number.id):
            return False
        self._rebinding.hand_over_codes(session, owner)
        # No link to take it back: the number is not theirs to have again.
        self._notices.mail(
            session, owner, "number_suspended", last_digits=number.masked[-4:]
        )
        self._journal.note(
            session,
            "number_suspended",
            account_id=owner,
            conversation_id=conversation_id,
            number_id=number.id,
            reason="claimed",
        )
        return True
