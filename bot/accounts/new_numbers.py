"""New numbers: offered in a conversation, pending until the switch is made."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.accounts.directory import Address
from bot.accounts.models import PhoneNumber
from bot.clock import Clock
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony.lines import Line
from bot.telephony.numbers import Number, mask


class NewNumbers:
    """Keeps one pending number per conversation, in the caller's transaction."""

    def __init__(
        self, clock: Clock, cipher: Cipher, fingerprints: Fingerprints
    ) -> None:
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints

    def put(
        self,
        session: Session,
        number: Number,
        line: Line,
        *,
        account_id: str,
        conversation_id: str,
        replaces_id: str | None,
    ) -> Address:
        """Keep a number as the one that is offered in the conversation now."""
        self.drop(session, conversation_id)
        offered = PhoneNumber(
            account_id=account_id,
            number_encrypted=self._cipher.encrypt(number.e164),
            fingerprint=self._fingerprints.of("phone", number.e164),
            masked=mask(number.e164),
            state="pending",
            line_type=line.kind,
            carrier=line.carrier,
            added_at=self._clock.now(),
            conversation_id=conversation_id,
            replaces_id=replaces_id,
        )
        session.add(offered)
        session.flush()
        return self._address_of(offered)

    def offered(
        self, session: Session, conversation_id: str, account_id: str
    ) -> PhoneNumber | None:
        """The number that the conversation offered for the account, if any."""
        return session.scalars(
            select(PhoneNumber)
            .where(
                PhoneNumber.conversation_id == conversation_id,
                PhoneNumber.account_id == account_id,
                PhoneNumber.state == "pending",
            )
            .order_by(PhoneNumber.added_at.desc(), PhoneNumber.id)
            .limit(1)
        ).one_or_none()

    def address(
        self, session: Session, conversation_id: str, account_id: str
    ) -> Address | None:
        """Where a code to the offered number goes."""
        offered = self.offered(session, conversation_id, account_id)
        return self._address_of(offered) if offered else None

    def drop(self, session: Session, conversation_id: str) -> None:
        """Forget the number that the conversation offered."""
        session.execute(
            delete(PhoneNumber).where(
                PhoneNumber.conversation_id == conversation_id,
                PhoneNumber.state == "pending",
            )
        )

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete numbers that were offered before a moment and never taken."""
        gone = session.scalars(
            delete(PhoneNumber)
            .where(PhoneNumber.state == "pending", PhoneNumber.added_at < before)
            .returning(PhoneNumber.id)
        )
        return len(gone.all())

    def _address_of(self, number: PhoneNumber) -> Address:
        return Address(
            number.id,
            self._cipher.decrypt(number.number_encrypted),
            number.fingerprint,
            number.masked,
            number.line_type,
        )
