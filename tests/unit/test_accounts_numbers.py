"""Numbers that are shown, offered and proved."""

import pytest

from bot.accounts.choosing import choose
from bot.accounts.errors import NumberUnchanged, WhichNumber
from bot.accounts.models import PhoneNumber
from bot.accounts.numbers import NumberView
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.errors import (
    EmergencyNumber,
    ExtensionGiven,
    NumberError,
    NumberRefused,
    NumberUnreadable,
    VanityNumber,
)
from bot.telephony.models import Delivery
from bot.verification.errors import (
    NoAuthenticator,
    NoCodePending,
    ProofMissing,
    ProofStale,
)
from bot.verification.models import Authenticator, Challenge
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OMAR,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def offer(world: World, number: str = NEW_NUMBER, which: str | None = None) -> object:
    def work() -> object:
        return world.backend.phone_numbers.offer(CHAT, number, which=which)

    return outcome(work)


class TestFind:
    """Whom an account's numbers are shown to, and how."""

    def test_they_are_shown_to_nobody_without_a_proof(self, world: World) -> None:
        assert outcome(world.backend.phone_numbers.find, CHAT) is ProofMissing

    def test_they_are_shown_masked(self, world: World) -> None:
        world.identify()
        assert world.backend.phone_numbers.find(CHAT) == (
            NumberView(
                masked="•••-•••-0143",
                state="verified",
                verified_at=world.clock.now(),
                gets_codes=True,
                line_type="mobile",
            ),
        )

    def test_the_one_that_gets_codes_comes_first(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        world.prove_new()
        world.backend.phone_numbers.change(CHAT)
        numbers = world.backend.phone_numbers.find(CHAT)
        assert [number.masked[-4:] for number in numbers] == ["0177", "0199"]

    def test_an_offered_number_comes_last_as_pending(self, world: World) -> None:
        world.identify()
        offer(world)
        states = [number.state for number in world.backend.phone_numbers.find(CHAT)]
        assert states == ["verified", "pending"]

    def test_an_account_without_numbers_shows_none(self, world: World) -> None:
        world.identify(OMAR, OMAR)
        assert world.backend.phone_numbers.find(CHAT) == ()

    def test_an_account_shows_nobody_elses(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        shown = {number.masked for number in world.backend.phone_numbers.find(CHAT)}
        assert shown == {"•••-•••-0123", "•••-•••-0199"}


class TestOffer:
    """New numbers that may be offered."""

    def test_nobody_may_without_a_proof(self, world: World) -> None:
        assert offer(world) is ProofMissing
        assert not world.rows(Challenge)

    def test_a_proof_is_fresh_for_five_minutes(self, world: World) -> None:
        world.identify()
        world.clock.move(300)
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.clock.move(1)
        assert offer(world, "+12025550178") is ProofStale

    def test_a_proof_of_another_conversation_does_not_count(self, world: World) -> None:
        world.identify(chat=OTHER_CHAT)
        assert offer(world) is ProofMissing

    def test_an_email_code_is_not_enough(self, world: World) -> None:
        world.identify(OMAR, OMAR)
        assert offer(world) is NoAuthenticator

    def test_the_code_goes_to_the_new_number(self, world: World) -> None:
        world.identify()
        sent = world.backend.phone_numbers.offer(CHAT, "(202) 555-0177")
        assert (sent.to_masked, sent.by) == ("•••-•••-0177", "sms")
        assert world.code_to(NEW_NUMBER)

    def test_a_landline_is_called(self, world: World) -> None:
        world.identify()
        sent = world.backend.phone_numbers.offer(CHAT, "+12125550160")
        assert sent.by == "voice"
        assert world.sent_to("+12125550160")[0].by == "voice"

    @pytest.mark.parametrize(
        ("typed", "error"),
        [
            ("", NumberUnreadable),
            ("my number", NumberUnreadable),
            ("202 555 0177 ext. 5", ExtensionGiven),
            ("1-800-FLOWERS", VanityNumber),
            ("911", EmergencyNumber),
            ("+1 900 234 5678", NumberRefused),
            ("+44 7400 123456", NumberRefused),
            ("+1 212 555 0150", NumberRefused),
        ],
    )
    def test_a_number_that_gets_no_codes_is_refused(
        self, world: World, typed: str, error: type[NumberError]
    ) -> None:
        world.identify()
        sent = len(world.rows(Delivery))
        assert offer(world, typed) is error
        assert len(world.rows(Delivery)) == sent

    def test_nothing_is_said_of_a_number_before_identity_is_proved(
        self, world: World
    ) -> None:
        assert offer(world, "+1 212 555 0150") is ProofMissing

    @pytest.mark.parametrize("typed", ["202 555 0143", "+1 (202) 555-0143"])
    def test_the_number_of_the_account_is_refused(
        self, world: World, typed: str
    ) -> None:
        world.identify()
        assert offer(world, typed) is NumberUnchanged

    def test_a_number_of_another_account_is_taken_like_any_other(
        self, world: World
    ) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        taken = world.backend.phone_numbers.offer(CHAT, MARIAS_NUMBER, which="1")
        free = world.backend.phone_numbers.offer(CHAT, "+13125550143", which="1")
        assert taken == free

    def test_a_number_of_another_account_is_proved_like_any_other(
        self, world: World
    ) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        world.prove_new(MARIAS_NUMBER)

    def test_the_number_offered_last_is_the_one(self, world: World) -> None:
        world.identify()
        offer(world)
        offer(world, "+12025550178")
        (pending,) = world.rows(PhoneNumber, PhoneNumber.state == "pending")
        assert pending.masked == "•••-•••-0178"

    def test_of_several_numbers_one_has_to_be_meant(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        with pytest.raises(WhichNumber) as asked:
            world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        assert asked.value.choices == ("•••-•••-0123", "•••-•••-0199")

    def test_the_number_meant_is_kept(self, world: World) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, which="0199")
        (pending,) = world.rows(PhoneNumber, PhoneNumber.state == "pending")
        (meant,) = world.rows(PhoneNumber, PhoneNumber.id == pending.replaces_id)
        assert meant.masked == "•••-•••-0199"


class TestConfirm:
    """Proof that a new number is at hand."""

    def test_nothing_is_confirmed_without_an_offer(self, world: World) -> None:
        world.identify()
        confirmed = outcome(world.backend.phone_numbers.confirm, CHAT, "123456")
        assert confirmed is NoCodePending

    def test_nothing_is_confirmed_without_a_proof(self, world: World) -> None:
        world.identify()
        offer(world)
        code = world.code_to(NEW_NUMBER)
        world.clock.move(901)
        confirmed = outcome(world.backend.phone_numbers.confirm, CHAT, code)
        assert confirmed is ProofMissing

    def test_another_account_confirms_nothing(self, world: World) -> None:
        world.identify()
        offer(world)
        code = world.code_to(NEW_NUMBER)
        world.identify(JAMES, JAMES_NUMBER)
        confirmed = outcome(world.backend.phone_numbers.confirm, CHAT, code)
        assert confirmed is NoCodePending

    def test_a_confirmed_number_gives_no_view_of_its_own(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.clock.move(899)
        assert world.backend.identification.standing(CHAT).may_view
        world.clock.move(1)
        assert not world.backend.identification.standing(CHAT).may_view

    def test_wrong_codes_do_not_harm_the_accounts_own_number(
        self, world: World
    ) -> None:
        world.identify()
        offer(world)
        wrong = world.wrong_code(NEW_NUMBER)
        for _ in range(5):
            outcome(world.backend.phone_numbers.confirm, CHAT, wrong)
        assert {row.failures_total for row in world.rows(Authenticator)} == {0}


class TestChoose:
    """Which of several numbers is meant."""

    def numbers(self, *endings: str) -> list[PhoneNumber]:
        return [PhoneNumber(masked=f"•••-•••-{ending}") for ending in endings]

    @pytest.mark.parametrize(
        ("which", "meant"),
        [
            ("1", "0123"),
            ("2", "0199"),
            ("last", "0199"),
            ("other", "0199"),
            ("0123", "0123"),
            ("+1 415 555 0199", "0199"),
            ("the one ending in 0123", "0123"),
        ],
    )
    def test_one_is_found(self, which: str, meant: str) -> None:
        found = choose(self.numbers("0123", "0199"), which)
        assert found and found.masked.endswith(meant)

    @pytest.mark.parametrize("which", [None, "0", "3", "9", "", "12", "7777", "first"])
    def test_it_is_asked_when_it_is_not_clear(self, which: str | None) -> None:
        with pytest.raises(WhichNumber):
            choose(self.numbers("0123", "0199"), which)

    def test_the_other_of_three_is_not_clear(self) -> None:
        with pytest.raises(WhichNumber):
            choose(self.numbers("0123", "0199", "0177"), "other")

    def test_endings_that_are_the_same_are_not_clear(self) -> None:
        with pytest.raises(WhichNumber):
            choose(self.numbers("0123", "0123"), "0123")

    def test_the_only_one_is_meant(self) -> None:
        assert choose(self.numbers("0123"), None) is not None

    def test_of_none_none_is_meant(self) -> None:
        assert choose([], "1") is None
