"""Destinations: where a code goes, or nowhere at the same cost."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory, Address, Person
from bot.telephony.gateway import Way
from bot.verification.authenticators import Authenticators
from bot.verification.contacts import Contact
from bot.verification.errors import AuthenticatorDisabled, NoAuthenticator
from bot.verification.models import Authenticator, Challenge


@dataclass(frozen=True)
class Destination:
    """Where a code goes; without an address nowhere, without an account a decoy's."""

    fingerprint: str
    by: Way
    language: str
    address: str | None = None
    masked: str = ""
    account_id: str | None = None
    authenticator_id: str | None = None


class Destinations:
    """Finds destinations; a contact that is unknown takes the same statements."""

    def __init__(
        self,
        directory: AccountDirectory,
        authenticators: Authenticators,
        *,
        language: str,
    ) -> None:
        self._directory = directory
        self._authenticators = authenticators
        self._language = language

    def of_contact(self, session: Session, contact: Contact, *, by: Way) -> Destination:
        """Of the account under a contact, if there is one that gets codes."""
        person = self._directory.find(session, contact.kind, contact.fingerprint)
        return self._of(
            session,
            person,
            fingerprint=contact.fingerprint,
            by=by,
        )

    def of_earlier(
        self, session: Session, challenge: Challenge, *, by: Way
    ) -> Destination:
        """Where an earlier code to sign in or identify went, if it still may."""
        person = self._directory.person(session, challenge.account_id or "")
        return self._of(
            session, person, fingerprint=challenge.destination_fingerprint, by=by
        )

    def of_account(
        self, session: Session, account_id: str, *, by: Way = "sms"
    ) -> Destination:
        """Of an account that may be told about itself.

        Raises:
            NoAuthenticator: it has no number that gets codes, or no address.
            AuthenticatorDisabled: too many wrong guesses were made at it.
        """
        person = self._directory.person(session, account_id)
        if by == "email":
            return self._to_first_email(session, person)
        number = self._directory.code_number(session, account_id, fingerprint="")
        if person is None or number is None:
            raise NoAuthenticator
        authenticator = self._authenticators.of_number(session, number.id)
        if authenticator is None:
            raise NoAuthenticator
        if authenticator.disabled_at is not None:
            raise AuthenticatorDisabled
        return _to_number(person, number, authenticator, by)

    def of_new_number(
        self, session: Session, account_id: str, number: Address, *, by: Way
    ) -> Destination:
        """Of a number that is to be put on an account; nothing is bound to it yet."""
        person = self._directory.person(session, account_id)
        return Destination(
            number.fingerprint,
            way_to(number.line_type, by),
            person.language if person else self._language,
            number.value,
            number.masked,
            account_id,
        )

    def _to_first_email(self, session: Session, person: Person | None) -> Destination:
        account_id = person.account_id if person else ""
        emails = self._directory.emails(session, account_id)
        if person is None or not emails:
            raise NoAuthenticator
        return _to_email(person, emails[0])

    def of_new_email(
        self, session: Session, account_id: str, email: Address
    ) -> Destination:
        """Of an address that is to be put on an account."""
        person = self._directory.person(session, account_id)
        return Destination(
            email.fingerprint,
            "email",
            person.language if person else self._language,
            email.value,
            email.masked,
            account_id,
        )

    def _of(
        self,
        session: Session,
        person: Person | None,
        *,
        fingerprint: str,
        by: Way,
    ) -> Destination:
        # Every question is asked even when its answer is known to be empty.
        account_id = person.account_id if person else ""
        reached = self._directory.code_number(
            session, account_id, fingerprint=fingerprint
        )
        authenticator = self._authenticators.of_number(
            session, reached.id if reached else ""
        )
        emails = self._directory.emails(session, account_id)
        email = next((each for each in emails if each.fingerprint == fingerprint), None)
        if by == "email":
            email, reached = email or next(iter(emails), None), None
        if person and reached and authenticator and not authenticator.disabled_at:
            return _to_number(person, reached, authenticator, by)
        if person and email and not reached:
            return _to_email(person, email)
        # Whoever has a number's codes stopped does not stop its owner's app as well:
        # the account is known here, though no code can leave.
        owner = person.account_id if person else None
        return Destination(fingerprint, by, self._language, account_id=owner)


def way_to(line_type: str, wanted: Way) -> Way:
    """The way a code takes to a line; a landline can only be called."""
    if line_type == "landline":
        return "voice"
    return "sms" if wanted == "email" else wanted


def _to_number(
    person: Person, number: Address, authenticator: Authenticator, by: Way
) -> Destination:
    return Destination(
        number.fingerprint,
        way_to(number.line_type, by),
        person.language,
        number.value,
        number.masked,
        person.account_id,
        authenticator.id,
    )


def _to_email(person: Person, email: Address) -> Destination:
    return Destination(
        email.fingerprint,
        "email",
        person.language,
        email.value,
        email.masked,
        person.account_id,
    )
