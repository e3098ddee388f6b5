"""Challenges: guesses are counted, a right one uses the code up.

A guess is counted and committed before it is compared, so that any number of
parallel guesses gets no more than the allowed comparisons. An answer that was broken
off is made anew: the same guess for the same line is not counted again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.accounts.notices import Notices
from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.checking import CodeCheck
from bot.verification.codes import Codes, read_code
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeExpired,
    CodeSuperseded,
    CodeUsed,
    CodeWrong,
    NoCodePending,
    TooManyGuesses,
    VerificationError,
)
from bot.verification.models import Challenge, Purpose
from bot.verification.outside import Answering, answering_nothing
from bot.verification.repository import ChallengeRepository
from bot.verification.throttles import Throttles

Then = Callable[[Session, Challenge, str], None]


@dataclass(frozen=True)
class Guess:
    """A counted guess; `spent`: its contact's last one.

    `owner_id` is the account that a right one proves; without it none is right.
    `refused`: it was found wrong before, for the same line.
    """

    challenge: Challenge
    guess_hmac: str
    guesses_left: int
    spent: bool
    owner_id: str | None
    refused: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it has used the code up before, for the same line."""
        return self.challenge.used_at is not None

    @property
    def disabled(self) -> bool:
        """Whether the asker may be told that no more guesses will be looked at."""
        known = self.challenge.told and self.challenge.authenticator_id is not None
        return self.spent or (known and self.owner_id is None)


class _Overtaken(Exception):
    """A new code took the place of the newest one while a guess was counted."""


class Challenges:
    """Checks codes; what a right one is good for is the caller's."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        codes: Codes,
        check: CodeCheck,
        throttles: Throttles,
        authenticators: Authenticators,
        notices: Notices,
        journal: Journal,
        outbox: Outbox,
        answering: Answering = answering_nothing,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._codes = codes
        self._check = check
        self._throttles = throttles
        self._authenticators = authenticators
        self._notices = notices
        self._journal = journal
        self._outbox = outbox
        self._answering = answering

    def check(
        self,
        conversation_id: str,
        purpose: Purpose,
        text: str,
        then: Then,
        *,
        account_id: str | None = None,
    ) -> None:
        """Use the code up, and do `then` for the account in the same transaction.

        Raises:
            VerificationError: which one says why the code does not count.
        """
        code = read_code(text)
        guess = self._count_newest(conversation_id, purpose, account_id, code)
        if guess.accepted:
            return
        fits = self._check.fits(guess.challenge, code)
        if not fits or guess.owner_id is None:
            raise self._refuse(guess, code)
        self._use(guess.challenge, guess.owner_id, then)

    def _count_newest(
        self, conversation_id: str, purpose: Purpose, account_id: str | None, code: str
    ) -> Guess:
        while True:
            try:
                return self._count(conversation_id, purpose, account_id, code)
            except _Overtaken:
                continue

    def _count(
        self, conversation_id: str, purpose: Purpose, account_id: str | None, code: str
    ) -> Guess:
        now = self._clock.now()
        with self._sessions.begin() as session:
            challenges = ChallengeRepository(session)
            challenge = challenges.newest(
                conversation_id, purpose=purpose, account_id=account_id
            )
            if challenge is None or challenge.superseded_at is not None:
                raise NoCodePending
            line = self._answering(session, conversation_id)
            sealed = self._codes.seal(challenge, code)
            if line is not None and _is_repeated(challenge, line, sealed):
                return self._counted_before(session, challenge)
            key = challenge.limit_key
            spent = self._throttles.count_failure(session, key, now=now)
            attempts = challenges.count_attempt(
                challenge.id, now=now, line=line, guess_hmac=sealed
            )
            if attempts is None:
                session.refresh(challenge)
                if challenge.superseded_at is not None:
                    raise _Overtaken
                raise _closed(challenge, now)
            counted = self._authenticators.count_failure(
                session, challenge.authenticator_id or ""
            )
        uncounted = challenge.authenticator_id is None
        owner_id = challenge.account_id if counted or uncounted else None
        left = challenge.guesses_allowed - attempts
        return Guess(challenge, sealed, left, spent, owner_id)

    def _counted_before(self, session: Session, challenge: Challenge) -> Guess:
        usable = self._authenticators.is_usable(
            session, challenge.authenticator_id or ""
        )
        return Guess(
            challenge,
            challenge.guess_hmac or "",
            challenge.guesses_left,
            spent=self._throttles.failures_left(session, challenge.limit_key) <= 0,
            owner_id=challenge.account_id
            if usable or challenge.authenticator_id is None
            else None,
            refused=challenge.guess_refused,
        )

    def _use(self, challenge: Challenge, owner_id: str, then: Then) -> None:
        now = self._clock.now()
        with self._sessions.begin() as session:
            self._throttles.forgive(session, challenge.limit_key)
            used = ChallengeRepository(session).use(challenge.id, now=now)
            self._authenticators.forget_failures(
                session, challenge.authenticator_id or ""
            )
            if used:
                self._note(session, "code_accepted", challenge)
                then(session, challenge, owner_id)
                return
            latest = session.get_one(Challenge, challenge.id)
        raise _closed(latest, now)

    def _refuse(self, guess: Guess, code: str) -> VerificationError:
        challenge = guess.challenge
        with self._sessions.begin() as session:
            challenges = ChallengeRepository(session)
            earlier = challenges.superseded(challenge)
            older = [each for each in earlier if self._codes.fits(each, code)]
            disabled = not guess.refused and self._disable_spent(session, guess)
            if not guess.refused:
                self._note(session, "code_refused", challenge)
            challenges.mark_refused(challenge.id, guess.guess_hmac)
        self._outbox.wake()
        if guess.disabled or (disabled and challenge.told):
            return AuthenticatorDisabled()
        if guess.guesses_left == 0:
            return TooManyGuesses()
        wrong = CodeSuperseded if older else CodeWrong
        return wrong(guess.guesses_left)

    def _disable_spent(self, session: Session, guess: Guess) -> bool:
        """Disable what was guessed at too often; an unknown contact costs the same."""
        disabled = self._authenticators.disable_spent(
            session, guess.challenge.authenticator_id or "", now=self._clock.now()
        )
        if disabled or guess.spent:
            owner = guess.challenge.account_id if disabled else None
            self._notices.mail(session, owner, "authenticator_disabled")
        return disabled

    def _note(self, session: Session, name: str, challenge: Challenge) -> None:
        self._journal.note(
            session,
            name,
            account_id=challenge.account_id,
            conversation_id=challenge.conversation_id,
            purpose=challenge.purpose,
            by=challenge.by,
        )


def _is_repeated(challenge: Challenge, line: int, guess_hmac: str) -> bool:
    return (challenge.guessed_in, challenge.guess_hmac) == (line, guess_hmac)


def _closed(challenge: Challenge, now: datetime) -> VerificationError:
    if challenge.used_at is not None:
        return CodeUsed()
    if challenge.cancelled_at is not None or challenge.superseded_at is not None:
        return NoCodePending()
    if challenge.expires_at <= now:
        return CodeExpired()
    return TooManyGuesses()
