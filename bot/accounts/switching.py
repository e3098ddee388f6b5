"""The switch of numbers: everything is looked up anew, and done in one transaction."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory, Address
from bot.accounts.errors import NumberInUse, NumberUnchanged
from bot.accounts.journal import Journal
from bot.accounts.models import PhoneNumber
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.rebinding import Rebinding
from bot.accounts.recycling import Recycling
from bot.accounts.repository import PhoneNumberRepository, lock_accounts
from bot.accounts.telling import Move, Telling
from bot.database import Sessions
from bot.telephony.outbox import Outbox
from bot.verification.errors import PossessionMissing
from bot.verification.models import Proof
from bot.verification.proofs import Proofs


@dataclass(frozen=True)
class Changed:
    """A switch that was made; without an old number it was an addition.

    `claimed`: another account lost the number by it.
    """

    old_masked: str | None
    new_masked: str
    gets_codes: bool
    claimed: bool = False


class Switching:
    """Puts a proved new number in place of an old one (SP 800-63B-4, 3.1.3.3)."""

    def __init__(
        self,
        sessions: Sessions,
        directory: AccountDirectory,
        new_numbers: NewNumbers,
        proofs: Proofs,
        rebinding: Rebinding,
        recycling: Recycling,
        telling: Telling,
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._directory = directory
        self._new_numbers = new_numbers
        self._proofs = proofs
        self._rebinding = rebinding
        self._recycling = recycling
        self._telling = telling
        self._journal = journal
        self._outbox = outbox

    def switch(self, conversation_id: str, *, claims: bool = False) -> Changed:
        """Make the switch that the conversation has proved both sides of.

        With `claims`, other accounts that have the number lose it.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator, PossessionMissing: not proved.
            NumberUnchanged, NumberInUse: the number is not to be had.
        """
        try:
            with self._sessions.begin() as session:
                changed = self._switch(session, conversation_id, claims)
        except NumberInUse:
            self._note_in_use(conversation_id)
            raise
        self._outbox.wake()
        return changed

    def _switch(self, session: Session, conversation_id: str, claims: bool) -> Changed:
        new = self._lock(session, conversation_id, claims)
        proof = self._proofs.require_change(session, conversation_id)
        if new is None or new.account_id != proof.account_id:
            raise PossessionMissing
        old = self._old(session, new)
        self._refuse_own(session, new)
        self._rebinding.count_anew(session, proof.account_id)
        self._rebinding.end_what_was_open(
            session, proof.account_id, but_in=conversation_id
        )
        # Before the move: whether the number is taken is for its holder alone.
        proved_at = self._proofs.use_possession(
            session,
            conversation_id,
            account_id=proof.account_id,
            number_fingerprint=new.fingerprint,
        )
        claimed = claims and self._recycling.release(
            session,
            new.fingerprint,
            to_account=proof.account_id,
            proved_at=proved_at,
            conversation_id=conversation_id,
        )
        return self._move(session, proof, new, old, claimed=bool(claimed))

    def _lock(
        self, session: Session, conversation_id: str, claims: bool
    ) -> PhoneNumber | None:
        """The number that is offered, with everybody locked whom it may concern."""
        seen = self._proofs.require_view(session, conversation_id)
        new = self._new_numbers.offered(session, conversation_id, seen.account_id)
        owners = (
            PhoneNumberRepository(session).owners(new.fingerprint)
            if new and claims
            else ()
        )
        others = (owner.account_id for owner in owners)
        lock_accounts(session, (seen.account_id, *others))
        return new

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

    def _move(
        self,
        session: Session,
        proof: Proof,
        new: PhoneNumber,
        old: Address | None,
        *,
        claimed: bool,
    ) -> Changed:
        account_id = proof.account_id
        codes_to = self._directory.code_number(session, account_id, fingerprint="")
        if old and not self._rebinding.take_off(session, old.id, account_id=account_id):
            raise PossessionMissing
        if not self._rebinding.put_on(session, new.id, account_id=account_id):
            raise NumberInUse
        # One that is added beside others leaves the codes where they are.
        gets_codes = old is not None or codes_to is None
        if gets_codes:
            numbers = PhoneNumberRepository(session)
            numbers.send_codes_to(new.id, account_id=account_id)
        move = Move(old, new.id, codes_to.id if codes_to else None)
        self._telling.switched(session, proof, move, new.masked, claimed=claimed)
        old_masked = old.masked if old else None
        return Changed(old_masked, new.masked, gets_codes, claimed)

    def _note_in_use(self, conversation_id: str) -> None:
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            self._journal.note(
                session,
                "number_in_use",
                account_id=proof.account_id,
                conversation_id=conversation_id,
            )
