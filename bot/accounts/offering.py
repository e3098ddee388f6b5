"""Offering: a new number gets a code, and the code proves that it is at hand."""

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose
from bot.accounts.errors import NumberUnchanged
from bot.accounts.models import PhoneNumber
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.reading import NumberReader, ReadNumber
from bot.accounts.repository import PhoneNumberRepository
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.telephony.numbers import Number
from bot.verification.challenges import Challenges
from bot.verification.destinations import Destinations
from bot.verification.dispatch import Asked, Dispatch
from bot.verification.models import Challenge
from bot.verification.proofs import Proofs
from bot.verification.standing import CodeSent


class Offering:
    """Takes what `PhoneNumbers.change` needs of a new number."""

    def __init__(
        self,
        sessions: Sessions,
        fingerprints: Fingerprints,
        reader: NumberReader,
        new_numbers: NewNumbers,
        destinations: Destinations,
        dispatch: Dispatch,
        challenges: Challenges,
        proofs: Proofs,
    ) -> None:
        self._sessions = sessions
        self._fingerprints = fingerprints
        self._reader = reader
        self._new_numbers = new_numbers
        self._destinations = destinations
        self._dispatch = dispatch
        self._challenges = challenges
        self._proofs = proofs

    def offer(
        self, conversation_id: str, number_text: str, which: str | None, *, adds: bool
    ) -> CodeSent:
        """Send a code to a new number; whose it is now is not looked at."""
        with self._sessions.begin() as session:
            self._replaced(session, conversation_id, which, adds)
        read = self._reader.read(number_text)
        with self._sessions.begin() as session:
            account_id, replaced = self._replaced(session, conversation_id, which, adds)
            self._refuse_own(session, account_id, read.number)
            sent = self._send(session, conversation_id, account_id, replaced, read)
        self._dispatch.wake()
        return sent

    def confirm(self, conversation_id: str, code: str) -> None:
        """Take the code that was sent to the new number."""
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
        self._challenges.check(
            conversation_id,
            "bind_number",
            code,
            self._grant,
            account_id=proof.account_id,
        )

    def _replaced(
        self, session: Session, conversation_id: str, which: str | None, adds: bool
    ) -> tuple[str, PhoneNumber | None]:
        proof = self._proofs.require_change(session, conversation_id)
        numbers = PhoneNumberRepository(session).of_account(
            proof.account_id, states=("verified",)
        )
        return proof.account_id, None if adds else choose(numbers, which)

    def _refuse_own(self, session: Session, account_id: str, number: Number) -> None:
        fingerprint = self._fingerprints.of("phone", number.e164)
        own = PhoneNumberRepository(session).of_account(
            account_id, states=("verified",)
        )
        if any(each.fingerprint == fingerprint for each in own):
            raise NumberUnchanged

    def _send(
        self,
        session: Session,
        conversation_id: str,
        account_id: str,
        replaced: PhoneNumber | None,
        read: ReadNumber,
    ) -> CodeSent:
        address = self._new_numbers.put(
            session,
            read.number,
            read.line,
            account_id=account_id,
            conversation_id=conversation_id,
            replaces_id=replaced.id if replaced else None,
        )
        key = f"bind:{account_id}:{address.fingerprint}"
        asked = Asked(conversation_id, "bind_number", key, told=True, by=read.way)
        destination = self._destinations.of_new_number(
            session, account_id, address, by=read.way
        )
        return self._dispatch.send(session, asked, destination)

    def _grant(self, session: Session, challenge: Challenge, account_id: str) -> None:
        self._proofs.grant(
            session,
            challenge.conversation_id,
            account_id,
            method=challenge.by,
            scope="possession",
            number_fingerprint=challenge.destination_fingerprint,
        )
