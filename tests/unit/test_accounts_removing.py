"""Numbers that leave the account, and the one that has to stay."""

import pytest

from bot.accounts.errors import LastFactor, NoNumber, WhichNumber
from bot.accounts.models import AuditEvent, PhoneNumber
from bot.accounts.numbers import Removed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import PossessionMissing, ProofMissing, ProofStale
from bot.verification.models import Authenticator, Method
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    OMAR,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def remove(world: World, which: str | None = None, chat: str = CHAT) -> object:
    return outcome(world.backend.phone_numbers.remove, chat, which)


def prove(world: World, email: str, method: Method = "totp") -> None:
    """Give the conversation a fresh proof behind the backend's back."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, CHAT, world.accounts[email], method=method, scope="change"
        )


def bind(world: World, email: str, kind: str) -> None:
    """Give an account an app or saved codes."""
    now = world.clock.now()
    with world.sessions.begin() as session:
        session.add(
            Authenticator(
                account_id=world.accounts[email],
                kind=kind,
                created_at=now,
                enabled_at=now,
            )
        )


def states(world: World, email: str = JAMES) -> dict[str, str]:
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {row.masked[-4:]: "codes" if row.gets_codes else row.state for row in rows}


class TestRefusals:
    """Every guard refuses, and nothing changes."""

    @pytest.fixture(autouse=True)
    def nothing_changed(self, world: World) -> object:
        yield
        assert states(world) == {"0123": "codes", "0199": "verified"}
        assert states(world, MARIA) == {"0143": "codes"}
        assert not world.rows(AuditEvent, AuditEvent.name == "number_removed")

    def test_without_any_proof(self, world: World) -> None:
        assert remove(world, "1") is ProofMissing

    def test_five_minutes_and_a_second_after_the_proof(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        world.clock.move(301)
        assert remove(world, "1") is ProofStale

    def test_in_another_conversation(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        assert remove(world, "1", OTHER_CHAT) is ProofMissing

    def test_of_several_numbers_one_has_to_be_meant(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        with pytest.raises(WhichNumber) as asked:
            world.backend.phone_numbers.remove(CHAT)
        assert asked.value.choices == ("•••-•••-0123", "•••-•••-0199")

    def test_the_last_way_in_stays(self, world: World) -> None:
        world.identify()
        assert remove(world) is LastFactor

    def test_saved_codes_are_no_other_way_in(self, world: World) -> None:
        bind(world, MARIA, "recovery_codes")
        world.identify()
        assert remove(world) is LastFactor

    def test_a_number_that_is_switched_off_is_no_other_way_in(
        self, world: World
    ) -> None:
        switch_off(world, JAMES_OTHER_NUMBER)
        world.identify(JAMES, JAMES_NUMBER)
        assert remove(world, "0123") is LastFactor

    def test_without_a_number(self, world: World) -> None:
        prove(world, OMAR)
        assert remove(world) is NoNumber


def switch_off(world: World, number: str) -> None:
    fingerprint = world.fingerprints.of("phone", number)
    (row,) = world.rows(PhoneNumber, PhoneNumber.fingerprint == fingerprint)
    with world.sessions.begin() as session:
        world.parts.authenticators.retire_number(session, row.id, now=world.clock.now())


class TestDone:
    """What a removal does."""

    @pytest.fixture(autouse=True)
    def removed(self, world: World) -> object:
        world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
        world.clock.move(60)
        world.identify(JAMES, JAMES_NUMBER)
        return remove(world, "1")

    def test_both_numbers_are_told_masked(self, removed: object) -> None:
        assert removed == Removed("•••-•••-0123", "•••-•••-0199")

    def test_another_number_gets_the_codes(self, world: World) -> None:
        assert states(world) == {"0123": "removed", "0199": "codes"}
        world.clock.move(700)
        world.identify(JAMES, JAMES_OTHER_NUMBER, "later")

    def test_the_number_proves_nothing_any_more(self, world: World) -> None:
        rows = world.rows(
            Authenticator, Authenticator.account_id == world.accounts[JAMES]
        )
        assert sorted(row.disabled_at is None for row in rows) == [False, True]

    def test_the_number_and_every_address_are_told_with_a_link(
        self, world: World
    ) -> None:
        for address in (JAMES_NUMBER, JAMES):
            texts = [message.text for message in world.sent_to(address)]
            assert any("removed" in text and "/undo/" in text for text in texts)

    def test_the_number_that_stays_is_not_told(self, world: World) -> None:
        assert not world.sent_to(JAMES_OTHER_NUMBER)

    def test_it_is_noted_without_personal_data(self, world: World) -> None:
        (event,) = world.rows(AuditEvent, AuditEvent.name == "number_removed")
        assert event.account_id == world.accounts[JAMES]
        assert event.data["method"] == "sms"
        assert not any("•" in str(value) for value in event.data.values())

    def test_proofs_in_other_conversations_end(self, world: World) -> None:
        assert not world.backend.identification.standing(OTHER_CHAT).may_view
        assert world.backend.identification.standing(CHAT).may_view

    def test_the_next_one_stays(self, world: World) -> None:
        assert remove(world) is LastFactor


def test_one_that_got_no_codes_moves_none(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    assert remove(world, "last") == Removed("•••-•••-0199", "")
    assert states(world) == {"0123": "codes", "0199": "removed"}


def test_the_last_number_may_leave_when_there_is_an_app(world: World) -> None:
    bind(world, MARIA, "totp")
    world.identify()
    assert remove(world) == Removed("•••-•••-0143", "")
    assert states(world, MARIA) == {"0143": "removed"}


def test_the_codes_go_to_a_number_whose_codes_count(world: World) -> None:
    person = "rosa@example.com"
    world.add(person, numbers=("+13055550001", "+13055550002", "+13055550003"))
    switch_off(world, "+13055550002")
    world.identify(person, "+13055550001")
    assert remove(world, "0001") == Removed("•••-•••-0001", "•••-•••-0003")


def test_a_number_that_is_offered_in_its_place_is_not_put_on(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new()
    remove(world, "1")
    assert outcome(world.backend.phone_numbers.change, CHAT) is PossessionMissing


def test_a_landline_is_called_and_told_no_link(world: World) -> None:
    landline = "+12125550160"
    person = "lena@example.com"
    world.add(person, numbers=(landline,), line_type="landline")
    bind(world, person, "totp")
    prove(world, person)
    remove(world)
    (call,) = world.sent_to(landline)
    assert call.by == "voice" and "removed" in call.text
    assert "/undo/" not in call.text
