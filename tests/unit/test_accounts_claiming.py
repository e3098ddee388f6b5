"""Recycled numbers: who holds one now gets it, who had it before is told."""

import pytest

from bot.accounts.errors import NumberInUse, NumberUnchanged
from bot.accounts.models import AuditEvent, PhoneNumber
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import PossessionMissing, ProofMissing, ProofStale
from bot.verification.models import Authenticator, Challenge, Proof
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    """Maria has James's first number in her hands; a day after both signed up."""
    world = make_world(sessions, clock)
    world.clock.move(86_400)
    return world


def claim(world: World, chat: str = CHAT) -> object:
    return outcome(world.backend.phone_numbers.claim, chat)


def states(world: World, email: str) -> dict[str, str]:
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {row.masked[-4:]: "codes" if row.gets_codes else row.state for row in rows}


class TestRefusals:
    """Every guard refuses, and the owner keeps everything."""

    @pytest.fixture(autouse=True)
    def nothing_changed(self, world: World) -> object:
        yield
        assert states(world, JAMES) == {"0123": "codes", "0199": "verified"}
        assert states(world, MARIA)["0143"] == "codes"

    def test_without_any_proof(self, world: World) -> None:
        assert claim(world) is ProofMissing

    def test_without_an_offered_number(self, world: World) -> None:
        world.identify()
        assert claim(world) is PossessionMissing

    def test_without_the_code_to_the_number(self, world: World) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, JAMES_NUMBER)
        assert claim(world) is PossessionMissing

    def test_five_minutes_and_a_second_after_the_proof(self, world: World) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        world.clock.move(301)
        assert claim(world) is ProofStale

    def test_in_another_conversation(self, world: World) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        assert claim(world, OTHER_CHAT) is ProofMissing

    def test_of_a_number_of_the_account_itself(self, world: World) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        own = PhoneNumber.fingerprint == world.fingerprints.of("phone", MARIAS_NUMBER)
        offered = PhoneNumber.state == "pending"
        (row,) = world.rows(PhoneNumber, own)
        with world.sessions.begin() as session:
            (pending,) = session.query(PhoneNumber).filter(offered)
            pending.fingerprint = row.fingerprint
            pending.replaces_id = None
        assert claim(world) is NumberUnchanged


def test_a_change_that_failed_leaves_the_proofs_for_the_claim(world: World) -> None:
    world.identify()
    world.prove_new(JAMES_NUMBER)
    assert outcome(world.backend.phone_numbers.change, CHAT) is NumberInUse
    changed = claim(world)
    numbers = "•••-•••-0143", "•••-•••-0123"
    assert changed == Changed(*numbers, gets_codes=True, claimed=True)


class TestDone:
    """What a claim does to both accounts."""

    @pytest.fixture(autouse=True)
    def claimed(self, world: World) -> object:
        world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
        world.clock.move(60)
        world.backend.identification.begin("james-again", JAMES)
        self.code = world.code_to(JAMES_NUMBER)
        world.clock.move(60)
        world.identify()
        world.prove_new(JAMES_NUMBER)
        return claim(world)

    def test_the_holder_has_it(self, world: World) -> None:
        assert states(world, MARIA) == {"0143": "removed", "0123": "codes"}

    def test_the_owner_before_has_it_suspended_and_another_gets_the_codes(
        self, world: World
    ) -> None:
        assert states(world, JAMES) == {"0123": "suspended", "0199": "codes"}

    def test_it_proves_nothing_for_the_owner_before(self, world: World) -> None:
        rows = world.rows(
            Authenticator, Authenticator.account_id == world.accounts[JAMES]
        )
        assert sorted(row.disabled_at is None for row in rows) == [False, True]

    def test_codes_on_their_way_to_it_are_void(self, world: World) -> None:
        outcome(world.backend.identification.check, "james-again", self.code)
        assert not world.backend.identification.standing("james-again").may_view
        (row,) = world.rows(Challenge, Challenge.conversation_id == "james-again")
        assert row.cancelled_at is not None

    def test_proofs_that_it_gave_are_void(self, world: World) -> None:
        assert not world.backend.identification.standing(OTHER_CHAT).may_view

    def test_the_owner_before_is_told_by_mail_without_a_link(
        self, world: World
    ) -> None:
        text = world.sent_to(JAMES)[-1].text
        assert "no longer gets codes" in text and "0123" in text
        assert "/undo/" not in text and "maria" not in text

    def test_the_number_is_not_told_of_the_account_that_had_it(
        self, world: World
    ) -> None:
        assert all(message.purpose != "notice" for message in at(world, JAMES_NUMBER))

    def test_the_holders_old_number_and_addresses_get_a_link(
        self, world: World
    ) -> None:
        for address in (MARIAS_NUMBER, MARIA):
            texts = [message.text for message in world.sent_to(address)]
            assert any("/undo/" in text for text in texts)

    def test_both_accounts_have_the_event(self, world: World) -> None:
        (suspended,) = world.rows(AuditEvent, AuditEvent.name == "number_suspended")
        assert suspended.account_id == world.accounts[JAMES]
        assert suspended.data["reason"] == "claimed"
        (changed,) = world.rows(AuditEvent, AuditEvent.name == "number_changed")
        assert changed.account_id == world.accounts[MARIA]
        assert changed.data["claimed"] == 1

    def test_it_is_made_once(self, world: World) -> None:
        assert claim(world) is PossessionMissing


def at(world: World, address: str) -> list[object]:
    return list(world.sent_to(address))


def test_a_number_that_nobody_has_is_changed_to(world: World) -> None:
    world.identify()
    world.prove_new()
    assert isinstance(claim(world), Changed)
    (event,) = world.rows(AuditEvent, AuditEvent.name == "number_changed")
    assert event.data["claimed"] == 0
    assert not world.rows(AuditEvent, AuditEvent.name == "number_suspended")


def test_the_last_number_of_the_owner_before_is_suspended_too(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new(MARIAS_NUMBER)
    assert isinstance(claim(world), Changed)
    assert states(world, MARIA) == {"0143": "suspended"}


def test_wrong_guesses_at_the_owner_before_still_count(world: World) -> None:
    world.backend.identification.begin(OTHER_CHAT, JAMES)
    wrong = world.wrong_code(JAMES_NUMBER)
    outcome(world.backend.identification.check, OTHER_CHAT, wrong)
    key = world.rows(Challenge)[-1].limit_key
    world.clock.move(60)
    world.identify()
    world.prove_new(JAMES_NUMBER)
    claim(world)
    with world.sessions() as session:
        assert world.parts.throttles.failures_left(session, key) == 19


def test_every_account_that_had_it_loses_it(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, accounts_per_number=2)
    world.clock.move(60)
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new(MARIAS_NUMBER)
    world.backend.phone_numbers.change(CHAT)
    world.clock.move(60)
    ana = world.add("ana@example.com")
    with world.sessions.begin() as session:
        world.parts.proofs.grant(session, "ana", ana, method="totp", scope="change")
    world.prove_new(MARIAS_NUMBER, "ana")
    assert outcome(world.backend.phone_numbers.change, "ana") is NumberInUse
    assert isinstance(claim(world, "ana"), Changed)
    assert states(world, MARIA) == {"0143": "suspended"}
    assert states(world, JAMES)["0143"] == "suspended"


def test_who_proved_it_later_keeps_it(world: World) -> None:
    world.identify()
    world.prove_new(NEW_NUMBER)
    world.clock.move(60)
    world.identify(JAMES_OTHER_NUMBER, JAMES_OTHER_NUMBER, OTHER_CHAT)
    world.prove_new(NEW_NUMBER, OTHER_CHAT)
    world.backend.phone_numbers.change(OTHER_CHAT)
    assert claim(world) is NumberInUse
    assert states(world, JAMES)["0177"] == "codes"
    unused = world.rows(Proof, Proof.scope == "possession", Proof.used_at.is_(None))
    assert len(unused) == 1
