"""The removal of a number, as long as another way in stays."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose
from bot.accounts.directory import AccountDirectory, Address
from bot.accounts.errors import LastFactor, NoNumber
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import PhoneNumberRepository, lock_accounts
from bot.accounts.telling import Move, Telling
from bot.database import Sessions
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.proofs import Proofs


@dataclass(frozen=True)
class Removed:
    """A removal; `codes_to_masked` is the number that gets the codes in its place.

    It is empty when the removed one got none, or no other is there.
    """

    masked: str
    codes_to_masked: str


class Removing:
    """Takes numbers off accounts."""

    def __init__(
        self,
        sessions: Sessions,
        directory: AccountDirectory,
        proofs: Proofs,
        authenticators: Authenticators,
        rebinding: Rebinding,
        telling: Telling,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._directory = directory
        self._proofs = proofs
        self._authenticators = authenticators
        self._rebinding = rebinding
        self._telling = telling
        self._outbox = outbox

    def remove(self, conversation_id: str, which: str | None) -> Removed:
        """Take one number off the account.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: identity is not proved afresh.
            NoNumber, WhichNumber: none is there, or none is meant.
            LastFactor: nothing else could prove a change.
        """
        with self._sessions.begin() as session:
            removed = self._remove(session, conversation_id, which)
        self._outbox.wake()
        return removed

    def _remove(
        self, session: Session, conversation_id: str, which: str | None
    ) -> Removed:
        seen = self._proofs.require_view(session, conversation_id)
        # Two removals at once must not each count on the other's number.
        lock_accounts(session, [seen.account_id])
        proof = self._proofs.require_change(session, conversation_id)
        account_id = proof.account_id
        number = self._chosen(session, account_id, which)
        codes_to = self._directory.code_number(session, account_id, fingerprint="")
        self._rebinding.end_what_was_open(session, account_id, but_in=conversation_id)
        self._rebinding.take_off(session, number.id, account_id=account_id)
        moved = self._rebinding.hand_over_codes(session, account_id)
        move = Move(number, None, codes_to.id if codes_to else None)
        self._telling.removed(session, proof, move)
        return Removed(number.masked, moved or "")

    def _chosen(self, session: Session, account_id: str, which: str | None) -> Address:
        numbers = PhoneNumberRepository(session).of_account(
            account_id, states=("verified",)
        )
        chosen = choose(numbers, which)
        if chosen is None:
            raise NoNumber
        if not self._authenticators.has_another(
            session, account_id, than_number=chosen.id
        ):
            raise LastFactor
        addresses = self._directory.numbers(session, account_id)
        return next(each for each in addresses if each.id == chosen.id)
