"""What became of the last code."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.causes import cause
from bot.telephony.models import Delivery
from bot.verification.errors import NoCodeSent, ProofMissing
from bot.verification.history import CodeReport
from bot.verification.models import Authenticator, Challenge
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OTHER_CHAT,
    World,
    another,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    """Maria has proved who she is, ten minutes after a sign-in code was sent."""
    return make_world(sessions, clock)


def add_sign_in_code(
    world: World, state: str = "delivered", error: str | None = None, **changed: Any
) -> None:
    """A code of the website's own sign-in, on its way to Maria now."""
    now = world.clock.now()
    fingerprint = world.fingerprints.of("phone", MARIAS_NUMBER)
    with world.sessions.begin() as session:
        session.add(
            Delivery(
                id="delivery",
                by="sms",
                to_encrypted=world.cipher.encrypt(MARIAS_NUMBER),
                to_fingerprint=fingerprint,
                to_masked="•••-•••-0143",
                purpose="sign_in",
                state=state,
                error_code=error,
                created_at=now,
            )
        )
        values = {
            "conversation_id": "site",
            "position": 1,
            "account_id": world.accounts[MARIA],
            "destination_fingerprint": fingerprint,
            "limit_key": "site",
            "purpose": "sign_in",
            "by": "sms",
            "asked_by": "sms",
            "told": True,
            "code_hmac": "0" * 64,
            "guesses_allowed": 5,
            "created_at": now,
            "expires_at": now + timedelta(seconds=600),
            "delivery_id": "delivery",
        }
        session.add(Challenge(**(values | changed)))


def report(world: World) -> CodeReport:
    """What Maria is told once she has proved who she is."""
    world.clock.move(20)
    world.identify()
    return world.backend.history.last(CHAT)


def test_nothing_is_told_without_a_proof(world: World) -> None:
    add_sign_in_code(world)
    assert outcome(world.backend.history.last, CHAT) is ProofMissing
    world.identify(JAMES, JAMES_NUMBER)
    assert outcome(world.backend.history.last, CHAT) is NoCodeSent


def test_the_code_that_proved_identity_is_not_reported(world: World) -> None:
    world.identify()
    assert outcome(world.backend.history.last, CHAT) is NoCodeSent


def test_codes_before_the_one_that_proved_identity_are_not_reported(
    world: World,
) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.clock.move(60)
    world.identify()
    assert outcome(world.backend.history.last, CHAT) is NoCodeSent


def test_a_code_of_another_conversation_is_reported(world: World) -> None:
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    world.outbox.drain()
    told = report(world)
    assert (told.age, told.to_masked, told.by) == (20, "•••-•••-0143", "sms")


def test_a_code_to_a_new_number_is_reported(world: World) -> None:
    world.identify()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    assert world.backend.history.last(CHAT).to_masked == "•••-•••-0177"


def test_the_newest_code_is_reported(world: World) -> None:
    add_sign_in_code(world, "undelivered", "30003")
    world.clock.move(5)
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    assert report(world).age == 20


def test_a_cancelled_code_is_not_reported(world: World) -> None:
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    world.backend.identification.cancel(OTHER_CHAT)
    world.clock.move(1)
    world.identify()
    assert outcome(world.backend.history.last, CHAT) is NoCodeSent


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("delivered", "delivered"),
        ("sent", "sent"),
        ("queued", "queued"),
        ("undelivered", "undelivered"),
        ("failed", "undelivered"),
        ("dead", "undelivered"),
        ("suppressed", "undelivered"),
        ("lost", "sent"),
    ],
)
def test_the_outcome_is_the_deliverys(world: World, state: str, shown: str) -> None:
    add_sign_in_code(world, state)
    world.clock.move(20)
    prove_view(world)
    assert world.backend.history.last(CHAT).outcome == shown


def prove_view(world: World) -> None:
    """Prove Maria's identity without a code."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, CHAT, world.accounts[MARIA], method="session", scope="view"
        )


@pytest.mark.parametrize("error", ["30003", "30004", "30006", "30007", "99999", None])
def test_the_cause_says_what_helps_next(world: World, error: str | None) -> None:
    add_sign_in_code(world, "undelivered", error)
    told, known = report(world), cause(error)
    assert (told.cause, told.next_best) == (known.name, known.next_best)


def test_of_a_lost_message_it_is_told_that_nobody_knows(world: World) -> None:
    add_sign_in_code(world, "lost", "lost")
    told = report(world)
    assert (told.outcome, told.cause, told.next_best) == ("sent", "uncertain", "resend")


def test_a_suppressed_number_is_told_of_as_opted_out(world: World) -> None:
    add_sign_in_code(world, "suppressed", "21610")
    told = report(world)
    assert (told.cause, told.next_best) == ("opted_out", "other")


def test_a_call_that_did_not_arrive_is_not_to_be_made_again(world: World) -> None:
    add_sign_in_code(world, "undelivered", "30006", by="voice")
    with world.sessions.begin() as session:
        session.query(Delivery).update({"by": "voice"})
    assert report(world).next_best == "other"


def test_a_code_that_arrived_has_no_cause(world: World) -> None:
    add_sign_in_code(world)
    assert report(world).cause is None


def test_a_code_that_still_works_is_to_be_entered(world: World) -> None:
    add_sign_in_code(world, attempts=2)
    told = report(world)
    assert (told.state, told.guesses_left, told.next_best) == ("open", 3, "enter")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"attempts": 5}, "locked"),
        ({"used_at": ManualClock().now()}, "used"),
        ({"superseded_at": ManualClock().now()}, "superseded"),
    ],
)
def test_a_code_that_is_closed_is_to_be_sent_anew(
    world: World, changed: dict[str, Any], state: str
) -> None:
    add_sign_in_code(world, **changed)
    told = report(world)
    assert (told.state, told.next_best) == (state, "resend")


def test_an_expired_code_is_to_be_sent_anew(world: World) -> None:
    add_sign_in_code(world)
    world.clock.move(600)
    told = report(world)
    assert (told.state, told.next_best) == ("expired", "resend")


def test_while_nothing_may_be_sent_it_is_to_be_waited(world: World) -> None:
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    wrong = another(world.code_to(MARIAS_NUMBER))
    for _ in range(5):
        outcome(world.backend.identification.check, OTHER_CHAT, wrong)
    told = report(world)
    assert (told.state, told.again_in, told.next_best) == ("locked", 40, "wait")


def test_a_disabled_authenticator_needs_a_person(world: World) -> None:
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    world.clock.move(1)
    world.identify()
    with world.sessions.begin() as session:
        session.query(Authenticator).update({"disabled_at": world.clock.now()})
    assert world.backend.history.last(CHAT).next_best == "person"


def test_a_code_that_a_limit_held_back_is_to_be_waited_for(world: World) -> None:
    world.clock.move(7200)
    for turn in range(5):
        world.backend.identification.begin(f"chat-{turn}", MARIA)
        world.clock.move((60, 120, 300, 600, 0)[turn])
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    prove_view(world)
    told = world.backend.history.last(CHAT)
    assert (told.outcome, told.cause, told.next_best) == ("held", None, "wait")
    # The number's own wait counts, not that of the contact that was just tried.
    assert told.again_in == 2520


def test_a_code_that_was_held_back_may_be_sent_once_the_limit_is_over(
    world: World,
) -> None:
    world.clock.move(7200)
    for turn in range(5):
        world.backend.identification.begin(f"chat-{turn}", MARIA)
        world.clock.move((60, 120, 300, 600, 0)[turn])
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    world.clock.move(2520)
    prove_view(world)
    told = world.backend.history.last(CHAT)
    assert (told.outcome, told.again_in, told.next_best) == ("held", 0, "resend")


@pytest.mark.parametrize(("seconds", "step"), [(59, "wait"), (60, "resend")])
def test_a_network_that_was_busy_is_tried_again_after_the_wait(
    world: World, seconds: int, step: str
) -> None:
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    with world.sessions.begin() as session:
        failed = {"state": "undelivered", "error_code": "30001"}
        session.query(Delivery).update(failed)
    world.clock.move(seconds)
    prove_view(world)
    assert world.backend.history.last(CHAT).next_best == step


def test_a_report_outlives_the_delivery(world: World) -> None:
    add_sign_in_code(world)
    with world.sessions.begin() as session:
        session.query(Delivery).delete()
    told = report(world)
    assert (told.outcome, told.to_masked) == ("sent", "")
