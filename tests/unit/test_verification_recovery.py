"""Saved recovery codes."""

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeUsed,
    CodeWrong,
    NotSignedIn,
    ProofMissing,
    ProofStale,
    RecoveryCodeMalformed,
    SecondProofMissing,
    SendTooSoon,
)
from bot.verification.models import Proof, RecoveryCode
from bot.verification.recovery import read_recovery_code
from tests.unit.world import (
    CHAT,
    JAMES,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    NOBODY,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)

WRONG = "0000-0000-0000-0000-0000-0000"


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def codes(world: World) -> tuple[str, ...]:
    """Maria's codes, issued a while ago; she says whose account it is."""
    world.identify_twice()
    issued = world.backend.recovery_codes.issue(CHAT)
    world.clock.move(3600)
    world.backend.identification.begin(CHAT, MARIA)
    return issued


def use(world: World, code: str, chat: str = CHAT) -> object:
    return outcome(world.backend.recovery_codes.use, chat, code)


def test_issuing_needs_a_fresh_proof(world: World) -> None:
    assert outcome(world.backend.recovery_codes.issue, CHAT) is ProofMissing
    world.identify_twice()
    world.clock.move(301)
    assert outcome(world.backend.recovery_codes.issue, CHAT) is ProofStale


def test_issuing_needs_more_than_a_code_by_text(world: World) -> None:
    world.identify()
    assert outcome(world.backend.recovery_codes.issue, CHAT) is SecondProofMissing
    world.prove_by_email()
    assert len(world.backend.recovery_codes.issue(CHAT)) == 10


def test_ten_different_codes_of_120_bits_are_issued(codes: tuple[str, ...]) -> None:
    assert len(set(codes)) == 10
    assert {len(read_recovery_code(code)) for code in codes} == {24}


def test_codes_are_kept_as_hashes(world: World, codes: tuple[str, ...]) -> None:
    kept = [row.code_hmac for row in world.rows(RecoveryCode)]
    assert len(kept) == 10
    assert not set(kept) & {*codes, *(code.replace("-", "") for code in codes)}


def test_a_code_proves_who_is_there(world: World, codes: tuple[str, ...]) -> None:
    assert use(world, codes[0]) == 9
    assert world.backend.identification.standing(CHAT).may_view
    assert "recovery_code" in {row.method for row in world.rows(Proof)}


def test_a_code_alone_allows_no_change(world: World, codes: tuple[str, ...]) -> None:
    use(world, codes[0])
    standing = world.backend.identification.standing(CHAT)
    assert not (standing.may_change or standing.may_bind or standing.may_recover)
    offered = outcome(world.backend.phone_numbers.offer, CHAT, NEW_NUMBER)
    assert offered is SecondProofMissing


def test_a_code_and_one_by_email_allow_every_change(
    world: World, codes: tuple[str, ...]
) -> None:
    use(world, codes[0])
    world.clock.move(1)
    world.prove_by_email()
    standing = world.backend.identification.standing(CHAT)
    assert standing.may_change and standing.may_bind and standing.may_recover
    assert standing.methods == ("email", "recovery_code")
    world.prove_new()
    assert world.backend.phone_numbers.change(CHAT).new_masked


def test_a_code_works_once(world: World, codes: tuple[str, ...]) -> None:
    use(world, codes[0])
    assert use(world, codes[0]) is CodeUsed


def test_every_code_of_a_set_works(world: World, codes: tuple[str, ...]) -> None:
    assert [use(world, code) for code in codes] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_a_code_is_read_kindly(world: World, codes: tuple[str, ...]) -> None:
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert use(world, typed) == 9


@pytest.mark.parametrize("typed", ["", "123456", "U" * 24, "A" * 23, "A" * 25])
def test_what_is_no_recovery_code_is_not_counted(
    world: World, codes: tuple[str, ...], typed: str
) -> None:
    assert {use(world, typed) for _ in range(25)} == {RecoveryCodeMalformed}
    assert use(world, codes[0]) == 9


def test_a_new_set_takes_the_place_of_the_old_one(
    world: World, codes: tuple[str, ...]
) -> None:
    use(world, codes[0])
    world.prove_by_email()
    new = world.backend.recovery_codes.issue(CHAT)
    assert use(world, codes[1]) is CodeWrong
    assert use(world, new[0]) == 9


def test_the_codes_of_another_account_do_not_count(
    world: World, codes: tuple[str, ...]
) -> None:
    world.backend.identification.begin(OTHER_CHAT, JAMES)
    assert use(world, codes[0], OTHER_CHAT) is CodeWrong


def test_somebody_has_to_say_whose_account_it_is(
    world: World, codes: tuple[str, ...]
) -> None:
    assert use(world, codes[0], OTHER_CHAT) is NotSignedIn


def test_what_was_said_counts_as_long_as_its_code(
    world: World, codes: tuple[str, ...]
) -> None:
    world.clock.move(600)
    assert use(world, codes[0]) is NotSignedIn


def test_twenty_wrong_codes_disable_the_set(
    world: World, codes: tuple[str, ...]
) -> None:
    outcomes = [use(world, WRONG) for _ in range(20)]
    assert outcomes == [CodeWrong] * 19 + [AuthenticatorDisabled]
    assert use(world, codes[0]) is AuthenticatorDisabled


def test_wrong_recovery_codes_do_not_lock_codes_by_text(
    world: World, codes: tuple[str, ...]
) -> None:
    for _ in range(20):
        use(world, WRONG)
    code = world.code_to(MARIAS_NUMBER)
    assert world.backend.identification.check(CHAT, code).may_change


def test_a_new_set_counts_anew(world: World, codes: tuple[str, ...]) -> None:
    for _ in range(20):
        use(world, WRONG)
    world.backend.identification.check(CHAT, world.code_to(MARIAS_NUMBER))
    world.prove_by_email()
    new = world.backend.recovery_codes.issue(CHAT)
    world.clock.move(3600)
    world.backend.identification.begin(OTHER_CHAT, MARIA)
    assert use(world, new[0], OTHER_CHAT) == 9


def test_the_owner_is_told_of_issue_and_use(
    world: World, codes: tuple[str, ...]
) -> None:
    use(world, codes[0])
    issued, used = [sent for sent in world.sent_to(MARIA) if sent.purpose == "notice"]
    assert "Nuevos códigos" in issued.text and "Se usó" in used.text


def test_who_used_up_the_sends_of_a_contact_does_not_lock_its_owner_out(
    world: World, codes: tuple[str, ...]
) -> None:
    assert outcome(world.backend.identification.begin, OTHER_CHAT, MARIA) is SendTooSoon
    assert use(world, codes[0], OTHER_CHAT) == 9
    assert world.backend.identification.standing(OTHER_CHAT).may_view


def test_a_contact_that_gets_no_code_now_is_remembered_though_nobodys(
    world: World, codes: tuple[str, ...]
) -> None:
    world.backend.identification.begin(CHAT, NOBODY)
    assert outcome(world.backend.identification.begin, OTHER_CHAT, NOBODY) is (
        SendTooSoon
    )
    assert use(world, codes[0], OTHER_CHAT) is CodeWrong
