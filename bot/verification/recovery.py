"""Saved recovery codes (SP 800-63B-4, 4.2.1.1): 120 bits each, each used once."""

import hashlib
import hmac
import re
from collections.abc import Callable

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.folding import fold
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.bindings import Bindings
from bot.verification.errors import CodeUsed, RecoveryCodeMalformed
from bot.verification.guesses import CountedGuess, Guesses
from bot.verification.models import Authenticator, RecoveryCode
from bot.verification.proofs import Proofs
from bot.verification.randomness import Randomness

CODES = 10
SYMBOLS = 24
# Crockford's base 32 leaves out what is easily misread, and reads it kindly.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")


class RecoveryCodes:
    """Issues sets of codes and takes them back, one at a time."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        key: Callable[[], bytes],
        randomness: Randomness,
        authenticators: Authenticators,
        proofs: Proofs,
        guesses: Guesses,
        bindings: Bindings,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._key = key
        self._randomness = randomness
        self._authenticators = authenticators
        self._proofs = proofs
        self._guesses = guesses
        self._bindings = bindings
        self._outbox = outbox

    def issue(self, conversation_id: str) -> tuple[str, ...]:
        """Make a new set, shown once; the set before no longer works.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
        """
        with self._sessions.begin() as session:
            codes = self.renew(session, conversation_id)
        self._outbox.wake()
        return codes

    def renew(self, session: Session, conversation_id: str) -> tuple[str, ...]:
        """Make a new set and tell the owner, in the caller's transaction.

        Raises:
            As `issue`.
        """
        account_id = self._proofs.require_bind(session, conversation_id).account_id
        self._bindings.clear_failures(session, account_id, kind="recovery_codes")
        codes = self.make(session, account_id)
        self._bindings.tell(
            session,
            "recovery_codes_issued",
            account_id=account_id,
            conversation_id=conversation_id,
            event="recovery_codes_issued",
        )
        return codes

    def make(
        self, session: Session, account_id: str, *, randomness: Randomness | None = None
    ) -> tuple[str, ...]:
        """Put a new set in place of the account's set, in the caller's transaction."""
        source, now = randomness or self._randomness, self._clock.now()
        self._authenticators.retire_kind(session, account_id, "recovery_codes", now=now)
        codes = tuple(source.symbols(ALPHABET, SYMBOLS) for _ in range(CODES))
        issued = Authenticator(
            account_id=account_id,
            kind="recovery_codes",
            created_at=now,
            enabled_at=now,
        )
        session.add(issued)
        session.flush()
        session.add_all(
            RecoveryCode(
                authenticator_id=issued.id, code_hmac=self._seal(issued.id, code)
            )
            for code in codes
        )
        return tuple(map(_grouped, codes))

    def use(self, conversation_id: str, code: str) -> int:
        """Take a code; a right one proves who is there. Gives how many are left.

        The account is found as in `Totp.check`.

        Raises:
            NotSignedIn: nobody has said whose account it is.
            RecoveryCodeMalformed, CodeWrong, CodeUsed, AuthenticatorDisabled: it was
                not one of the codes, or does not count any more.
        """
        symbols = read_recovery_code(code)
        if self._guesses.is_accepted(conversation_id, "recovery_code"):
            return self._left_in(conversation_id)
        guess = self._guesses.count(conversation_id, "recovery_codes")
        issued = guess.authenticator.id if guess.authenticator else ""
        sealed = self._seal(issued, symbols)
        left = self._take(guess, issued, sealed)
        self._outbox.wake()
        if left is not None:
            return left
        if self._is_used(issued, sealed):
            raise CodeUsed
        error = self._guesses.refuse(guess, method="recovery_code")
        self._outbox.wake()
        raise error

    def left(self, session: Session, account_id: str) -> int:
        """How many codes of the account's set still work."""
        issued = self._authenticators.of_kind(session, account_id, "recovery_codes")
        return self._count_left(session, issued.id if issued else "")

    def _left_in(self, conversation_id: str) -> int:
        with self._sessions() as session:
            proof = self._proofs.require_view(session, conversation_id)
            return self.left(session, proof.account_id)

    def _take(self, guess: CountedGuess, issued: str, sealed: str) -> int | None:
        """Codes left after this one was used up; None when it is not to be had."""
        with self._sessions.begin() as session:
            used = session.scalar(
                update(RecoveryCode)
                .where(
                    RecoveryCode.authenticator_id == issued,
                    RecoveryCode.code_hmac == sealed,
                    RecoveryCode.used_at.is_(None),
                )
                .values(used_at=self._clock.now())
                .returning(RecoveryCode.code_hmac)
            )
            if used is None or guess.authenticator is None:
                return None
            # Enough to look; a change needs a second method (SP 800-63B-4, 4.2.2.2).
            self._guesses.accept(
                session,
                guess,
                guess.authenticator,
                method="recovery_code",
                scope="view",
            )
            self._bindings.tell(
                session,
                "recovery_code_used",
                account_id=guess.authenticator.account_id,
                conversation_id=guess.conversation_id,
                event="recovery_code_used",
            )
            return self._count_left(session, issued)

    def _count_left(self, session: Session, issued: str) -> int:
        query = select(func.count()).where(
            RecoveryCode.authenticator_id == issued, RecoveryCode.used_at.is_(None)
        )
        return session.scalar(query) or 0

    def _is_used(self, issued: str, sealed: str) -> bool:
        with self._sessions.begin() as session:
            return session.get(RecoveryCode, (issued, sealed)) is not None

    def _seal(self, authenticator_id: str, symbols: str) -> str:
        message = f"{authenticator_id}:{symbols}".encode()
        return hmac.new(self._key(), message, hashlib.sha256).hexdigest()


def read_recovery_code(text: str) -> str:
    """The symbols of a recovery code, however it is grouped and cased.

    Raises:
        RecoveryCodeMalformed: it is something else.
    """
    folded = re.sub(r"[\s.\-]", "", fold(text)).upper().translate(MISREAD)
    if len(folded) != SYMBOLS or any(symbol not in ALPHABET for symbol in folded):
        raise RecoveryCodeMalformed
    return folded


def _grouped(symbols: str) -> str:
    return "-".join(re.findall("....", symbols))
