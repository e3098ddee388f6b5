"""What is kept, and for how long."""

import pytest

from bot.accounts.models import AuditEvent, PhoneNumber
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.verification.models import Challenge, Meter, Proof, Throttle, Visitor
from tests.unit.world import CHAT, NEW_NUMBER, NOBODY, World, make_world

DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    """A proof, a code to nobody, and a number that was offered."""
    world = make_world(sessions, clock)
    world.identify()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    world.backend.visitors.note(CHAT, "93.184.216.34")
    world.backend.identification.begin(CHAT, NOBODY)
    return world


@pytest.mark.parametrize(
    ("model", "seconds"),
    [
        (Challenge, 600 + DAY),
        (Proof, 900 + DAY),
        (Throttle, 30 * DAY),
        (Meter, 30 * DAY),
        (Visitor, 30 * DAY),
        (AuditEvent, 365 * DAY),
    ],
)
def test_rows_are_kept_to_the_second(
    world: World, model: type[Base], seconds: int
) -> None:
    kept = len(world.rows(model))
    world.clock.move(seconds)
    world.backend.retention.purge()
    assert len(world.rows(model)) == kept > 0
    world.clock.move(1)
    world.backend.retention.purge()
    assert not world.rows(model)


def test_an_offered_number_that_was_not_taken_goes_after_a_day(world: World) -> None:
    world.clock.move(DAY + 1)
    assert world.backend.retention.purge()["phone_number"] == 1
    assert {row.state for row in world.rows(PhoneNumber)} == {"verified"}


def test_a_link_is_known_for_thirty_days_after_its_end(world: World) -> None:
    with world.sessions.begin() as session:
        world.parts.undo_links.offer(session, "deletion", account_id=None)
    world.clock.move(31 * DAY)
    assert world.backend.retention.purge()["undo"] == 0
    world.clock.move(1)
    assert world.backend.retention.purge()["undo"] == 1


def test_what_was_deleted_is_counted(world: World) -> None:
    world.clock.move(366 * DAY)
    assert world.backend.retention.purge() == {
        "throttle": 8,
        "challenge": 3,
        "proof": 1,
        "phone_number": 1,
        "offered_email": 0,
        "email_address": 0,
        "former_email": 0,
        "undo": 0,
        "meter": 3,
        "visitor": 1,
        "audit_event": 4,
        "sign_in": 0,
        "deletion": 0,
    }
    assert set(world.backend.retention.purge().values()) == {0}
