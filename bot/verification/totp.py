"""Codes of an authenticator app (RFC 6238): 30 seconds, SHA-1, six digits."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import USABLE, Authenticators
from bot.verification.bindings import Bindings
from bot.verification.codes import read_code
from bot.verification.errors import CodeUsed, CodeWrong, TooManyGuesses, TotpNotPending
from bot.verification.guesses import CountedGuess, Guesses
from bot.verification.models import Authenticator
from bot.verification.proofs import Proofs
from bot.verification.randomness import Randomness

STEP = 30
# RFC 6238, 5.2: one step back at most, for the time it takes to type.
STEPS_BACK = 1
SECRET_BYTES = 20
ENROLMENT_LIFETIME = timedelta(minutes=10)
# Compared against where there is no app, so that a guess costs the same.
NOBODYS_SECRET = "A" * 32


@dataclass(frozen=True)
class Enrolment:
    """What the app is given, once: the secret in base32, and the same as a link."""

    secret: str
    uri: str


class Totp:
    """Enrols apps and checks their codes; each code counts once."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        randomness: Randomness,
        authenticators: Authenticators,
        proofs: Proofs,
        guesses: Guesses,
        bindings: Bindings,
        outbox: Outbox,
        *,
        issuer: str,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._randomness = randomness
        self._authenticators = authenticators
        self._proofs = proofs
        self._guesses = guesses
        self._bindings = bindings
        self._outbox = outbox
        self._issuer = issuer

    def enrol(self, conversation_id: str) -> Enrolment:
        """Make a secret for an app; it proves nothing until it is confirmed.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
        """
        enrolment = self.draw()
        with self._sessions.begin() as session:
            self.await_code(session, conversation_id, enrolment)
        return enrolment

    def draw(self) -> Enrolment:
        """Draw a secret that is nobody's yet."""
        secret = base64.b32encode(self._randomness.octets(SECRET_BYTES)).decode()
        uri = pyotp.TOTP(secret).provisioning_uri(issuer_name=self._issuer)
        return Enrolment(secret, uri)

    def await_code(
        self, session: Session, conversation_id: str, enrolment: Enrolment
    ) -> None:
        """Let a secret wait for its app's first code, in the caller's transaction.

        Raises:
            As `enrol`.
        """
        proof = self._proofs.require_bind(session, conversation_id)
        session.add(
            Authenticator(
                account_id=proof.account_id,
                kind="totp",
                secret_encrypted=self._cipher.encrypt(enrolment.secret),
                created_at=self._clock.now(),
            )
        )

    def confirm(self, conversation_id: str, code: str) -> None:
        """Turn the app on with its first code; it takes the place of an earlier app.

        Raises:
            ProofMissing: no account is in view.
            TotpNotPending: no app waits, or it has waited too long.
            CodeMalformed, CodeWrong, TooManyGuesses: that was not its code.
        """
        typed = read_code(code)
        account_id, pending, left = self._count_first(conversation_id)
        step = self._step(pending, typed)
        if step is None:
            raise CodeWrong(left) if left else TooManyGuesses
        with self._sessions.begin() as session:
            self._enable(session, pending.id, account_id, step)
            self._bindings.tell(
                session,
                "authenticator_enabled",
                account_id=account_id,
                conversation_id=conversation_id,
                event="totp_enabled",
            )
        self._outbox.wake()

    def check(self, conversation_id: str, code: str) -> None:
        """Take a code of the app; a right one proves who is there.

        The account is the one in view, else the one under the contact last given to
        `Identification.begin`; an unknown contact is answered like a known one.

        Raises:
            NotSignedIn: there is neither.
            CodeMalformed, CodeWrong, CodeUsed, AuthenticatorDisabled: it was not
                the code, or does not count any more.
        """
        typed = read_code(code)
        if self._guesses.is_accepted(conversation_id, "totp"):
            return
        guess = self._guesses.count(conversation_id, "totp")
        step = self._step(guess.authenticator, typed)
        if guess.authenticator is None or step is None:
            error = self._guesses.refuse(guess, method="totp")
            self._outbox.wake()
            raise error
        self._use(guess, guess.authenticator, step)

    def _count_first(self, conversation_id: str) -> tuple[str, Authenticator, int]:
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            pending = self._authenticators.pending(session, proof.account_id, "totp")
            if pending is None or self._is_too_old(pending):
                raise TotpNotPending
            left = self._authenticators.count_pending_failure(session, pending.id)
        if left is None:
            raise TooManyGuesses
        return proof.account_id, pending, left

    def _is_too_old(self, pending: Authenticator) -> bool:
        return self._clock.now() - pending.created_at >= ENROLMENT_LIFETIME

    def _enable(
        self, session: Session, pending_id: str, account_id: str, step: int
    ) -> None:
        now = self._clock.now()
        self._bindings.clear_failures(session, account_id, kind="totp")
        self._authenticators.retire_kind(session, account_id, "totp", now=now)
        session.execute(
            update(Authenticator)
            .where(Authenticator.id == pending_id, Authenticator.enabled_at.is_(None))
            .values(
                enabled_at=now, disabled_at=None, failures_total=0, last_totp_step=step
            )
        )

    def _step(self, authenticator: Authenticator | None, code: str) -> int | None:
        """The time step that a code belongs to, if it is one that still counts."""
        sealed = authenticator and authenticator.secret_encrypted
        secret = self._cipher.decrypt(sealed) if sealed else NOBODYS_SECRET
        return step_of(secret, code, at=self._clock.now())

    def _use(self, guess: CountedGuess, app: Authenticator, step: int) -> None:
        with self._sessions.begin() as session:
            # Before the step: counting locks rows in this order, too.
            self._guesses.accept(session, guess, app, method="totp", scope="change")
            used = session.scalar(
                update(Authenticator)
                .where(
                    Authenticator.id == app.id,
                    Authenticator.last_totp_step < step,
                    *USABLE,
                )
                .values(last_totp_step=step)
                .returning(Authenticator.id)
            )
            if used is None:
                raise CodeUsed


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step that a code of an app belongs to, if it is one that counts."""
    current = int(at.timestamp()) // STEP
    app = pyotp.TOTP(secret, interval=STEP)
    steps = range(current - STEPS_BACK, current + 1)
    fitting = [
        step for step in steps if hmac.compare_digest(app.generate_otp(step), code)
    ]
    return max(fitting, default=None)
