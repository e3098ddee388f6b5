"""Every combination of proofs, tried at what a recovery is for: a new way in.

SP 800-63B-4, 4.2.2.2 at AAL2 allows two recovery codes that came by different methods,
one of them with an authenticator that is bound, and identity proofing done anew, which
an approved case stands for, beside another proof. A code by e-mail is an issued
recovery code; a text and a call are one authenticator. The website's session is no
part of it: with a fresh code it lets an authenticator be added, which is no recovery.
"""

from itertools import combinations
from typing import Any, get_args

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import SecondProofMissing
from bot.verification.models import Method, Scope
from tests.security.goals import Goal
from tests.unit.world import CHAT, OMAR, World, empty_world, outcome

METHODS: tuple[Method, ...] = get_args(Method)
CHANGING = frozenset({"sms", "voice", "totp"})
ALLOWED = {
    frozenset(pair)
    for pair in (
        ("recovery_code", "email"),
        *((code, with_) for code in ("recovery_code", "email") for with_ in CHANGING),
        *(("case", other) for other in METHODS if other != "case"),
    )
}
SUBSETS = [
    subset for size in range(len(METHODS) + 1) for subset in combinations(METHODS, size)
]


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


def prove(world: World, methods: tuple[Method, ...], chat: str, account: str) -> None:
    for method in methods:
        scope: Scope = "change" if method in CHANGING else "view"
        with world.sessions.begin() as session:
            world.parts.proofs.grant(session, chat, account, method=method, scope=scope)


def is_allowed(methods: tuple[Method, ...]) -> bool:
    pairs = {frozenset(pair) for pair in combinations(methods, 2)}
    return bool(pairs & ALLOWED)


def test_exactly_the_allowed_combinations_recover(world: World, goal: Goal) -> None:
    account = world.add(OMAR, numbers=("+12025550101",))
    allowed = refused = 0
    for place, methods in enumerate(SUBSETS):
        chat = f"chat-{place}"
        prove(world, methods, chat, account)
        standing = world.backend.identification.standing(chat)
        assert standing.may_recover == is_allowed(methods), methods
        allowed, refused = (
            allowed + standing.may_recover,
            refused + (not standing.may_recover),
        )
    assert (allowed + refused) == 2 ** len(METHODS)
    goal(
        "S12",
        f"recovery matrix: {allowed} allowed and {refused} refused combinations of"
        f" {len(METHODS)} proofs, {allowed + refused} of {2 ** len(METHODS)} as the"
        " table says",
    )


@pytest.mark.parametrize("methods", SUBSETS, ids="+".join)
def test_only_they_enrol_another_kind_of_authenticator(
    world: World, methods: tuple[Method, ...]
) -> None:
    account = world.add(OMAR, numbers=("+12025550101",))
    prove(world, methods, CHAT, account)
    enrolled: Any = outcome(world.backend.totp.enrol, CHAT)
    with_session = "session" in methods and not CHANGING.isdisjoint(methods)
    assert (not isinstance(enrolled, type)) == (is_allowed(methods) or with_session)


def test_a_number_alone_recovers_nothing_however_it_came(world: World) -> None:
    """Whoever holds a recycled number holds one proof, and no second."""
    account = world.add(OMAR, numbers=("+12025550101",))
    prove(world, ("sms", "voice"), CHAT, account)
    assert outcome(world.backend.recovery_codes.issue, CHAT) is SecondProofMissing
    assert outcome(world.backend.totp.enrol, CHAT) is SecondProofMissing
    assert not world.backend.identification.standing(CHAT).may_recover
