"""New e-mail addresses: offered in a conversation, on no account until the switch."""

import re
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.accounts.directory import Address
from bot.accounts.errors import EmailUnreadable
from bot.accounts.models import OfferedEmail
from bot.clock import Clock
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony.addresses import mask
from bot.verification.contacts import email_spelling

# RFC 5321, 4.5.3.1: what a mail server has to take, and no more.
MOST_CHARACTERS = 254
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
ADDRESS = re.compile(rf"[\w.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@(?:{LABEL}\.)+{LABEL}")


class NewEmails:
    """Keeps one offered address per conversation, in the caller's transaction."""

    def __init__(
        self, clock: Clock, cipher: Cipher, fingerprints: Fingerprints
    ) -> None:
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints

    def read(self, text: str) -> Address:
        """Read an address in its one spelling; it has no id yet.

        Raises:
            EmailUnreadable: mail cannot be sent to it.
        """
        # Before the pattern: a long text must not cost more than a short one.
        if len(text) > MOST_CHARACTERS:
            raise EmailUnreadable
        email = email_spelling(text)
        if ADDRESS.fullmatch(email) is None:
            raise EmailUnreadable
        return Address(
            "", email, self._fingerprints.of("email", email), mask(email), ""
        )

    def put(
        self,
        session: Session,
        email: Address,
        *,
        account_id: str,
        conversation_id: str,
        replaces_id: str | None,
    ) -> None:
        """Keep an address as the one that is offered in the conversation now."""
        self.drop(session, conversation_id)
        session.add(
            OfferedEmail(
                conversation_id=conversation_id,
                account_id=account_id,
                address_encrypted=self._cipher.encrypt(email.value),
                fingerprint=email.fingerprint,
                masked=email.masked,
                replaces_id=replaces_id,
                offered_at=self._clock.now(),
            )
        )
        session.flush()

    def offered(
        self, session: Session, conversation_id: str, account_id: str
    ) -> OfferedEmail | None:
        """What the conversation offered for the account, if anything."""
        return session.scalars(
            select(OfferedEmail).where(
                OfferedEmail.conversation_id == conversation_id,
                OfferedEmail.account_id == account_id,
            )
        ).one_or_none()

    def address(
        self, session: Session, conversation_id: str, account_id: str
    ) -> Address | None:
        """Where a code to the offered address goes."""
        offered = self.offered(session, conversation_id, account_id)
        if offered is None:
            return None
        value = self._cipher.decrypt(offered.address_encrypted)
        return Address("", value, offered.fingerprint, offered.masked, "")

    def drop(self, session: Session, conversation_id: str) -> None:
        """Forget the address that the conversation offered."""
        session.execute(
            delete(OfferedEmail).where(OfferedEmail.conversation_id == conversation_id)
        )

    def drop_all(self, session: Session, account_id: str) -> None:
        """Forget every address that was offered for an account."""
        session.execute(
            delete(OfferedEmail).where(OfferedEmail.account_id == account_id)
        )

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete addresses that were offered before a moment and never taken."""
        gone = session.scalars(
            delete(OfferedEmail)
            .where(OfferedEmail.offered_at < before)
            .returning(OfferedEmail.conversation_id)
        )
        return len(gone.all())
