"""Codes of an authenticator app."""

import base64
from datetime import UTC, datetime

import pyotp
import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeMalformed,
    CodeUsed,
    CodeWrong,
    NotSignedIn,
    ProofMissing,
    ProofStale,
    SecondProofMissing,
    TooManyGuesses,
    TotpNotPending,
)
from bot.verification.models import Authenticator, Proof
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    NOBODY,
    OTHER_CHAT,
    World,
    another,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def app(world: World) -> pyotp.TOTP:
    """Maria's app, turned on a while ago; nothing is proved any more."""
    world.identify_twice()
    made = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    world.backend.totp.confirm(CHAT, now(world, made))
    world.clock.move(3600)
    return made


def now(world: World, app: pyotp.TOTP, steps: int = 0) -> str:
    """The code that the app shows, some steps away from now."""
    return app.at(world.clock.now(), counter_offset=steps)


def claim(world: World, chat: str = CHAT, contact: str = MARIA) -> None:
    world.backend.identification.begin(chat, contact)


def check(world: World, code: str, chat: str = CHAT) -> object:
    return outcome(world.backend.totp.check, chat, code)


def test_enrolling_needs_a_fresh_proof(world: World) -> None:
    assert outcome(world.backend.totp.enrol, CHAT) is ProofMissing
    world.identify_twice()
    world.clock.move(301)
    assert outcome(world.backend.totp.enrol, CHAT) is ProofStale


def test_enrolling_needs_more_than_a_code_by_text(world: World) -> None:
    world.identify()
    assert outcome(world.backend.totp.enrol, CHAT) is SecondProofMissing
    world.prove_by_email()
    assert world.backend.totp.enrol(CHAT).secret


def test_a_secret_has_160_bits(world: World) -> None:
    world.identify_twice()
    enrolment = world.backend.totp.enrol(CHAT)
    assert len(base64.b32decode(enrolment.secret)) == 20
    assert pyotp.parse_uri(enrolment.uri).secret == enrolment.secret


def test_a_secret_is_kept_encrypted(world: World) -> None:
    world.identify_twice()
    secret = world.backend.totp.enrol(CHAT).secret
    sealed = world.authenticator("totp").secret_encrypted
    assert sealed is not None and secret.encode() not in sealed


def test_an_app_proves_nothing_before_its_first_code(world: World) -> None:
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    assert check(world, now(world, app)) is CodeWrong


def test_the_first_code_turns_the_app_on(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    world.backend.totp.check(CHAT, now(world, app))
    assert world.backend.identification.standing(CHAT).may_change
    assert world.rows(Proof)[-1].method == "totp"


def test_the_first_code_does_not_count_again(world: World) -> None:
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    code = now(world, app)
    world.backend.totp.confirm(CHAT, code)
    assert check(world, code) is CodeUsed


def test_a_wrong_first_code_leaves_the_app_off(world: World) -> None:
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    wrong = another(now(world, app))
    assert outcome(world.backend.totp.confirm, CHAT, wrong) is CodeWrong
    assert world.authenticator("totp").enabled_at is None


def test_first_codes_are_limited(world: World) -> None:
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    wrong = another(now(world, app))
    for _ in range(20):
        outcome(world.backend.totp.confirm, CHAT, wrong)
    confirmed = outcome(world.backend.totp.confirm, CHAT, now(world, app))
    assert confirmed is TooManyGuesses


def test_without_an_enrolment_there_is_nothing_to_confirm(world: World) -> None:
    assert outcome(world.backend.totp.confirm, CHAT, "123456") is ProofMissing
    world.identify_twice()
    assert outcome(world.backend.totp.confirm, CHAT, "123456") is TotpNotPending


def test_an_enrolment_waits_ten_minutes(world: World) -> None:
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    world.clock.move(600)
    confirmed = outcome(world.backend.totp.confirm, CHAT, now(world, app))
    assert confirmed is TotpNotPending


def test_a_new_app_takes_the_place_of_the_old_one(
    world: World, app: pyotp.TOTP
) -> None:
    world.identify_twice()
    other = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    world.backend.totp.confirm(CHAT, now(world, other))
    world.clock.move(60)
    assert check(world, now(world, app)) is CodeWrong
    assert check(world, now(world, other)) is None


def test_the_owner_is_told_of_a_new_app(world: World, app: pyotp.TOTP) -> None:
    (notice,) = [sent for sent in world.sent_to(MARIA) if sent.purpose == "notice"]
    assert "aplicación" in notice.text


def test_a_code_is_accepted_one_step_late(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    assert check(world, now(world, app, -1)) is None


@pytest.mark.parametrize("steps", [-2, 1])
def test_a_code_of_another_time_is_refused(
    world: World, app: pyotp.TOTP, steps: int
) -> None:
    claim(world)
    assert check(world, now(world, app, steps)) is CodeWrong


def test_a_code_counts_once(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    claim(world, OTHER_CHAT, MARIAS_NUMBER)
    code = now(world, app)
    assert check(world, code) is None
    assert check(world, code, OTHER_CHAT) is CodeUsed
    assert not world.backend.identification.standing(OTHER_CHAT).may_view


def test_an_earlier_code_does_not_count_after_a_later_one(
    world: World, app: pyotp.TOTP
) -> None:
    claim(world)
    check(world, now(world, app))
    assert check(world, now(world, app, -1)) is CodeUsed


def test_digits_of_any_script_are_the_same_code(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    wide = now(world, app).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert check(world, wide) is None
    assert check(world, now(world, app)) is CodeUsed


def test_the_code_agrees_with_the_published_vectors(
    sessions: Sessions,
) -> None:
    """RFC 6238, appendix B, for SHA-1; the last six of its eight digits."""
    clock = ManualClock(datetime.fromtimestamp(1_111_111_109, UTC))
    world = make_world(sessions, clock)
    secret = base64.b32encode(b"12345678901234567890").decode()
    with world.sessions.begin() as session:
        session.add(
            Authenticator(
                account_id=world.accounts[MARIA],
                kind="totp",
                secret_encrypted=world.cipher.encrypt(secret),
                created_at=clock.now(),
                enabled_at=clock.now(),
            )
        )
    claim(world)
    assert check(world, "081804") is None


def test_somebody_has_to_say_whose_account_it_is(world: World, app: pyotp.TOTP) -> None:
    assert check(world, now(world, app)) is NotSignedIn


def test_what_is_no_code_is_not_counted(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    assert {check(world, "12345") for _ in range(30)} == {CodeMalformed}
    assert check(world, now(world, app)) is None


def test_twenty_wrong_codes_disable_the_app(world: World, app: pyotp.TOTP) -> None:
    claim(world)
    wrong = another(now(world, app))
    outcomes = [check(world, wrong) for _ in range(20)]
    assert outcomes == [CodeWrong] * 19 + [AuthenticatorDisabled]
    assert check(world, now(world, app)) is AuthenticatorDisabled
    assert world.authenticator("totp").disabled_at is not None


def test_wrong_codes_of_an_app_do_not_lock_codes_by_text(
    world: World, app: pyotp.TOTP
) -> None:
    claim(world)
    for _ in range(20):
        check(world, another(now(world, app)))
    code = world.code_to(MARIAS_NUMBER)
    assert world.backend.identification.check(CHAT, code).may_change


def test_wrong_codes_by_text_do_not_lock_the_app(world: World, app: pyotp.TOTP) -> None:
    for _ in range(4):
        world.clock.move(3600)
        claim(world)
        wrong = another(world.code_to(MARIAS_NUMBER))
        for _ in range(5):
            outcome(world.backend.identification.check, CHAT, wrong)
    assert check(world, now(world, app)) is None


def test_the_app_of_another_account_does_not_count(
    world: World, app: pyotp.TOTP
) -> None:
    claim(world, CHAT, "james@example.com")
    assert check(world, now(world, app)) is CodeWrong
    claim(world, OTHER_CHAT, NOBODY)
    assert check(world, now(world, app), OTHER_CHAT) is CodeWrong
