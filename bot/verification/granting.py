"""Granting: what a right code proves of the account whose number or address got it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.accounts.holding import is_idle, note_proof
from bot.clock import Clock
from bot.settings import Settings
from bot.verification.models import Challenge, Scope
from bot.verification.proofs import Proofs


class Granting:
    """Grants proofs in the transaction that uses up the code."""

    def __init__(self, clock: Clock, settings: Settings, proofs: Proofs) -> None:
        self._clock = clock
        self._idle = timedelta(days=settings.number_idle_days)
        self._proofs = proofs

    def grant(self, session: Session, challenge: Challenge, account_id: str) -> None:
        """Grant what a code proves, which is least for a number that was long idle.

        Numbers are given to somebody else when they are given up, so that one which
        was not proved for long changes nothing by itself.
        """
        if challenge.by == "email":
            self._trust_again(session, challenge.conversation_id, account_id)
            self._note(session, challenge, account_id, "view")
            return
        number = challenge.destination_fingerprint
        now = self._clock.now()
        if is_idle(session, number, account_id, since=now - self._idle):
            self._note(session, challenge, account_id, "view", number)
            return
        self._note(session, challenge, account_id, "change")
        # Since then at least, it is known to be in the same hands.
        note_proof(session, number, account_id, now=now)

    def _trust_again(
        self, session: Session, conversation_id: str, account_id: str
    ) -> None:
        """Take numbers that were idle for the account's: an address says the same."""
        now = self._clock.now()
        for proof in self._proofs.of_account(session, conversation_id, account_id):
            if proof.number_fingerprint is not None:
                note_proof(session, proof.number_fingerprint, account_id, now=now)

    def _note(
        self,
        session: Session,
        challenge: Challenge,
        account_id: str,
        scope: Scope,
        idle_number: str | None = None,
    ) -> None:
        self._proofs.grant(
            session,
            challenge.conversation_id,
            account_id,
            method=challenge.by,
            scope=scope,
            number_fingerprint=idle_number,
        )
