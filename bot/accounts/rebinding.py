"""Rebinding: what every move of a number does to the account around it."""

from sqlalchemy.orm import Session

from bot.accounts.models import NumberState
from bot.accounts.repository import PhoneNumberRepository, lock_accounts
from bot.clock import Clock
from bot.settings import Settings
from bot.verification.authenticators import Authenticators
from bot.verification.bindings import Bindings
from bot.verification.proofs import Proofs


class Rebinding:
    """Moves numbers with what proves by them, in the caller's transaction.

    A number and its authenticator come and go together.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        authenticators: Authenticators,
        bindings: Bindings,
        proofs: Proofs,
    ) -> None:
        self._clock = clock
        self._slots = settings.accounts_per_number
        self._authenticators = authenticators
        self._bindings = bindings
        self._proofs = proofs

    def take_turns(self, session: Session, account_id: str) -> None:
        """Let nobody else change what the account proves by, until this is done."""
        lock_accounts(session, [account_id])

    def count_anew(self, session: Session, account_id: str) -> None:
        """Forget wrong guesses: what they were made at is bound anew."""
        self._bindings.clear_failures(session, account_id, kind=None)

    def end_what_was_open(
        self, session: Session, account_id: str, *, but_in: str = ""
    ) -> None:
        """Close codes on their way, and proofs given in any other conversation."""
        now = self._clock.now()
        self._bindings.void_codes(session, account_id, now=now)
        self._proofs.revoke_elsewhere(session, account_id, conversation_id=but_in)

    def take_off(self, session: Session, number_id: str, *, account_id: str) -> bool:
        """Remove a verified number; False when it is not on the account."""
        now = self._clock.now()
        self._authenticators.retire_number(session, number_id, now=now)
        numbers = PhoneNumberRepository(session)
        return numbers.remove(number_id, account_id=account_id, now=now)

    def put_on(self, session: Session, number_id: str, *, account_id: str) -> bool:
        """Verify a pending number; False when as many accounts as may have it."""
        now = self._clock.now()
        numbers = PhoneNumberRepository(session)
        if not numbers.verify(number_id, slots=self._slots, now=now):
            return False
        self._authenticators.bind_number(session, account_id, number_id, now=now)
        return True

    def put_back(
        self,
        session: Session,
        number_id: str,
        *,
        account_id: str,
        state: NumberState = "removed",
    ) -> bool:
        """Verify a number again that is in `state`; False when it is not to be had.

        What was counted against its old authenticator stays with the old one.
        """
        numbers = PhoneNumberRepository(session)
        if not numbers.restore(
            number_id, account_id=account_id, state=state, slots=self._slots
        ):
            return False
        now = self._clock.now()
        self._authenticators.bind_number(session, account_id, number_id, now=now)
        return True

    def suspend(self, session: Session, number_id: str) -> bool:
        """Let a number prove nothing; False when it was not verified."""
        now = self._clock.now()
        self._authenticators.retire_number(session, number_id, now=now)
        return PhoneNumberRepository(session).suspend(number_id)

    def hand_over_codes(self, session: Session, account_id: str) -> str | None:
        """Let another number get the codes when none does; gives it masked.

        The oldest one whose codes still count, else the oldest.
        """
        numbers = PhoneNumberRepository(session).of_account(
            account_id, states=("verified",)
        )
        if not numbers or any(number.gets_codes for number in numbers):
            return None
        usable = (number for number in numbers if self._is_usable(session, number.id))
        chosen = next(usable, numbers[0])
        PhoneNumberRepository(session).send_codes_to(chosen.id, account_id=account_id)
        return chosen.masked

    def _is_usable(self, session: Session, number_id: str) -> bool:
        found = self._authenticators.of_number(session, number_id)
        return found is not None and found.disabled_at is None
