"""What a link brings back, and what it ends."""

import pytest

from bot.accounts.errors import UndoImpossible, UndoUsed
from bot.accounts.models import PhoneNumber
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.models import Authenticator, Challenge, Throttle
from tests.unit.undoing import token_to, undo_of, undoing
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

THIRD_NUMBER = "+12025550178"


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def change(
    world: World,
    contact: str = MARIA,
    number: str = MARIAS_NUMBER,
    *,
    to: str = NEW_NUMBER,
    which: str = "1",
    adds: bool = False,
    chat: str = CHAT,
) -> None:
    """Identify, prove a new number, and put it on, some minutes after the last."""
    world.clock.move(700)
    world.identify(contact, number, chat)
    world.backend.phone_numbers.offer(chat, to, which=which, adds=adds)
    world.backend.phone_numbers.confirm(chat, world.code_to(to))
    world.backend.phone_numbers.change(chat)
    world.clock.move(1)


def states(world: World, email: str = MARIA) -> dict[str, str]:
    """The account's numbers: last digits -> state, or `codes` where they go."""
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {
        row.masked[-4:]: "codes" if row.gets_codes else row.state
        for row in sorted(rows, key=lambda row: row.added_at)
    }


def usable(world: World, email: str = MARIA) -> list[str]:
    """The last digits of numbers that can prove, or the kinds of what else can."""
    rows = world.rows(
        Authenticator,
        Authenticator.account_id == world.accounts[email],
        Authenticator.disabled_at.is_(None),
    )
    masked = {row.id: row.masked[-4:] for row in world.rows(PhoneNumber)}
    return sorted(masked.get(row.phone_number_id or "", row.kind) for row in rows)


def take(world: World, token: str) -> object:
    return outcome(undoing(world).take, token)


class TestChanged:
    """A change of number that was taken back."""

    @pytest.fixture(autouse=True)
    def taken(self, world: World) -> None:
        change(world)
        assert take(world, token_to(world, MARIAS_NUMBER)) == "number_changed"

    def test_the_old_number_gets_the_codes_again(self, world: World) -> None:
        assert states(world) == {"0143": "codes", "0177": "removed"}

    def test_the_old_number_has_its_slot_again(self, world: World) -> None:
        (old,) = world.rows(PhoneNumber, PhoneNumber.gets_codes, is_marias(world))
        assert (old.slot, old.removed_at) == (0, None)

    def test_the_old_number_proves_again_and_the_new_one_does_not(
        self, world: World
    ) -> None:
        assert usable(world) == ["0143"]

    def test_the_old_numbers_authenticator_is_a_new_one(self, world: World) -> None:
        rows = world.rows(Authenticator, is_of(world))
        assert len(rows) == 3
        assert len({row.phone_number_id for row in rows}) == 2

    def test_identity_can_be_proved_by_the_old_number(self, world: World) -> None:
        world.clock.move(700)
        world.identify(chat="later")
        assert world.backend.identification.standing("later").may_change

    def test_every_address_is_told(self, world: World) -> None:
        assert "deshizo" in world.sent_to(MARIA)[-1].text

    def test_the_conversation_that_made_the_change_sees_nothing_any_more(
        self, world: World
    ) -> None:
        assert not world.backend.identification.standing(CHAT).may_view


def is_marias(world: World) -> object:
    return PhoneNumber.account_id == world.accounts[MARIA]


def is_of(world: World, email: str = MARIA) -> object:
    return Authenticator.account_id == world.accounts[email]


def test_codes_on_their_way_end_with_it(world: World) -> None:
    change(world)
    world.clock.move(60)
    world.backend.identification.begin(OTHER_CHAT, MARIA)
    code = world.code_to(NEW_NUMBER)
    take(world, token_to(world, MARIAS_NUMBER))
    outcome(world.backend.identification.check, OTHER_CHAT, code)
    assert not world.backend.identification.standing(OTHER_CHAT).may_view
    (row,) = world.rows(Challenge, Challenge.conversation_id == OTHER_CHAT)
    assert row.cancelled_at is not None


def test_a_number_on_its_way_is_not_put_on_after_it(world: World) -> None:
    change(world)
    world.clock.move(700)
    world.identify(MARIA, NEW_NUMBER, OTHER_CHAT)
    world.prove_new(THIRD_NUMBER, OTHER_CHAT)
    take(world, token_to(world, MARIAS_NUMBER))
    changed = outcome(world.backend.phone_numbers.change, OTHER_CHAT)
    assert isinstance(changed, type) and changed.__name__ == "ProofMissing"


def test_counting_starts_anew(world: World) -> None:
    change(world)
    world.clock.move(60)
    world.backend.identification.begin(OTHER_CHAT, MARIA)
    wrong = another(world.code_to(NEW_NUMBER))
    outcome(world.backend.identification.check, OTHER_CHAT, wrong)
    take(world, token_to(world, MARIAS_NUMBER))
    assert {row.failures for row in world.rows(Throttle)} == {0}


def test_what_was_put_on_after_the_change_goes_with_it(world: World) -> None:
    change(world)
    token = token_to(world, MARIAS_NUMBER)
    change(world, MARIA, NEW_NUMBER, to=THIRD_NUMBER)
    assert take(world, token) == "number_changed"
    assert states(world) == {"0143": "codes", "0177": "removed", "0178": "removed"}
    assert usable(world) == ["0143"]


def test_what_left_after_the_change_comes_back_with_it(world: World) -> None:
    change(world, JAMES, JAMES_NUMBER)
    token = token_to(world, JAMES_NUMBER)
    world.clock.move(700)
    world.identify(JAMES, NEW_NUMBER)
    world.backend.phone_numbers.remove(CHAT, "0199")
    assert take(world, token) == "number_changed"
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "verified",
        "0177": "removed",
    }
    assert usable(world, JAMES) == ["0123", "0199"]


def test_what_left_later_and_is_anothers_by_now_stays_away(world: World) -> None:
    change(world, JAMES, JAMES_NUMBER)
    token = token_to(world, JAMES_NUMBER)
    world.clock.move(700)
    world.identify(JAMES, NEW_NUMBER)
    world.backend.phone_numbers.remove(CHAT, "0199")
    change(world, to=JAMES_OTHER_NUMBER, chat=OTHER_CHAT)
    assert take(world, token) == "number_changed"
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "removed",
        "0177": "removed",
    }


def test_a_number_that_was_suspended_since_stays_suspended(world: World) -> None:
    change(world, JAMES, JAMES_NUMBER)
    token = token_to(world, JAMES_NUMBER)
    world.clock.move(700)
    world.identify(JAMES, NEW_NUMBER)
    world.backend.phone_numbers.remove(CHAT, "0199")
    assert take(world, token_to(world, JAMES_OTHER_NUMBER)) == "number_removed"
    world.clock.move(700)
    world.identify(JAMES, NEW_NUMBER)
    world.backend.suspension.suspend(CHAT, "0199")
    assert take(world, token) == "number_changed"
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "suspended",
        "0177": "removed",
    }


def test_links_of_later_changes_end_with_it(world: World) -> None:
    change(world)
    token = token_to(world, MARIAS_NUMBER)
    change(world, MARIA, NEW_NUMBER, to=THIRD_NUMBER)
    later = token_to(world, NEW_NUMBER)
    take(world, token)
    assert take(world, later) is UndoUsed
    assert states(world)["0143"] == "codes"


def test_links_of_earlier_changes_stay(world: World) -> None:
    change(world)
    token = token_to(world, MARIAS_NUMBER)
    change(world, MARIA, NEW_NUMBER, to=THIRD_NUMBER)
    assert take(world, token_to(world, NEW_NUMBER)) == "number_changed"
    assert states(world) == {"0143": "removed", "0177": "codes", "0178": "removed"}
    assert take(world, token) == "number_changed"
    assert states(world) == {"0143": "codes", "0177": "removed", "0178": "removed"}


def test_links_of_other_accounts_stay(world: World) -> None:
    change(world)
    change(world, JAMES, JAMES_NUMBER, to=THIRD_NUMBER, chat=OTHER_CHAT)
    take(world, token_to(world, MARIAS_NUMBER))
    assert undo_of(world, token_to(world, JAMES_NUMBER)).used_at is None


def test_an_app_that_was_connected_after_the_change_is_turned_off(
    world: World,
) -> None:
    app = {"kind": "totp", "account_id": world.accounts[MARIA]}
    with world.sessions.begin() as session:
        now = world.clock.now()
        session.add(Authenticator(**app, created_at=now, enabled_at=now))
    change(world)
    with world.sessions.begin() as session:
        now = world.clock.now()
        session.add(Authenticator(**app, created_at=now, enabled_at=now))
    take(world, token_to(world, MARIAS_NUMBER))
    assert usable(world) == ["0143", "totp"]


def test_a_number_that_went_back_and_forth_is_brought_back(world: World) -> None:
    change(world)
    token = token_to(world, MARIAS_NUMBER)
    change(world, MARIA, NEW_NUMBER, to=MARIAS_NUMBER)
    assert take(world, token) == "number_changed"
    assert usable(world) == ["0143"]


def test_a_number_that_is_anothers_by_now_is_not_brought_back(world: World) -> None:
    change(world)
    token = token_to(world, MARIAS_NUMBER)
    change(world, JAMES, JAMES_NUMBER, to=MARIAS_NUMBER, chat=OTHER_CHAT)
    assert take(world, token) is UndoImpossible
    assert states(world) == {"0143": "removed", "0177": "codes"}
    assert states(world, JAMES)["0143"] == "codes"
    assert undo_of(world, token).used_at is None


def test_the_codes_go_where_they_went_before(world: World) -> None:
    change(world, JAMES, JAMES_NUMBER, which="last")
    assert states(world, JAMES)["0177"] == "codes"
    assert take(world, token_to(world, JAMES_OTHER_NUMBER)) == "number_changed"
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "verified",
        "0177": "removed",
    }


def test_an_added_number_leaves_again(world: World) -> None:
    change(world, adds=True)
    assert states(world) == {"0143": "codes", "0177": "verified"}
    assert take(world, token_to(world, MARIA)) == "number_added"
    assert states(world) == {"0143": "codes", "0177": "removed"}
    assert usable(world) == ["0143"]


def test_a_removed_number_comes_back(world: World) -> None:
    world.clock.move(60)
    world.identify(JAMES, JAMES_NUMBER)
    world.backend.phone_numbers.remove(CHAT, "1")
    assert take(world, token_to(world, JAMES_NUMBER)) == "number_removed"
    assert states(world, JAMES) == {"0123": "codes", "0199": "verified"}
    assert usable(world, JAMES) == ["0123", "0199"]


def test_a_claimed_number_leaves_the_account_and_goes_to_nobody(world: World) -> None:
    world.clock.move(700)
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new(MARIAS_NUMBER)
    world.backend.phone_numbers.claim(CHAT)
    assert take(world, token_to(world, JAMES_NUMBER)) == "number_claimed"
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "verified",
        "0143": "removed",
    }
    assert states(world) == {"0143": "suspended"}


class TestSuspended:
    """A suspension that was taken back."""

    @pytest.fixture
    def token(self, world: World) -> str:
        rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[JAMES])
        (codes,) = (row.id for row in rows if row.gets_codes)
        with world.sessions.begin() as session:
            for row in rows:
                world.parts.rebinding.suspend(session, row.id)
            url = world.parts.undo_links.offer(
                session,
                "number_suspended",
                account_id=world.accounts[JAMES],
                numbers=" ".join(row.id for row in rows),
                codes_id=codes,
            )
        return url.rpartition("/")[2]

    def test_every_number_is_verified_again(self, world: World, token: str) -> None:
        assert states(world, JAMES) == {"0123": "suspended", "0199": "suspended"}
        assert usable(world, JAMES) == []
        assert take(world, token) == "number_suspended"
        assert states(world, JAMES) == {"0123": "codes", "0199": "verified"}
        assert usable(world, JAMES) == ["0123", "0199"]

    def test_the_codes_come_back_from_the_number_that_stood_in(
        self, world: World
    ) -> None:
        world.clock.move(60)
        world.identify(JAMES, JAMES_NUMBER)
        world.backend.suspension.suspend(CHAT, "1")
        assert states(world, JAMES) == {"0123": "suspended", "0199": "codes"}
        assert take(world, token_to(world, JAMES)) == "number_suspended"
        assert states(world, JAMES) == {"0123": "codes", "0199": "verified"}

    def test_a_number_that_came_since_stays(self, world: World, token: str) -> None:
        with world.sessions.begin() as session:
            world.parts.proofs.grant(
                session, CHAT, world.accounts[JAMES], method="totp", scope="change"
            )
        world.clock.move(60)
        world.prove_new()
        world.backend.phone_numbers.change(CHAT)
        assert take(world, token) == "number_suspended"
        assert states(world, JAMES) == {
            "0123": "verified",
            "0199": "verified",
            "0177": "codes",
        }

    def test_one_that_is_anothers_by_now_keeps_all_suspended(
        self, world: World, token: str
    ) -> None:
        change(world, to=JAMES_OTHER_NUMBER)
        assert take(world, token) is UndoImpossible
        assert states(world, JAMES) == {"0123": "suspended", "0199": "suspended"}
