"""Claims: whose account a secret is to be checked against, proved or only said."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from bot.accounts.directory import Address
from bot.clock import Clock
from bot.verification.errors import NotSignedIn, ProofMissing
from bot.verification.models import AuthenticatorKind
from bot.verification.proofs import Proofs
from bot.verification.repository import ChallengeRepository

# What is claimed for: to be let in by an authenticator, or to be helped by the team.
ClaimKind = AuthenticatorKind | Literal["case"]


@dataclass(frozen=True)
class Claim:
    """An account that somebody says is theirs; none behind an unknown contact.

    `limit_key` counts wrong guesses apart from other methods, so that guesses at one
    never lock another. `proved`: it is the account in view.
    """

    account_id: str | None
    limit_key: str
    proved: bool


class Claims:
    """Finds claims in the caller's transaction."""

    def __init__(self, clock: Clock, proofs: Proofs) -> None:
        self._clock = clock
        self._proofs = proofs

    def of(self, session: Session, conversation_id: str, kind: ClaimKind) -> Claim:
        """The account in view, else the one under the contact last given here.

        Raises:
            NotSignedIn: there is neither.
        """
        try:
            proof = self._proofs.require_view(session, conversation_id)
        except ProofMissing:
            return self._said(session, conversation_id, kind)
        key = f"{kind}:account:{proof.account_id}"
        return Claim(proof.account_id, key, proved=True)

    def _said(self, session: Session, conversation_id: str, kind: ClaimKind) -> Claim:
        last = ChallengeRepository(session).newest(conversation_id, purpose="identify")
        if last is None or last.told or last.expires_at <= self._clock.now():
            raise NotSignedIn
        return Claim(last.account_id, f"{kind}:{last.limit_key}", proved=False)


def limit_keys(
    account_id: str,
    contacts: Iterable[Address],
    *,
    kind: AuthenticatorKind | None = None,
) -> list[str]:
    """The keys under which wrong guesses at an account's codes are counted."""
    prefix = f"{kind}:" if kind else ""
    said = [f"{prefix}contact:{contact.fingerprint}" for contact in contacts]
    return [*said, f"{prefix}account:{account_id}"]
