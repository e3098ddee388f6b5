"""What became of the last code of an account, for someone who may look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, and_, func, not_, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.causes import cause
from bot.telephony.models import Delivery
from bot.verification.errors import NoCodeSent
from bot.verification.models import Authenticator, Challenge
from bot.verification.proofs import Proofs
from bot.verification.throttles import Throttles

Outcome = Literal["delivered", "undelivered", "sent", "queued", "held"]
State = Literal["open", "used", "superseded", "expired", "locked"]
NextStep = Literal["enter", "resend", "wait", "voice", "other", "person"]

OUTCOMES: dict[str, Outcome] = {
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
    "dead": "undelivered",
    "lost": "sent",
    "suppressed": "undelivered",
    "decoy": "held",
    "sent": "sent",
    "queued": "queued",
}


@dataclass(frozen=True)
class CodeReport:
    """The last code: how it travelled, and what helps next; durations in seconds.

    One that is `held` never left: the limit of its number was reached.
    """

    sent_at: datetime
    age: int
    to_masked: str
    by: str
    outcome: Outcome
    cause: str | None
    state: State
    guesses_left: int
    again_in: int
    next_best: NextStep


class CodeHistory:
    """Looks up the account's newest code that is worth a report."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        proofs: Proofs,
        throttles: Throttles,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._throttles = throttles

    def last(self, conversation_id: str) -> CodeReport:
        """Report on the newest code of the account in view.

        The codes that this conversation's visitor proved identity with, and those
        before them, are not what was asked about.

        Raises:
            ProofMissing: no account may be looked at here.
            NoCodeSent: there is no such code.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            challenge = session.scalars(
                _reportable(proof.account_id, conversation_id)
            ).one_or_none()
            if challenge is None:
                raise NoCodeSent
            return self._report(session, challenge)

    def _report(self, session: Session, challenge: Challenge) -> CodeReport:
        now = self._clock.now()
        delivery = session.get(Delivery, challenge.delivery_id or "")
        again_in = self._again_in(session, challenge, delivery)
        return CodeReport(
            sent_at=challenge.created_at,
            age=int((now - challenge.created_at).total_seconds()),
            to_masked=delivery.to_masked if delivery else "",
            by=challenge.by,
            outcome=OUTCOMES[delivery.state] if delivery else "sent",
            cause=cause_of(delivery),
            state=state_of(challenge, now),
            guesses_left=challenge.guesses_left,
            again_in=again_in,
            next_best=self._next_best(session, challenge, delivery, again_in),
        )

    def _next_best(
        self,
        session: Session,
        challenge: Challenge,
        delivery: Delivery | None,
        again_in: int,
    ) -> NextStep:
        if self._is_disabled(session, challenge):
            return "person"
        if delivery is not None and _has_cause(delivery):
            return _after_failure(delivery, again_in)
        if not _is_held(delivery) and challenge.is_open(self._clock.now()):
            return "enter"
        return "wait" if again_in else "resend"

    def _again_in(
        self, session: Session, challenge: Challenge, delivery: Delivery | None
    ) -> int:
        keys = [challenge.limit_key]
        if _is_held(delivery):
            keys.append(f"destination:{challenge.destination_fingerprint}")
        now = self._clock.now()
        return max(self._throttles.again_in(session, key, now=now) for key in keys)

    def _is_disabled(self, session: Session, challenge: Challenge) -> bool:
        used = session.get(Authenticator, challenge.authenticator_id or "")
        return used is not None and used.disabled_at is not None


def _reportable(account_id: str, conversation_id: str) -> Select[Challenge]:
    proved_with = (
        select(func.max(Challenge.position))
        .where(
            Challenge.conversation_id == conversation_id,
            Challenge.purpose == "identify",
            Challenge.used_at.is_not(None),
        )
        .scalar_subquery()
    )
    for_proof = and_(
        Challenge.conversation_id == conversation_id,
        Challenge.purpose == "identify",
        Challenge.position <= func.coalesce(proved_with, 0),
    )
    return (
        select(Challenge)
        .where(
            Challenge.account_id == account_id,
            Challenge.cancelled_at.is_(None),
            Challenge.delivery_id.is_not(None),
            not_(for_proof),
        )
        .order_by(Challenge.created_at.desc(), Challenge.position.desc())
        .limit(1)
    )


def _is_held(delivery: Delivery | None) -> bool:
    return delivery is not None and OUTCOMES[delivery.state] == "held"


def _has_cause(delivery: Delivery) -> bool:
    """Whether it did not arrive, or nobody knows that it left."""
    return OUTCOMES[delivery.state] == "undelivered" or delivery.state == "lost"


def _after_failure(delivery: Delivery, again_in: int) -> NextStep:
    advice = cause(delivery.error_code).next_best
    if advice in ("resend", "wait"):
        return "wait" if again_in else "resend"
    return "other" if advice == delivery.by else advice


def cause_of(delivery: Delivery | None) -> str | None:
    """Why a message did not arrive; None where it may have."""
    if delivery is None or not _has_cause(delivery):
        return None
    return cause(delivery.error_code).name


def state_of(challenge: Challenge, now: datetime) -> State:
    """What became of a code."""
    if challenge.used_at is not None:
        return "used"
    if challenge.superseded_at is not None:
        return "superseded"
    if challenge.expires_at <= now:
        return "expired"
    return "open" if challenge.guesses_left else "locked"
