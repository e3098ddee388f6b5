"""What a conversation may do, and what it is told about a code on its way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.telephony.gateway import Way
from bot.verification.models import Challenge, Method, Proof
from bot.verification.proofs import Proofs
from bot.verification.repository import ChallengeRepository
from bot.verification.throttles import Throttles


@dataclass(frozen=True)
class CodeSent:
    """A code on its way; durations are whole seconds.

    When it must not be told where the code went, `to_masked` is empty and `by` is
    what was asked for.
    """

    to_masked: str
    by: str
    again_in: int
    expires_in: int


@dataclass(frozen=True)
class Standing:
    """What is proved, and the newest code of the conversation, of any purpose.

    `methods` proved the account in view, newest first. `may_bind`, `may_recover` and
    `is_half` are those of `Strength`; `number_proved`: a new number is at hand.
    `code_again_in` counts to the next send (0: now), `code_age` from the last one.
    `code_by` is how the code went that is open, if it proves identity and that may be
    told; `code_asked_by` how it was to go, which tells nothing of the account.
    """

    account_known: bool
    signed_in: bool
    may_view: bool
    may_change: bool
    may_bind: bool
    may_recover: bool
    is_half: bool
    methods: tuple[Method, ...]
    number_proved: bool
    code_pending: bool
    code_by: Way | None
    code_asked_by: Way | None
    code_again_in: int
    code_age: int
    code_guesses_left: int


class Standings:
    """Reads standings from the rows."""

    def __init__(
        self, sessions: Sessions, clock: Clock, proofs: Proofs, throttles: Throttles
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._throttles = throttles

    def of(self, conversation_id: str) -> Standing:
        """How a conversation stands at this moment."""
        with reading(self._sessions) as session:
            proofs = self._proofs.live(session, conversation_id)
            challenge = ChallengeRepository(session).newest(conversation_id)
            again_in = self._again_in(session, challenge)
        strength = self._proofs.weigh(proofs)
        proving = self._proving(challenge)
        known = bool(strength.methods)
        return Standing(
            account_known=known,
            signed_in="session" in strength.methods,
            may_view=known,
            may_change=strength.may_change,
            may_bind=strength.may_bind,
            may_recover=strength.may_recover,
            is_half=strength.is_half,
            methods=strength.methods,
            number_proved=any(
                proof.scope == "possession" and proof.method in ("sms", "voice")
                for proof in proofs
            ),
            code_pending=self._is_open(challenge),
            code_by=_way(proving, proofs) if proving else None,
            code_asked_by=proving.asked_by if proving else None,
            code_again_in=again_in,
            code_age=self._age(challenge),
            code_guesses_left=challenge.guesses_left if challenge else 0,
        )

    def _again_in(self, session: Session, challenge: Challenge | None) -> int:
        key = challenge.limit_key if challenge else ""
        return self._throttles.again_in(session, key, now=self._clock.now())

    def _is_open(self, challenge: Challenge | None) -> bool:
        return challenge is not None and challenge.is_open(self._clock.now())

    def _proving(self, challenge: Challenge | None) -> Challenge | None:
        """The challenge, if it is open and proves identity."""
        if challenge is None or challenge.purpose != "identify":
            return None
        return challenge if self._is_open(challenge) else None

    def _age(self, challenge: Challenge | None) -> int:
        if challenge is None:
            return 0
        return int((self._clock.now() - challenge.created_at).total_seconds())


def _way(challenge: Challenge, proofs: Sequence[Proof]) -> Way:
    """How a code went, where that may be told; else how it was asked for.

    For a contact that is not proved it would tell what is behind it.
    """
    proved = {proof.account_id for proof in proofs}
    may_be_told = challenge.told or challenge.account_id in proved
    return challenge.by if may_be_told else challenge.asked_by
