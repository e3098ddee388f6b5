"""Strength: what proofs are good for together (SP 800-63B-4, 4.2.2.2 at AAL2)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.verification.models import Method, Proof

# A code by e-mail is an issued recovery code, never an authenticator (3.1.3.1).
RECOVERY_CODES = frozenset({"recovery_code", "email"})
AUTHENTICATORS = frozenset({"sms", "totp"})
# Half of what gets an account back; the other half has to be asked for.
HALVES = frozenset({"recovery_code", "case"})


@dataclass(frozen=True)
class Strength:
    """What a conversation may do with the account in view.

    `may_bind`: connect an authenticator of another kind, or have codes to save.
    `may_recover`: it is proved without what was lost; enough for any change.
    `is_half`: something is proved that counts for a change beside another proof only.
    """

    methods: tuple[Method, ...]
    may_change: bool
    may_bind: bool
    may_recover: bool
    is_half: bool


def weigh(proofs: Sequence[Proof], is_fresh: Callable[[Proof], bool]) -> Strength:
    """Weigh the live proofs of one account, newest first."""
    seen = [proof for proof in proofs if proof.scope != "possession"]
    methods = tuple(dict.fromkeys(proof.method for proof in seen))
    # A session is the website's word; it makes no older proof young again.
    newest = next((proof for proof in seen if proof.method != "session"), None)
    may_recover = newest is not None and is_fresh(newest) and recovers(methods)
    changes = any(proof.scope == "change" and is_fresh(proof) for proof in seen)
    return Strength(
        methods,
        may_change=changes or may_recover,
        may_bind=may_recover or (changes and "session" in methods),
        may_recover=may_recover,
        is_half=any(map(_is_half, seen)),
    )


def recovers(methods: Collection[Method]) -> bool:
    """Whether two of the methods together are enough to get an account back."""
    kinds = {"sms" if method == "voice" else method for method in methods}
    return any(map(_is_enough, combinations(sorted(kinds), 2)))


def _is_half(proof: Proof) -> bool:
    # By text or call only of a number that was idle: `Granting` says when.
    by_phone = proof.method in ("sms", "voice") and proof.scope == "view"
    return by_phone or proof.method in HALVES


def _is_enough(pair: tuple[str, str]) -> bool:
    # A case stands for identity proofing done anew, by a person.
    if "case" in pair:
        return True
    codes = RECOVERY_CODES.intersection(pair)
    return len(codes) == 2 or (len(codes) == 1 and bool(AUTHENTICATORS & {*pair}))
