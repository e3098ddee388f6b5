"""Numbers that are stopped, and accounts that are secured, on little proof."""

import pytest

from bot.accounts.errors import NothingToSuspend, WhichNumber
from bot.accounts.models import AuditEvent, PhoneNumber, Undo
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import NoCodePending, ProofMissing
from bot.verification.models import Authenticator, Method, Proof
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OMAR,
    OTHER_CHAT,
    World,
    at_once,
    make_world,
    outcome,
)

HOUR = 3600


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def prove(
    world: World, email: str = MARIA, *, method: Method = "email", chat: str = CHAT
) -> None:
    """Let a conversation look at an account, behind the backend's back."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, chat, world.accounts[email], method=method, scope="view"
        )


def suspend(world: World, which: str | None = None) -> object:
    return outcome(world.backend.suspension.suspend, CHAT, which)


def states(world: World, email: str) -> dict[str, tuple[str, bool]]:
    """The account's numbers: last digits -> state, and whether it gets codes."""
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {row.masked[-4:]: (row.state, row.gets_codes) for row in rows}


def usable(world: World, email: str) -> int:
    return len(
        world.rows(
            Authenticator,
            Authenticator.account_id == world.accounts[email],
            Authenticator.disabled_at.is_(None),
        )
    )


class TestSuspend:
    """A number that gets no more codes."""

    def test_it_needs_a_proof(self, world: World) -> None:
        assert suspend(world) is ProofMissing
        assert states(world, MARIA) == {"0143": ("verified", True)}

    @pytest.mark.parametrize("method", ["email", "recovery_code", "session"])
    def test_one_proof_of_any_kind_is_enough(
        self, world: World, method: Method
    ) -> None:
        prove(world, method=method)
        assert suspend(world) == ("•••-•••-0143",)
        assert states(world, MARIA) == {"0143": ("suspended", False)}
        assert usable(world, MARIA) == 0

    def test_all_numbers_are_meant_unless_one_is(self, world: World) -> None:
        prove(world, JAMES)
        assert suspend(world) == ("•••-•••-0123", "•••-•••-0199")
        assert usable(world, JAMES) == 0

    def test_another_number_gets_the_codes_of_the_one_that_is_meant(
        self, world: World
    ) -> None:
        prove(world, JAMES)
        assert suspend(world, "1") == ("•••-•••-0123",)
        assert states(world, JAMES) == {
            "0123": ("suspended", False),
            "0199": ("verified", True),
        }
        assert usable(world, JAMES) == 1

    def test_which_of_several_has_to_be_clear(self, world: World) -> None:
        prove(world, JAMES)
        assert suspend(world, "0000") is WhichNumber
        assert usable(world, JAMES) == 2

    @pytest.mark.parametrize("email", [OMAR, MARIA])
    def test_without_a_verified_number_there_is_nothing_to_suspend(
        self, world: World, email: str
    ) -> None:
        prove(world, email)
        if email == MARIA:
            suspend(world)
        assert suspend(world) is NothingToSuspend

    def test_a_code_on_its_way_to_it_proves_nothing(self, world: World) -> None:
        world.backend.identification.begin(OTHER_CHAT, MARIA)
        code = world.code_to(MARIAS_NUMBER)
        prove(world)
        suspend(world)
        checked = outcome(world.backend.identification.check, OTHER_CHAT, code)
        assert checked is NoCodePending

    def test_what_the_phone_proved_elsewhere_is_void(self, world: World) -> None:
        world.identify(chat=OTHER_CHAT)
        prove(world)
        suspend(world)
        assert not world.backend.identification.standing(OTHER_CHAT).may_view
        assert world.backend.identification.standing(CHAT).may_view

    def test_it_gets_no_code_any_more(self, world: World) -> None:
        prove(world)
        suspend(world)
        world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
        world.clock.move(60)
        world.backend.identification.begin(OTHER_CHAT, MARIA)
        assert not world.sent_to(MARIAS_NUMBER)

    def test_the_owner_is_told_by_email_and_not_by_the_number(
        self, world: World
    ) -> None:
        prove(world, JAMES)
        suspend(world)
        (notice,) = world.sent_to(JAMES)
        assert "0123, 0199" in notice.text and "/undo/" in notice.text
        assert not world.sent_to(JAMES_NUMBER)
        assert not world.sent_to(JAMES_OTHER_NUMBER)

    def test_it_is_noted_without_the_number(self, world: World) -> None:
        prove(world)
        suspend(world)
        (event,) = world.rows(AuditEvent, AuditEvent.name == "number_suspended")
        assert event.account_id == world.accounts[MARIA]
        assert "0143" not in str(event.data)

    def test_the_link_names_what_was_suspended_and_what_got_the_codes(
        self, world: World
    ) -> None:
        prove(world, JAMES)
        suspend(world)
        (undo,) = world.rows(Undo)
        numbers = world.rows(
            PhoneNumber, PhoneNumber.account_id == world.accounts[JAMES]
        )
        assert undo.kind == "number_suspended"
        assert set(undo.data["numbers"].split()) == {row.id for row in numbers}
        first = next(row for row in numbers if row.masked.endswith("0123"))
        assert undo.data["codes_id"] == first.id

    def test_the_link_turns_the_codes_on_again(self, world: World) -> None:
        prove(world, JAMES)
        suspend(world)
        world.clock.move(HOUR)
        undoing(world).take(token_to(world, JAMES))
        assert states(world, JAMES) == {
            "0123": ("verified", True),
            "0199": ("verified", False),
        }
        world.backend.identification.begin(OTHER_CHAT, JAMES)
        code = world.code_to(JAMES_NUMBER)
        assert world.backend.identification.check(OTHER_CHAT, code).may_change

    def test_two_proofs_put_a_new_number_in_its_place(self, world: World) -> None:
        prove(world, method="recovery_code")
        suspend(world)
        world.prove_by_email()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.backend.phone_numbers.confirm(CHAT, world.code_to(NEW_NUMBER))
        changed = world.backend.phone_numbers.change(CHAT)
        assert (changed.old_masked, changed.new_masked) == (None, "•••-•••-0177")
        assert states(world, MARIA) == {
            "0143": ("suspended", False),
            "0177": ("verified", True),
        }
        assert not world.sent_to(MARIAS_NUMBER)

    def test_a_phone_that_was_found_is_proved_anew(self, world: World) -> None:
        prove(world, method="recovery_code")
        suspend(world)
        world.prove_by_email()
        world.backend.phone_numbers.offer(CHAT, MARIAS_NUMBER)
        world.backend.phone_numbers.confirm(CHAT, world.code_to(MARIAS_NUMBER))
        world.backend.phone_numbers.change(CHAT)
        assert usable(world, MARIA) == 1


class TestSecure:
    """An account that somebody else may be in."""

    def test_it_needs_a_proof(self, world: World) -> None:
        assert outcome(world.backend.suspension.secure, CHAT) is ProofMissing

    def test_every_other_conversation_starts_anew(self, world: World) -> None:
        world.identify(chat=OTHER_CHAT)
        prove(world)
        world.backend.suspension.secure(CHAT)
        (live,) = world.rows(Proof, Proof.revoked_at.is_(None))
        assert live.conversation_id == CHAT

    def test_no_code_on_its_way_counts(self, world: World) -> None:
        world.identify(chat=OTHER_CHAT)
        world.backend.phone_numbers.offer(OTHER_CHAT, NEW_NUMBER)
        world.clock.move(60)
        world.backend.identification.begin("chat-3", MARIA)
        prove(world)
        world.backend.suspension.secure(CHAT)
        for chat in (OTHER_CHAT, "chat-3"):
            standing = world.backend.identification.standing(chat)
            assert not standing.code_pending

    def test_numbers_stay_as_they_are(self, world: World) -> None:
        prove(world)
        world.backend.suspension.secure(CHAT)
        assert states(world, MARIA) == {"0143": ("verified", True)}

    def test_the_owner_is_told_and_it_is_noted(self, world: World) -> None:
        prove(world)
        world.backend.suspension.secure(CHAT)
        (notice,) = world.sent_to(MARIA)
        assert "Se protegió su cuenta" in notice.text
        assert len(world.rows(AuditEvent, AuditEvent.name == "account_secured")) == 1


def test_one_of_fifty_suspensions_is_made(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    prove(world)
    outcomes = at_once(lambda turn: suspend(world))
    assert outcomes.count(("•••-•••-0143",)) == 1
    assert outcomes.count(NothingToSuspend) == 49
    assert len(world.sent_to(MARIA)) == 1
