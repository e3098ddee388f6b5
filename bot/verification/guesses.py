"""Guesses at a secret that an account keeps: an app's codes, saved codes."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.accounts.notices import Notices
from bot.clock import Clock
from bot.database import Sessions
from bot.verification.authenticators import Authenticators
from bot.verification.claims import Claim, Claims
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeWrong,
    VerificationError,
)
from bot.verification.models import Authenticator, AuthenticatorKind, Method, Scope
from bot.verification.outside import Answering, answering_nothing
from bot.verification.proofs import Proofs
from bot.verification.throttles import Throttles


@dataclass(frozen=True)
class CountedGuess:
    """A guess that may be compared; without an authenticator it can only be wrong."""

    conversation_id: str
    claim: Claim
    authenticator: Authenticator | None
    spent: bool


class Guesses:
    """Counts each guess before it is compared, for unknown accounts too."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        claims: Claims,
        throttles: Throttles,
        authenticators: Authenticators,
        proofs: Proofs,
        notices: Notices,
        journal: Journal,
        answering: Answering = answering_nothing,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._claims = claims
        self._throttles = throttles
        self._authenticators = authenticators
        self._proofs = proofs
        self._notices = notices
        self._journal = journal
        self._answering = answering

    def is_accepted(self, conversation_id: str, method: Method) -> bool:
        """Whether the guess in the line being answered was right when it was made.

        It is made again when the answer is, and counts once.
        """
        with self._sessions() as session:
            line = self._answering(session, conversation_id)
            return line is not None and self._proofs.came_with(
                session, conversation_id, line, method
            )

    def count(self, conversation_id: str, kind: AuthenticatorKind) -> CountedGuess:
        """Count a guess in a transaction of its own.

        Raises:
            NotSignedIn: nobody has said whose account it is.
            AuthenticatorDisabled: no more guesses are looked at.
        """
        with self._sessions.begin() as session:
            claim = self._claims.of(session, conversation_id, kind)
            spent = self._throttles.count_failure(
                session, claim.limit_key, now=self._clock.now()
            )
            found = self._authenticators.of_kind(session, claim.account_id or "", kind)
            counted = self._authenticators.count_failure(
                session, found.id if found else ""
            )
        return CountedGuess(conversation_id, claim, found if counted else None, spent)

    def accept(
        self,
        session: Session,
        guess: CountedGuess,
        authenticator: Authenticator,
        *,
        method: Method,
        scope: Scope,
    ) -> None:
        """Grant the proof for a right guess, in the transaction that uses it up."""
        self._throttles.forgive(session, guess.claim.limit_key)
        self._authenticators.forget_failures(session, authenticator.id)
        self._proofs.grant(
            session,
            guess.conversation_id,
            authenticator.account_id,
            method=method,
            scope=scope,
            line=self._answering(session, guess.conversation_id),
        )
        self._note(session, "code_accepted", guess, method)

    def refuse(self, guess: CountedGuess, *, method: Method) -> VerificationError:
        """Note a wrong guess; the error that says so."""
        with self._sessions.begin() as session:
            found = guess.authenticator.id if guess.authenticator else ""
            disabled = self._authenticators.disable_spent(
                session, found, now=self._clock.now()
            )
            if disabled or guess.spent:
                owner = guess.claim.account_id if disabled else None
                self._notices.mail(session, owner, "authenticator_disabled")
            self._note(session, "code_refused", guess, method)
            left = self._throttles.failures_left(session, guess.claim.limit_key)
        return AuthenticatorDisabled() if left == 0 else CodeWrong(left)

    def _note(
        self, session: Session, name: str, guess: CountedGuess, method: Method
    ) -> None:
        self._journal.note(
            session,
            name,
            account_id=guess.claim.account_id,
            conversation_id=guess.conversation_id,
            by=method,
        )
