"""Links that take a change back: which count, and that each counts once."""

from datetime import timedelta

import pytest

from bot.accounts.errors import UndoExpired, UndoImpossible, UndoUnknown, UndoUsed
from bot.accounts.models import Account, AuditEvent, PhoneNumber
from bot.accounts.undoing import Undoing, UndoView
from bot.clock import ManualClock
from bot.database import Sessions
from tests.unit.undoing import token_to, undo_of, undoing
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    World,
    make_world,
    outcome,
)

DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    """Maria's number was changed."""
    world = make_world(sessions, clock)
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    return world


@pytest.fixture
def token(world: World) -> str:
    return token_to(world, MARIAS_NUMBER)


@pytest.fixture
def service(world: World) -> Undoing:
    return undoing(world)


def gets_codes(world: World) -> str:
    (number,) = world.rows(
        PhoneNumber,
        PhoneNumber.account_id == world.accounts[MARIA],
        PhoneNumber.gets_codes,
    )
    return number.masked[-4:]


def test_the_old_number_and_every_address_get_the_same_link(
    world: World, token: str
) -> None:
    assert token_to(world, MARIA) == token


def test_the_new_number_gets_no_link(world: World) -> None:
    assert not any("/undo/" in sent.text for sent in world.sent_to(NEW_NUMBER))


def test_looking_tells_what_it_is_and_until_when(
    world: World, service: Undoing, token: str
) -> None:
    until = world.clock.now() + timedelta(days=1)
    assert service.look(token) == UndoView("number_changed", "open", until)


def test_looking_changes_nothing(world: World, service: Undoing, token: str) -> None:
    for _ in range(3):
        service.look(token)
    assert gets_codes(world) == "0177"
    assert undo_of(world, token).used_at is None


def test_taking_it_says_what_was_taken_back(service: Undoing, token: str) -> None:
    assert service.take(token) == "number_changed"
    assert service.look(token).state == "used"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ñ" * 43, "A" * 10_000])
def test_a_token_that_nobody_was_sent_is_unknown(service: Undoing, token: str) -> None:
    assert outcome(service.look, token) is UndoUnknown
    assert outcome(service.take, token) is UndoUnknown


def test_the_hash_in_the_row_is_no_token(
    world: World, service: Undoing, token: str
) -> None:
    assert outcome(service.take, undo_of(world, token).token_hash) is UndoUnknown


def test_a_link_counts_for_a_day_to_the_second(
    world: World, service: Undoing, token: str
) -> None:
    world.clock.move(DAY - 1)
    assert service.look(token).state == "open"
    world.clock.move(1)
    assert service.look(token).state == "expired"
    assert outcome(service.take, token) is UndoExpired
    assert gets_codes(world) == "0177"


def test_a_link_counts_in_its_last_second(
    world: World, service: Undoing, token: str
) -> None:
    world.clock.move(DAY - 1)
    assert service.take(token) == "number_changed"


def test_a_link_counts_once(world: World, service: Undoing, token: str) -> None:
    service.take(token)
    assert outcome(service.take, token) is UndoUsed
    world.clock.move(DAY)
    assert outcome(service.take, token) is UndoUsed
    assert len(world.rows(AuditEvent, AuditEvent.name == "undone")) == 1


def test_a_link_of_a_closed_account_takes_nothing_back(
    world: World, service: Undoing, token: str
) -> None:
    with world.sessions.begin() as session:
        session.get_one(Account, world.accounts[MARIA]).status = "closed"
    assert outcome(service.take, token) is UndoImpossible
    assert undo_of(world, token).used_at is None


def test_it_is_noted_without_personal_data(
    world: World, service: Undoing, token: str
) -> None:
    service.take(token)
    (event,) = world.rows(AuditEvent, AuditEvent.name == "undone")
    assert event.account_id == world.accounts[MARIA]
    assert event.data == {"kind": "number_changed"}


def test_a_failure_leaves_the_link_and_the_change(
    world: World, service: Undoing, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.parts.notices, "mail", fail)
    assert outcome(service.take, token) is RuntimeError
    monkeypatch.undo()
    assert gets_codes(world) == "0177"
    assert service.take(token) == "number_changed"
