"""Phone numbers: shown to whom they belong, offered, proved, switched and removed."""

from dataclasses import dataclass
from datetime import datetime

from bot.accounts.models import NumberState, PhoneNumber
from bot.accounts.offering import Offering
from bot.accounts.reading import Eligible, NumberReader
from bot.accounts.removing import Removed, Removing
from bot.accounts.repository import PhoneNumberRepository
from bot.accounts.switching import Changed, Switching
from bot.database import Sessions, reading
from bot.verification.proofs import Proofs
from bot.verification.standing import CodeSent

__all__ = ["Changed", "Eligible", "NumberView", "PhoneNumbers", "Removed"]


@dataclass(frozen=True)
class NumberView:
    """A number as its owner may see it in a chat."""

    masked: str
    state: NumberState
    verified_at: datetime | None
    gets_codes: bool
    line_type: str


class PhoneNumbers:
    """The numbers of the account that a conversation has proved."""

    def __init__(
        self,
        sessions: Sessions,
        proofs: Proofs,
        reader: NumberReader,
        offering: Offering,
        switching: Switching,
        removing: Removing,
    ) -> None:
        self._sessions = sessions
        self._proofs = proofs
        self._reader = reader
        self._offering = offering
        self._switching = switching
        self._removing = removing

    def eligibility(self, conversation_id: str, number_text: str) -> Eligible:
        """Say whether a number could get codes; needs no proof and tells no owner.

        Raises:
            NumberError: the number cannot be read, or gets no codes.
            LookupLimit: ten were asked about in this hour.
        """
        return self._reader.eligibility(conversation_id, number_text)

    def find(self, conversation_id: str) -> tuple[NumberView, ...]:
        """The account's numbers, the one that gets codes first.

        Raises:
            ProofMissing: the account may not be looked at here.
        """
        with reading(self._sessions) as session:
            proof = self._proofs.require_view(session, conversation_id)
            numbers = PhoneNumberRepository(session).of_account(proof.account_id)
        return tuple(map(_view, numbers))

    def offer(
        self,
        conversation_id: str,
        number_text: str,
        *,
        which: str | None = None,
        adds: bool = False,
    ) -> CodeSent:
        """Send a code to a new number; whose it is now is not looked at.

        `which` of several numbers it is to replace: a place in `find` from `1`,
        `last`, `other`, or last digits. One that `adds` replaces none.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: no change is allowed here.
            WhichNumber: the account has several numbers and none is meant.
            NumberError: the number cannot be read, or gets no codes.
            NumberUnchanged: the account has the number already.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        return self._offering.offer(conversation_id, number_text, which, adds=adds)

    def confirm(self, conversation_id: str, code: str) -> None:
        """Take the code that was sent to the new number: it is at hand.

        Raises:
            ProofMissing: no account is in view.
            VerificationError: which one says why the code does not count.
        """
        self._offering.confirm(conversation_id, code)

    def change(self, conversation_id: str) -> Changed:
        """Put the new number in place of the old one, all of it or nothing.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: identity is not proved afresh.
            PossessionMissing: the new number is not proved here, or was used.
            NumberUnchanged: the account has it by now.
            NumberInUse: other accounts have it; told only here, to its holder.
        """
        return self._switching.switch(conversation_id)

    def claim(self, conversation_id: str) -> Changed:
        """Make the change even if others have the number: it is the holder's now.

        Accounts that verified it before the holder proved it lose it.

        Raises:
            NumberInUse: somebody proved it later.
            ProofMissing, NumberUnchanged: as for a change.
        """
        return self._switching.switch(conversation_id, claims=True)

    def remove(self, conversation_id: str, which: str | None = None) -> Removed:
        """Take a number off the account; another one gets its codes.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: identity is not proved afresh.
            NoNumber, WhichNumber: none is there, or none is meant.
            LastFactor: nothing else could prove a change.
        """
        return self._removing.remove(conversation_id, which)


def _view(number: PhoneNumber) -> NumberView:
    return NumberView(
        number.masked,
        number.state,
        number.verified_at,
        number.gets_codes,
        number.line_type,
    )
