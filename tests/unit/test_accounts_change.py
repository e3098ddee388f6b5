"""The switch of numbers: what it needs, what it does, and that it is whole."""

import pytest

from bot.accounts.errors import NumberInUse, NumberUnchanged
from bot.accounts.models import Account, AuditEvent, PhoneNumber
from bot.accounts.notices import Notices
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import (
    PossessionMissing,
    ProofMissing,
    ProofStale,
)
from bot.verification.models import Authenticator, Challenge, Proof, Throttle
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
    another,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def change(world: World, chat: str = CHAT) -> object:
    return outcome(world.backend.phone_numbers.change, chat)


def numbers(world: World, email: str = MARIA) -> dict[str, str]:
    """The account's numbers: last digits -> state."""
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {row.masked[-4:]: row.state for row in rows}


class TestRefusals:
    """Every guard refuses, and nothing changes."""

    @pytest.fixture(autouse=True)
    def nothing_changed(self, world: World) -> object:
        yield
        assert numbers(world)["0143"] == "verified"
        assert "verified" not in (numbers(world).get("0177"),)

    def test_without_any_proof(self, world: World) -> None:
        assert change(world) is ProofMissing

    def test_without_an_offered_number(self, world: World) -> None:
        world.identify()
        assert change(world) is PossessionMissing

    def test_without_proof_of_the_new_number(self, world: World) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        assert change(world) is PossessionMissing

    def test_with_wrong_codes_to_the_new_number(self, world: World) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        wrong = world.wrong_code(NEW_NUMBER)
        outcome(world.backend.phone_numbers.confirm, CHAT, wrong)
        assert change(world) is PossessionMissing

    def test_five_minutes_and_a_second_after_the_proof(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.clock.move(301)
        assert change(world) is ProofStale

    def test_when_the_proof_is_over(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.clock.move(901)
        assert change(world) is ProofMissing

    def test_when_the_proof_of_the_new_number_is_over(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.clock.move(890)
        world.identify()
        world.clock.move(10)
        assert change(world) is PossessionMissing

    def test_in_another_conversation(self, world: World) -> None:
        world.identify()
        world.prove_new()
        assert change(world, OTHER_CHAT) is ProofMissing
        world.clock.move(60)
        world.identify(chat=OTHER_CHAT)
        assert change(world, OTHER_CHAT) is PossessionMissing

    def test_with_proof_of_another_new_number(self, world: World) -> None:
        world.identify()
        world.prove_new("+12025550178")
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        assert change(world) is PossessionMissing

    def test_with_proofs_of_two_accounts(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.identify(JAMES, JAMES_NUMBER)
        assert change(world) is PossessionMissing

    def test_of_an_account_that_was_suspended_since(self, world: World) -> None:
        world.identify()
        world.prove_new()
        with world.sessions.begin() as session:
            account = session.get_one(Account, world.accounts[MARIA])
            account.status = "suspended"
        assert change(world) is ProofMissing

    def test_a_number_in_use_is_not_told_without_its_proof(self, world: World) -> None:
        world.identify(MARIA, MARIAS_NUMBER)
        world.backend.phone_numbers.offer(CHAT, JAMES_NUMBER)
        assert change(world) is PossessionMissing

    def test_a_number_in_use_is_told_to_its_holder(self, world: World) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        assert change(world) is NumberInUse
        assert numbers(world, JAMES)["0123"] == "verified"

    def test_a_number_in_use_leaves_everything_as_it_was(self, world: World) -> None:
        world.identify()
        world.prove_new(JAMES_NUMBER)
        mail = len(world.rows(Delivery))
        change(world)
        assert len(world.rows(Delivery)) == mail
        assert all(row.disabled_at is None for row in world.rows(Authenticator))
        assert all(row.used_at is None for row in world.rows(Proof))
        assert world.rows(AuditEvent)[-1].name == "number_in_use"

    def test_when_the_old_number_has_left_the_account(self, world: World) -> None:
        world.identify()
        world.prove_new()
        moved = PhoneNumber.fingerprint == world.fingerprints.of("phone", MARIAS_NUMBER)
        set_state(world, moved, "suspended", slot=None)
        assert change(world) is PossessionMissing
        set_state(world, moved, "verified", slot=0)


def set_state(world: World, which: object, state: str, *, slot: int | None) -> None:
    with world.sessions.begin() as session:
        values = {"state": state, "slot": slot, "gets_codes": slot is not None}
        session.query(PhoneNumber).filter(which).update(values)  # type: ignore[arg-type]


class TestWhole:
    """A failure at any step takes everything back."""

    def test_a_failure_at_the_last_step_changes_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.identify()
        world.prove_new()

        def fail(*_arguments: object, **_values: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(Notices, "mail", fail)
        mail = len(world.rows(Delivery))
        assert change(world) is RuntimeError
        assert numbers(world) == {"0143": "verified", "0177": "pending"}
        assert len(world.rows(Delivery)) == mail
        assert all(row.disabled_at is None for row in world.rows(Authenticator))
        assert all(row.used_at is None for row in world.rows(Proof))

    def test_it_can_be_made_after_the_failure(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.test_a_failure_at_the_last_step_changes_nothing(world, monkeypatch)
        monkeypatch.undo()
        assert isinstance(change(world), Changed)


class TestDone:
    """What a switch does."""

    @pytest.fixture(autouse=True)
    def changed(self, world: World) -> Changed:
        world.add("maria@second.example.com")
        give_second_address(world)
        world.identify()
        world.prove_new()
        world.clock.move(240)
        return world.backend.phone_numbers.change(CHAT)

    def test_both_numbers_are_told_masked(self, changed: Changed) -> None:
        assert changed == Changed("•••-•••-0143", "•••-•••-0177", gets_codes=True)

    def test_the_new_number_takes_the_old_ones_place(self, world: World) -> None:
        assert numbers(world) == {"0143": "removed", "0177": "verified"}
        (gets_codes,) = world.rows(
            PhoneNumber,
            PhoneNumber.account_id == world.accounts[MARIA],
            PhoneNumber.gets_codes,
        )
        assert gets_codes.masked == "•••-•••-0177"

    def test_codes_go_to_the_new_number(self, world: World) -> None:
        world.clock.move(60)
        world.identify(MARIA, NEW_NUMBER, OTHER_CHAT)
        assert world.backend.identification.standing(OTHER_CHAT).may_change

    def test_the_old_number_is_nobodys_contact(self, world: World) -> None:
        texts = len(world.sent_to(MARIAS_NUMBER))
        world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
        assert len(world.sent_to(MARIAS_NUMBER)) == texts

    def test_the_old_number_can_be_taken_by_another_account(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
        world.prove_new(MARIAS_NUMBER, OTHER_CHAT)
        assert isinstance(change(world, OTHER_CHAT), Changed)

    def test_the_old_numbers_authenticator_is_replaced(self, world: World) -> None:
        rows = world.rows(
            Authenticator, Authenticator.account_id == world.accounts[MARIA]
        )
        assert sorted(row.disabled_at is None for row in rows) == [False, True]

    def test_the_old_number_is_told(self, world: World) -> None:
        assert "sustituido" in world.sent_to(MARIAS_NUMBER)[-1].text

    def test_every_address_is_told(self, world: World) -> None:
        for address in (MARIA, "maria@second.example.com"):
            assert "0177" in world.sent_to(address)[-1].text

    def test_no_notice_shows_a_whole_number(self, world: World) -> None:
        texts = [message.text for message in world.sent_to(MARIA)]
        assert texts and not any("2025550177" in text for text in texts)

    def test_it_is_noted_without_personal_data(self, world: World) -> None:
        (event,) = world.rows(AuditEvent, AuditEvent.name == "number_changed")
        assert event.account_id == world.accounts[MARIA]
        assert event.data["method"] == "sms"
        assert "0177" not in str(event.data) and "0143" not in str(event.data)

    def test_it_is_made_once(self, world: World) -> None:
        assert change(world) is PossessionMissing


def give_second_address(world: World) -> None:
    """Move an address onto Maria's account."""
    from bot.accounts.models import EmailAddress

    fingerprint = world.fingerprints.of("email", "maria@second.example.com")
    with world.sessions.begin() as session:
        session.query(EmailAddress).filter(
            EmailAddress.fingerprint == fingerprint
        ).update({"account_id": world.accounts[MARIA]})


def test_a_change_is_made_three_hundred_seconds_after_the_proof(world: World) -> None:
    world.identify()
    world.prove_new()
    world.clock.move(300)
    assert isinstance(change(world), Changed)


def test_a_second_proof_of_identity_keeps_the_proof_of_the_number(
    world: World,
) -> None:
    world.identify()
    world.prove_new()
    world.clock.move(400)
    assert change(world) is ProofStale
    world.identify()
    assert isinstance(change(world), Changed)


def test_the_number_meant_is_the_one_replaced(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, which="last")
    world.backend.phone_numbers.confirm(CHAT, world.code_to(NEW_NUMBER))
    world.clock.move(30)
    world.backend.phone_numbers.change(CHAT)
    assert numbers(world, JAMES) == {
        "0123": "verified",
        "0199": "removed",
        "0177": "verified",
    }
    assert "replaced" in world.sent_to(JAMES_OTHER_NUMBER)[-1].text


def test_an_account_without_a_number_gets_one_by_its_app(world: World) -> None:
    account = world.add("tess@example.com")
    with world.sessions.begin() as session:
        world.parts.proofs.grant(session, CHAT, account, method="totp", scope="change")
    world.prove_new()
    changed = world.backend.phone_numbers.change(CHAT)
    assert changed == Changed(None, "•••-•••-0177", gets_codes=True)
    assert "added" in world.sent_to("tess@example.com")[-1].text


def test_proofs_in_other_conversations_end_with_the_change(world: World) -> None:
    world.identify(chat=OTHER_CHAT)
    world.clock.move(60)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    assert not world.backend.identification.standing(OTHER_CHAT).may_view
    assert world.backend.identification.standing(CHAT).may_view


def test_codes_on_their_way_to_the_old_number_end_with_the_change(
    world: World,
) -> None:
    world.identify()
    world.clock.move(60)
    world.backend.identification.begin(OTHER_CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    outcome(world.backend.identification.check, OTHER_CHAT, code)
    assert not world.backend.identification.standing(OTHER_CHAT).may_view
    (open_code,) = world.rows(Challenge, Challenge.conversation_id == OTHER_CHAT)
    assert open_code.cancelled_at is not None


def test_binding_anew_starts_the_counting_anew(world: World) -> None:
    for _ in range(3):
        world.backend.identification.begin(OTHER_CHAT, MARIA)
        wrong = another(world.code_to(MARIAS_NUMBER))
        for _ in range(5):
            outcome(world.backend.identification.check, OTHER_CHAT, wrong)
        world.clock.move(3600)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    assert {row.failures for row in world.rows(Throttle)} == {0}


def test_a_number_proved_by_two_accounts_goes_to_the_first(world: World) -> None:
    world.identify()
    world.prove_new()
    world.clock.move(1)
    world.identify(JAMES, JAMES_NUMBER, OTHER_CHAT)
    world.prove_new(NEW_NUMBER, OTHER_CHAT)
    assert isinstance(change(world, OTHER_CHAT), Changed)
    assert change(world) is NumberInUse


def test_a_number_that_was_added_meanwhile_is_unchanged(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new()
    world.parts.proofs.revoke_elsewhere = keep_all  # type: ignore[method-assign]
    world.clock.move(60)
    world.identify(JAMES_OTHER_NUMBER, JAMES_OTHER_NUMBER, OTHER_CHAT)
    world.backend.phone_numbers.offer(OTHER_CHAT, NEW_NUMBER, which="last")
    world.backend.phone_numbers.confirm(OTHER_CHAT, world.code_to(NEW_NUMBER))
    world.backend.phone_numbers.change(OTHER_CHAT)
    assert change(world) is NumberUnchanged


def keep_all(*_arguments: object, **_values: object) -> None:
    """Let proofs in other conversations stand, as if they were given just now."""
