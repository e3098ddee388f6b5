"""The switch of numbers: everything is looked up anew, and done in one transaction."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory, Address
from bot.accounts.errors import NumberInUse, NumberUnchanged
from bot.accounts.journal import Journal
from bot.accounts.models import PhoneNumber
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.notices import Notices
from bot.accounts.repository import PhoneNumberRepository
from bot.clock import Clock
from bot.database import Sessions
from bot.settings import Settings
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.bindings import Bindings
from bot.verification.errors import PossessionMissing
from bot.verification.models import Proof
from bot.verification.proofs import Proofs


@dataclass(frozen=True)
class Changed:
    """A switch that was made; without an old number it was an addition."""

    old_masked: str | None
    new_masked: str


class Switching:
    """Puts a proved new number in place of an old one (SP 800-63B-4, 3.1.3.3)."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        directory: AccountDirectory,
        new_numbers: NewNumbers,
        proofs: Proofs,
        authenticators: Authenticators,
        bindings: Bindings,
        notices: Notices,
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._slots = settings.accounts_per_number
        self._directory = directory
        self._new_numbers = new_numbers
        self._proofs = proofs
        self._authenticators = authenticators
        self._bindings = bindings
        self._notices = notices
        self._journal = journal
        self._outbox = outbox

    def switch(self, conversation_id: str) -> Changed:
        """Make the switch that the conversation has proved both sides of.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator, PossessionMissing: not proved.
            NumberUnchanged, NumberInUse: the number is not to be had.
        """
        try:
            with self._sessions.begin() as session:
                changed = self._switch(session, conversation_id)
        except NumberInUse:
            self._note_in_use(conversation_id)
            raise
        self._outbox.wake()
        return changed

    def _switch(self, session: Session, conversation_id: str) -> Changed:
        proof = self._proofs.require_change(session, conversation_id)
        new = self._new_numbers.offered(session, conversation_id, proof.account_id)
        if new is None:
            raise PossessionMissing
        old = self._old(session, new)
        self._refuse_own(session, new)
        self._end_what_was_open(session, proof)
        # Before the move: whether the number is taken is for its holder alone.
        self._proofs.use_possession(
            session,
            conversation_id,
            account_id=proof.account_id,
            number_fingerprint=new.fingerprint,
        )
        self._move(session, proof.account_id, new, old)
        self._tell(session, proof, new, old)
        return Changed(old.masked if old else None, new.masked)

    def _old(self, session: Session, new: PhoneNumber) -> Address | None:
        """The number to be replaced, as long as it is still on the account.

        Raises:
            PossessionMissing: it is gone, so what was offered is void.
        """
        if new.replaces_id is None:
            return None
        numbers = self._directory.numbers(session, new.account_id)
        for number in numbers:
            if number.id == new.replaces_id:
                return number
        raise PossessionMissing

    def _refuse_own(self, session: Session, new: PhoneNumber) -> None:
        numbers = self._directory.numbers(session, new.account_id)
        if any(number.fingerprint == new.fingerprint for number in numbers):
            raise NumberUnchanged

    def _end_what_was_open(self, session: Session, proof: Proof) -> None:
        """Close codes on their way to the old number, and proofs given elsewhere."""
        now = self._clock.now()
        self._bindings.clear_failures(session, proof.account_id, kind=None)
        self._bindings.void_codes(session, proof.account_id, now=now)
        self._proofs.revoke_elsewhere(
            session, proof.account_id, conversation_id=proof.conversation_id
        )

    def _move(
        self, session: Session, account_id: str, new: PhoneNumber, old: Address | None
    ) -> None:
        now = self._clock.now()
        numbers = PhoneNumberRepository(session)
        if old:
            self._authenticators.retire_number(session, old.id, now=now)
            if not numbers.remove(old.id, account_id=account_id, now=now):
                raise PossessionMissing
        if not numbers.verify(new.id, slots=self._slots, now=now):
            raise NumberInUse
        numbers.send_codes_to(new.id, account_id=account_id)
        self._authenticators.bind_number(session, account_id, new.id, now=now)

    def _tell(
        self, session: Session, proof: Proof, new: PhoneNumber, old: Address | None
    ) -> None:
        name = "number_changed" if old else "number_added"
        if old:
            self._notices.tell_number(session, proof.account_id, old, name)
        self._notices.mail(session, proof.account_id, name, last_digits=new.masked[-4:])
        self._journal.note(
            session,
            name,
            account_id=proof.account_id,
            conversation_id=proof.conversation_id,
            old_id=old.id if old else None,
            new_id=new.id,
            method=proof.method,
        )

    def _note_in_use(self, conversation_id: str) -> None:
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            self._journal.note(
                session,
                "number_in_use",
                account_id=proof.account_id,
                conversation_id=conversation_id,
            )
