"""Proofs: what a conversation has shown, looked up anew for every decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.accounts.models import Account, AuditEvent
from bot.clock import Clock
from bot.settings import Settings
from bot.verification.authenticators import Authenticators
from bot.verification.errors import (
    NoAuthenticator,
    PossessionMissing,
    ProofMissing,
    ProofStale,
    SecondProofMissing,
)
from bot.verification.models import Method, Proof, Scope
from bot.verification.strength import Strength, recovers, weigh

# Events that outlive the proofs they came with.
PROVED = ("signed_in", "code_accepted")


class Proofs:
    """Grants, finds and uses up proofs in the caller's transaction."""

    def __init__(
        self, clock: Clock, settings: Settings, authenticators: Authenticators
    ) -> None:
        self._clock = clock
        self._lifetime = timedelta(seconds=settings.proof_lifetime)
        self._fresh = timedelta(seconds=settings.fresh_proof_lifetime)
        self._authenticators = authenticators

    def grant(
        self,
        session: Session,
        conversation_id: str,
        account_id: str,
        *,
        method: Method,
        scope: Scope,
        number_fingerprint: str | None = None,
        until: datetime | None = None,
        line: int | None = None,
    ) -> None:
        """Note a proof; what the conversation proved of other accounts is void."""
        now = self._clock.now()
        session.execute(
            update(Proof)
            .where(
                Proof.conversation_id == conversation_id,
                Proof.account_id != account_id,
                Proof.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        session.add(
            Proof(
                conversation_id=conversation_id,
                account_id=account_id,
                method=method,
                scope=scope,
                number_fingerprint=number_fingerprint,
                proved_in=line,
                created_at=now,
                expires_at=until or now + self._lifetime,
            )
        )

    def came_with(
        self, session: Session, conversation_id: str, line: int, method: Method
    ) -> bool:
        """Whether a line of the conversation has brought a proof that still counts."""
        return any(
            (proof.proved_in, proof.method) == (line, method)
            for proof in self.live(session, conversation_id)
        )

    def live(self, session: Session, conversation_id: str) -> list[Proof]:
        """Proofs of an active account that still count, newest first."""
        return list(session.scalars(self._live(conversation_id)))

    def require_view(self, session: Session, conversation_id: str) -> Proof:
        """The newest proof that lets the account be looked at.

        Raises:
            ProofMissing: there is none.
        """
        proofs = self.live(session, conversation_id)
        found = next((proof for proof in proofs if proof.scope != "possession"), None)
        if found is None:
            raise ProofMissing
        return found

    def require_change(self, session: Session, conversation_id: str) -> Proof:
        """The newest proof that lets the account be changed at this moment.

        Raises:
            ProofMissing, ProofStale: there is none, or it is too old.
            SecondProofMissing: it counts only together with another method.
            NoAuthenticator: the account has nothing to prove a change with.
        """
        seen = self.require_view(session, conversation_id)
        proofs = self.of_account(session, conversation_id, seen.account_id)
        strength = self.weigh(proofs)
        changes = (proof for proof in proofs if proof.scope == "change")
        found = next(changes, None)
        if found is not None and self.is_fresh(found):
            return found
        if strength.may_recover:
            return next(proof for proof in proofs if proof.method != "session")
        if found is not None or recovers(strength.methods):
            raise ProofStale
        if strength.is_half:
            raise SecondProofMissing
        if not self._authenticators.has_usable(session, seen.account_id):
            raise NoAuthenticator
        raise ProofMissing

    def require_bind(self, session: Session, conversation_id: str) -> Proof:
        """The newest proof that lets another kind of authenticator be connected.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: as for a change.
            SecondProofMissing: a change is allowed, but not this.
        """
        proof = self.require_change(session, conversation_id)
        proofs = self.of_account(session, conversation_id, proof.account_id)
        if not self.weigh(proofs).may_bind:
            raise SecondProofMissing
        return proof

    def of_account(
        self, session: Session, conversation_id: str, account_id: str
    ) -> list[Proof]:
        """Live proofs of who is there, newest first; none of a number or address."""
        return [
            proof
            for proof in self.live(session, conversation_id)
            if proof.account_id == account_id and proof.scope != "possession"
        ]

    def weigh(self, proofs: Sequence[Proof]) -> Strength:
        """What proofs of one account are good for at this moment."""
        return weigh(proofs, self.is_fresh)

    def is_fresh(self, proof: Proof) -> bool:
        """Whether a proof is young enough for a change."""
        return self._clock.now() - proof.created_at <= self._fresh

    def use_possession(
        self,
        session: Session,
        conversation_id: str,
        *,
        account_id: str,
        number_fingerprint: str,
    ) -> datetime:
        """Use up the proof that the new number is at hand, and say since when it is.

        Raises:
            PossessionMissing: it was not given, is too old, or was used.
        """
        now = self._clock.now()
        used = session.scalars(
            update(Proof)
            .where(
                Proof.conversation_id == conversation_id,
                Proof.account_id == account_id,
                Proof.number_fingerprint == number_fingerprint,
                Proof.scope == "possession",
                Proof.used_at.is_(None),
                Proof.revoked_at.is_(None),
                Proof.expires_at > now,
            )
            .values(used_at=now)
            .returning(Proof.created_at)
        ).all()
        if not used:
            raise PossessionMissing
        return max(used)

    def revoke_elsewhere(
        self, session: Session, account_id: str, *, conversation_id: str
    ) -> None:
        """End what other conversations proved about the account (ASVS 7.4.3)."""
        session.execute(
            update(Proof)
            .where(
                Proof.account_id == account_id,
                Proof.conversation_id != conversation_id,
                Proof.revoked_at.is_(None),
            )
            .values(revoked_at=self._clock.now())
        )

    def was_anothers(
        self, session: Session, conversation_id: str, account_id: str
    ) -> bool:
        """Whether another account was proved in the conversation, however long ago."""
        proof = (
            Proof.conversation_id == conversation_id,
            Proof.account_id != account_id,
        )
        event = (
            AuditEvent.conversation_id == conversation_id,
            AuditEvent.account_id != account_id,
            AuditEvent.name.in_(PROVED),
        )
        query = select(
            or_(
                exists(select(Proof.id).where(*proof)),
                exists(select(AuditEvent.id).where(*event)),
            )
        )
        return bool(session.scalar(query))

    def _live(self, conversation_id: str) -> Select[Proof]:
        return (
            select(Proof)
            .join(Account, Account.id == Proof.account_id)
            .where(
                Account.status == "active",
                Proof.conversation_id == conversation_id,
                Proof.used_at.is_(None),
                Proof.revoked_at.is_(None),
                Proof.expires_at > self._clock.now(),
            )
            .order_by(Proof.created_at.desc(), Proof.id)
        )
