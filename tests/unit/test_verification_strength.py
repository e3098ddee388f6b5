"""What proofs are good for together."""

from itertools import chain, combinations
from typing import get_args

import jwt
import pytest
from pydantic import SecretStr

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    NoAuthenticator,
    ProofMissing,
    ProofStale,
    SecondProofMissing,
)
from bot.verification.models import Method, Scope
from bot.verification.standing import Standing
from bot.verification.strength import recovers
from tests.unit.world import CHAT, MARIA, OMAR, World, make_world, outcome

TOKEN_KEY = "the host website's key, 32 characters"
METHODS: tuple[Method, ...] = get_args(Method)
CHANGING = frozenset({"sms", "voice", "totp"})
# SP 800-63B-4, 4.2.2.2: two recovery codes by different methods, one of them with an
# authenticator, or identity proofing anew.
ENOUGH = {
    frozenset(pair)
    for pair in (
        ("recovery_code", "email"),
        *((code, with_) for code in ("recovery_code", "email") for with_ in CHANGING),
        *(("case", other) for other in METHODS if other != "case"),
    )
}


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock, identity_token_key=SecretStr(TOKEN_KEY))


def prove(world: World, *methods: Method, account: str = MARIA) -> None:
    """Grant proofs behind the backend's back, each a second after the other."""
    for method in methods:
        world.clock.move(1)
        scope: Scope = "change" if method in CHANGING else "view"
        until = world.clock.at.replace(year=2031) if method == "session" else None
        with world.sessions.begin() as session:
            world.parts.proofs.grant(
                session,
                CHAT,
                world.accounts[account],
                method=method,
                scope=scope,
                until=until,
            )


def standing(world: World) -> Standing:
    return world.backend.identification.standing(CHAT)


def offered(world: World) -> object:
    return outcome(world.backend.phone_numbers.offer, CHAT, "+12025550177")


def enrolled(world: World) -> object:
    return outcome(world.backend.totp.enrol, CHAT)


@pytest.mark.parametrize("method", METHODS)
def test_one_method_never_gets_an_account_back(method: Method) -> None:
    assert not recovers([method, method])


@pytest.mark.parametrize("pair", list(combinations(METHODS, 2)), ids="+".join)
def test_two_methods_get_an_account_back_when_the_standard_says_so(
    pair: tuple[Method, Method],
) -> None:
    assert recovers(pair) == recovers(pair[::-1]) == (frozenset(pair) in ENOUGH)


def test_more_methods_are_as_good_as_the_best_two_of_them() -> None:
    sizes = (combinations(METHODS, size) for size in range(len(METHODS) + 1))
    for methods in chain.from_iterable(sizes):
        pairs = {frozenset(pair) for pair in combinations(methods, 2)}
        assert recovers(methods) == bool(pairs & ENOUGH), methods


def test_methods_are_told_newest_first_and_once(world: World) -> None:
    prove(world, "sms", "email", "sms")
    assert standing(world).methods == ("sms", "email")


def test_a_proof_of_a_new_number_is_no_method(world: World) -> None:
    world.identify()
    world.prove_new()
    assert standing(world).methods == ("sms",)


def test_a_code_by_text_changes_but_binds_nothing(world: World) -> None:
    prove(world, "sms")
    assert standing(world).may_change and not standing(world).may_bind
    assert enrolled(world) is SecondProofMissing


def test_a_text_and_a_call_are_one_method(world: World) -> None:
    prove(world, "sms", "voice")
    assert not standing(world).may_bind
    assert enrolled(world) is SecondProofMissing


def test_an_app_and_a_text_bind_nothing(world: World) -> None:
    prove(world, "sms", "totp")
    assert enrolled(world) is SecondProofMissing


def test_a_session_and_a_fresh_code_bind_an_app(world: World) -> None:
    prove(world, "session", "sms")
    assert standing(world).may_bind and not standing(world).may_recover
    assert enrolled(world) is not SecondProofMissing


def test_a_session_and_an_old_code_bind_nothing(world: World) -> None:
    prove(world, "session", "sms")
    world.clock.move(301)
    assert not standing(world).may_bind
    assert enrolled(world) is ProofStale


def test_a_session_alone_changes_nothing(world: World) -> None:
    prove(world, "session")
    assert offered(world) is ProofMissing


def test_a_saved_code_asks_for_a_second_method(world: World) -> None:
    prove(world, "recovery_code")
    assert offered(world) is SecondProofMissing
    prove(world, "email")
    assert standing(world).may_recover
    assert not isinstance(offered(world), type)


def test_two_old_proofs_recover_until_five_minutes_after_the_newer_one(
    world: World,
) -> None:
    prove(world, "recovery_code")
    world.clock.move(400)
    prove(world, "email")
    world.clock.move(300)
    assert standing(world).may_recover
    world.clock.move(1)
    assert not standing(world).may_recover
    assert offered(world) is ProofStale


def test_a_session_makes_no_old_proof_young(world: World) -> None:
    prove(world, "recovery_code", "email")
    world.clock.move(301)
    prove(world, "session")
    assert not standing(world).may_change
    assert offered(world) is ProofStale


def test_a_proof_that_ended_does_not_count_beside_another(world: World) -> None:
    prove(world, "recovery_code")
    world.clock.move(900)
    prove(world, "email")
    assert not standing(world).may_recover
    assert offered(world) is ProofMissing


def test_a_change_by_recovery_is_noted_by_the_method_that_proved_it(
    world: World,
) -> None:
    prove(world, "email", "recovery_code", "session")
    with world.sessions.begin() as session:
        proof = world.parts.proofs.require_change(session, CHAT)
    assert proof.method == "recovery_code"


def test_an_account_without_an_authenticator_is_recovered_by_a_case(
    world: World,
) -> None:
    prove(world, "email", account=OMAR)
    assert offered(world) is NoAuthenticator
    prove(world, "case", account=OMAR)
    assert standing(world).may_recover and standing(world).may_bind
    assert not isinstance(offered(world), type)


def test_a_case_alone_asks_for_a_second_method(world: World) -> None:
    prove(world, "case", account=OMAR)
    assert offered(world) is SecondProofMissing


def test_the_websites_session_and_a_code_by_text_have_codes_saved(
    world: World,
) -> None:
    claims = {"email": MARIA, "aud": "switchboard"}
    claims["exp"] = int(world.clock.now().timestamp()) + 60  # type: ignore[assignment]
    token = jwt.encode(claims, TOKEN_KEY, algorithm="HS256")
    world.backend.identification.sign_in(CHAT, token)
    world.identify()
    assert len(world.backend.recovery_codes.issue(CHAT)) == 10
