"""A number that was not proved for long may be somebody else's by now."""

from collections.abc import Callable

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import SecondProofMissing
from tests.unit.world import CHAT, MARIA, World, make_world

DAY = 24 * 3600


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock, number_idle_days=90)


def may_change(world: World) -> bool:
    return world.backend.identification.standing(CHAT).may_change


@pytest.mark.parametrize(("days", "enough"), [(90, True), (91, False)])
def test_an_idle_number_changes_nothing_by_itself(
    world: World, days: int, enough: bool
) -> None:
    world.clock.move(days * DAY)

    world.identify()

    standing = world.backend.identification.standing(CHAT)
    assert standing.may_view
    assert (standing.may_change, standing.is_half) == (enough, not enough)


def test_what_it_does_not_do_asks_for_another_proof(world: World) -> None:
    world.clock.move(91 * DAY)
    world.identify()

    for wish in (
        lambda: world.backend.phone_numbers.change(CHAT),
        lambda: world.backend.totp.enrol(CHAT),
        lambda: world.backend.deletions.schedule(CHAT),
    ):
        with pytest.raises(SecondProofMissing):
            wish()


def test_an_address_beside_it_is_enough(world: World) -> None:
    world.clock.move(91 * DAY)
    world.identify_twice()

    assert may_change(world)


@pytest.mark.parametrize(
    ("prove", "trusted"), [(World.identify_twice, True), (World.identify, False)]
)
def test_only_a_number_that_was_vouched_for_is_trusted_again(
    world: World, prove: Callable[[World], None], trusted: bool
) -> None:
    world.clock.move(91 * DAY)
    prove(world)
    world.clock.move(DAY)
    world.identify()

    assert may_change(world) == trusted


def test_each_proof_keeps_a_number_in_use(world: World) -> None:
    for _ in range(4):
        world.clock.move(60 * DAY)
        world.identify()
        assert may_change(world)


def test_a_session_does_not_make_up_for_it(world: World) -> None:
    world.clock.move(91 * DAY)
    world.identify()
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, CHAT, world.accounts[MARIA], method="session", scope="view"
        )

    assert not may_change(world)
    assert not world.backend.identification.standing(CHAT).may_bind
