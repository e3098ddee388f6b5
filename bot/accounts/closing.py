"""Closing: an account ends, and everything that tells of its owner goes with it."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory
from bot.accounts.models import (
    Account,
    EmailAddress,
    FormerEmail,
    OfferedEmail,
    PhoneNumber,
    SignIn,
    Undo,
)
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.clock import Clock
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.models import Proof

# Nothing else refers to them, so the whole rows go.
GONE = (OfferedEmail, EmailAddress, FormerEmail, SignIn, Undo, Proof)


class Closing:
    """Closes accounts in the caller's transaction; their random ids stay.

    The journal keeps its events for as long as it keeps all of them: they name ids,
    counts and reasons only.
    """

    def __init__(
        self,
        clock: Clock,
        directory: AccountDirectory,
        authenticators: Authenticators,
        rebinding: Rebinding,
        notices: Notices,
        outbox: Outbox,
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._authenticators = authenticators
        self._rebinding = rebinding
        self._notices = notices
        self._outbox = outbox

    def close(self, session: Session, account_id: str) -> None:
        """Close the account; its last mail is all that is still to be sent."""
        self._rebinding.end_what_was_open(session, account_id)
        self._forget_messages(session, account_id)
        self._notices.mail(session, account_id, "account_deleted")
        self._authenticators.erase(session, account_id, now=self._clock.now())
        for model in GONE:
            session.execute(delete(model).where(model.account_id == account_id))
        self._blank_numbers(session, account_id)
        session.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(status="closed", display_name="")
        )

    def _forget_messages(self, session: Session, account_id: str) -> None:
        contacts = (
            *self._directory.emails(session, account_id),
            *self._directory.numbers(session, account_id),
        )
        self._outbox.forget_addresses(
            session, [contact.fingerprint for contact in contacts]
        )

    def _blank_numbers(self, session: Session, account_id: str) -> None:
        """Take what they were out of the rows: authenticators refer to them."""
        session.execute(
            update(PhoneNumber)
            .where(PhoneNumber.account_id == account_id)
            .values(
                state="removed",
                slot=None,
                gets_codes=False,
                removed_at=self._clock.now(),
                number_encrypted=b"",
                fingerprint="",
                masked="",
                carrier=None,
                conversation_id=None,
            )
        )
