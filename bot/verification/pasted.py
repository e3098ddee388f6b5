"""Pasted codes: somebody put a code where none was asked for, so it is given up."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.disclosures import Disclosures
from bot.verification.codes import Codes, read_code
from bot.verification.errors import CodeMalformed, ProofMissing
from bot.verification.models import Challenge
from bot.verification.proofs import Proofs
from bot.verification.repository import ChallengeRepository


class PastedCodes:
    """Calls codes back that others may have read; does the same for everybody."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        codes: Codes,
        disclosures: Disclosures,
        proofs: Proofs,
        journal: Journal,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._codes = codes
        self._disclosures = disclosures
        self._proofs = proofs
        self._journal = journal

    def disown(self, conversation_id: str, seq: int) -> int:
        """Call back what line `seq` may have given away, and forget what it said.

        That is every open code of this conversation, and of the account in view any
        open code that was pasted. Gives how many were called back.
        """
        with self._sessions.begin() as session:
            account_id = self._account_in_view(session, conversation_id)
            typed = self._disclosures.values(session, conversation_id, seq, "code")
            cancelled = self._cancel(session, conversation_id, account_id, typed)
            self._disclosures.forget(session, conversation_id, seq)
            self._journal.note(
                session,
                "code_pasted",
                account_id=account_id or None,
                conversation_id=conversation_id,
                cancelled=cancelled,
            )
        return cancelled

    def _account_in_view(self, session: Session, conversation_id: str) -> str:
        try:
            return self._proofs.require_view(session, conversation_id).account_id
        except ProofMissing:
            return ""

    def _cancel(
        self,
        session: Session,
        conversation_id: str,
        account_id: str,
        typed: Sequence[str],
    ) -> int:
        challenges, now = ChallengeRepository(session), self._clock.now()
        here = challenges.cancel(Challenge.conversation_id == conversation_id, now=now)
        codes = tuple(_readable(typed))
        given_away = [
            challenge.id
            for challenge in challenges.open_of(account_id, now=now)
            if any(self._codes.may_fit(challenge, code) for code in codes)
        ]
        elsewhere = challenges.cancel(Challenge.id.in_(given_away), now=now)
        return here + elsewhere


def _readable(typed: Iterable[str]) -> Iterator[str]:
    for text in typed:
        with suppress(CodeMalformed):
            yield read_code(text)
