"""Notices: what an account's owner is told by other ways (SP 800-63B-4, 4.6)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory, Address
from bot.telephony.gateway import Way
from bot.telephony.outbox import Outbox
from bot.telephony.wording import Wording

PURPOSE = "notice"


class Notices:
    """Queues notices in the caller's transaction."""

    def __init__(
        self,
        outbox: Outbox,
        wording: Wording,
        directory: AccountDirectory,
        *,
        language: str,
    ) -> None:
        self._outbox = outbox
        self._wording = wording
        self._directory = directory
        self._language = language

    def mail(
        self, session: Session, account_id: str | None, name: str, **values: str
    ) -> None:
        """Write to every address of the account; without one, a decoy to nobody."""
        language = self._language_of(session, account_id)
        addresses = self._directory.emails(session, account_id or "")
        self._mail(session, addresses, name, language, values)

    def tell_number(
        self,
        session: Session,
        account_id: str,
        number: Address,
        name: str,
        **values: str,
    ) -> None:
        """Text a number; a landline is called, and is told no link."""
        language = self._language_of(session, account_id)
        self._tell(session, number, name, language, values)

    def everywhere(
        self,
        session: Session,
        account_id: str | None,
        name: str,
        *,
        former_since: datetime | None = None,
        **values: str,
    ) -> None:
        """Write to every address and tell every number; else decoys to nobody.

        With `former_since` also to those that left the account after it.
        """
        theirs, of = account_id or "", self._directory
        emails, numbers = of.emails(session, theirs), of.numbers(session, theirs)
        if former_since is not None:
            emails += of.former_emails(session, theirs, since=former_since)
            numbers += of.former_numbers(session, theirs, since=former_since)
        language = self._language_of(session, account_id)
        self._mail(session, emails, name, language, values)
        for number in numbers or [None]:
            self._tell(session, number, name, language, values)

    def _mail(
        self,
        session: Session,
        addresses: Sequence[Address],
        name: str,
        language: str,
        values: dict[str, str],
    ) -> None:
        text = self._wording.text(f"{name}_email", language, **values)
        everyone: list[str | None] = [address.value for address in addresses]
        for to in everyone or [None]:
            self._outbox.post(
                session,
                to=to,
                by="email",
                text=text,
                purpose=PURPOSE,
                language=language,
            )

    def _tell(
        self,
        session: Session,
        number: Address | None,
        name: str,
        language: str,
        values: dict[str, str],
    ) -> None:
        by: Way = "voice" if number and number.line_type == "landline" else "sms"
        self._outbox.post(
            session,
            to=number.value if number else None,
            by=by,
            text=self._wording.text(f"{name}_{by}", language, **values),
            purpose=PURPOSE,
            language=language,
        )

    def _language_of(self, session: Session, account_id: str | None) -> str:
        person = self._directory.person(session, account_id or "")
        return person.language if person else self._language
