"""Numbers that are put beside the others."""

import pytest

from bot.accounts.errors import NumberUnchanged
from bot.accounts.models import AuditEvent, PhoneNumber
from bot.accounts.numbers import Changed
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import PossessionMissing
from bot.verification.models import Authenticator
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
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


def add(world: World, number: str = NEW_NUMBER, chat: str = CHAT) -> object:
    """Offer, prove and put on one more number, for whoever is proved there."""
    world.backend.phone_numbers.offer(chat, number, adds=True)
    world.backend.phone_numbers.confirm(chat, world.code_to(number))
    return outcome(world.backend.phone_numbers.change, chat)


def states(world: World, email: str = MARIA) -> dict[str, str]:
    rows = world.rows(PhoneNumber, PhoneNumber.account_id == world.accounts[email])
    return {row.masked[-4:]: "codes" if row.gets_codes else row.state for row in rows}


def test_it_replaces_nothing_and_the_codes_stay(world: World) -> None:
    world.identify()
    assert add(world) == Changed(None, "•••-•••-0177", gets_codes=False)
    assert states(world) == {"0143": "codes", "0177": "verified"}


def test_none_of_several_numbers_has_to_be_meant(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    assert isinstance(add(world), Changed)
    assert states(world, JAMES) == {
        "0123": "codes",
        "0199": "verified",
        "0177": "verified",
    }


def test_the_first_one_gets_the_codes(world: World) -> None:
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, CHAT, world.accounts[OMAR], method="totp", scope="change"
        )
    assert add(world) == Changed(None, "•••-•••-0177", gets_codes=True)


def test_it_proves_who_is_there_from_then_on(world: World) -> None:
    world.identify()
    add(world)
    world.clock.move(60)
    world.identify(NEW_NUMBER, NEW_NUMBER, OTHER_CHAT)
    assert world.backend.identification.standing(OTHER_CHAT).may_change
    rows = world.rows(Authenticator, Authenticator.account_id == world.accounts[MARIA])
    assert [row.disabled_at for row in rows] == [None, None]


def test_every_address_is_told_with_a_link_and_the_number_is_not(
    world: World,
) -> None:
    world.identify()
    add(world)
    text = world.sent_to(MARIA)[-1].text
    assert "añadió" in text and "/undo/" in text
    assert all(sent.purpose != "notice" for sent in world.sent_to(MARIAS_NUMBER))


def test_it_is_noted(world: World) -> None:
    world.identify()
    add(world)
    (event,) = world.rows(AuditEvent, AuditEvent.name == "number_added")
    assert event.data["old_id"] is None


def test_the_number_of_the_account_is_refused(world: World) -> None:
    world.identify()

    def work() -> object:
        return world.backend.phone_numbers.offer(CHAT, MARIAS_NUMBER, adds=True)

    assert outcome(work) is NumberUnchanged


def test_it_needs_proof_of_the_number(world: World) -> None:
    world.identify()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, adds=True)
    assert outcome(world.backend.phone_numbers.change, CHAT) is PossessionMissing
