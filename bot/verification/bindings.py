"""Bindings: what happens around an authenticator that is bound anew."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory
from bot.accounts.journal import Journal
from bot.accounts.notices import Notices
from bot.verification.claims import limit_keys
from bot.verification.models import AuthenticatorKind, Challenge
from bot.verification.repository import ChallengeRepository
from bot.verification.throttles import Throttles


class Bindings:
    """Clears what was counted against the old one, and tells the owner."""

    def __init__(
        self,
        directory: AccountDirectory,
        throttles: Throttles,
        notices: Notices,
        journal: Journal,
    ) -> None:
        self._directory = directory
        self._throttles = throttles
        self._notices = notices
        self._journal = journal

    def clear_failures(
        self, session: Session, account_id: str, *, kind: AuthenticatorKind | None
    ) -> None:
        """Count wrong guesses anew, under whatever contact they were made."""
        contacts = (
            *self._directory.numbers(session, account_id),
            *self._directory.emails(session, account_id),
        )
        keys = limit_keys(account_id, contacts, kind=kind)
        self._throttles.clear_failures(session, keys)

    def void_codes(self, session: Session, account_id: str, *, now: datetime) -> None:
        """Call back the codes that would still prove identity by the old one."""
        ChallengeRepository(session).cancel(
            Challenge.account_id == account_id,
            Challenge.purpose != "bind_number",
            now=now,
        )

    def void_every_code(
        self, session: Session, account_id: str, *, now: datetime
    ) -> None:
        """Call back whatever is on its way, to new numbers and addresses as well."""
        ChallengeRepository(session).cancel(Challenge.account_id == account_id, now=now)

    def tell(
        self,
        session: Session,
        notice: str,
        *,
        account_id: str,
        conversation_id: str,
        event: str,
    ) -> None:
        """Write to every address of the owner, and note the event."""
        self._notices.mail(session, account_id, notice)
        self._journal.note(
            session, event, account_id=account_id, conversation_id=conversation_id
        )
