"""Taking a change of e-mail address back, with what came after it."""

import pyotp
import pytest

from bot.accounts.errors import UndoExpired, UndoImpossible, UndoUsed
from bot.accounts.models import AuditEvent, EmailAddress
from bot.accounts.undoing import Undoing
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import ProofMissing
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
)

FIRST, SECOND = "first@thief.example", "second@thief.example"
DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def service(world: World) -> Undoing:
    return undoing(world)


def change(world: World, address: str, chat: str = CHAT, which: str = "1") -> None:
    world.backend.emails.offer(chat, address, which=which)
    world.backend.emails.confirm(chat, world.code_to(address))
    world.backend.emails.change(chat)
    world.clock.move(60)


@pytest.fixture
def token(world: World) -> str:
    """Of the change from Maria's own address to a first one."""
    world.identify()
    change(world, FIRST)
    return token_to(world, MARIA)


def addresses(world: World, email: str = MARIA) -> set[str]:
    with world.sessions() as session:
        rows = world.parts.directory.emails(session, world.accounts[email])
    return {row.value for row in rows}


def test_the_old_address_is_back_and_the_new_one_is_gone(
    world: World, service: Undoing, token: str
) -> None:
    assert service.take(token) == "email_changed"
    assert addresses(world) == {MARIA}
    assert FIRST not in {row.masked for row in world.rows(EmailAddress)}
    assert len(world.rows(EmailAddress)) == 3


def test_everybody_has_to_prove_who_they_are_again(
    world: World, service: Undoing, token: str
) -> None:
    service.take(token)
    assert outcome(world.backend.emails.view, CHAT) is ProofMissing


def test_the_owner_is_told_and_the_new_address_is_not(
    world: World, service: Undoing, token: str
) -> None:
    service.take(token)
    assert "Se deshizo un cambio" in world.sent_to(MARIA)[-1].text
    assert all("deshizo" not in message.text for message in world.sent_to(FIRST))
    assert len(world.rows(AuditEvent, AuditEvent.name == "undone")) == 1


def test_a_link_is_good_for_a_day_and_once(
    world: World, service: Undoing, token: str
) -> None:
    service.take(token)
    assert outcome(service.take, token) is UndoUsed


def test_a_link_expires_to_the_second(
    world: World, service: Undoing, token: str
) -> None:
    world.clock.move(DAY - 60)
    assert outcome(service.take, token) is UndoExpired
    assert addresses(world) == {FIRST}


def test_later_changes_go_with_it(world: World, service: Undoing, token: str) -> None:
    change(world, SECOND)
    thiefs = token_to(world, FIRST)
    service.take(token)
    assert addresses(world) == {MARIA}
    assert outcome(service.take, thiefs) is UndoUsed
    assert addresses(world) == {MARIA}


def test_an_address_that_came_back_meanwhile_stays(
    world: World, service: Undoing, token: str
) -> None:
    change(world, MARIA)
    service.take(token)
    assert addresses(world) == {MARIA}


def test_the_second_change_alone_can_be_taken_back(
    world: World, service: Undoing, token: str
) -> None:
    change(world, SECOND)
    service.take(token_to(world, FIRST))
    assert addresses(world) == {FIRST}
    service.take(token)
    assert addresses(world) == {MARIA}


def test_changes_of_two_addresses_are_taken_back_in_any_order(
    world: World, service: Undoing
) -> None:
    other = "ana@work.example"
    with world.sessions.begin() as session:
        account = world.accounts[MARIA]
        session.add(world._email(account, other, world.clock.now()))
    world.identify()
    change(world, FIRST, which=MARIA)
    first = token_to(world, MARIA)
    change(world, SECOND, which=other)
    second = token_to(world, other)
    assert first != second
    service.take(second)
    assert addresses(world) == {FIRST, other}
    service.take(first)
    assert addresses(world) == {MARIA, other}


def test_an_app_that_was_connected_after_the_change_goes_too(
    world: World, service: Undoing, token: str
) -> None:
    world.prove_by_email(FIRST)
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    world.backend.totp.confirm(CHAT, app.at(world.clock.now()))
    service.take(token)
    assert world.authenticator("totp").disabled_at is not None


def test_an_address_that_is_not_kept_any_more_cannot_come_back(
    world: World, service: Undoing, token: str
) -> None:
    with world.sessions.begin() as session:
        session.query(EmailAddress).filter(
            EmailAddress.removed_at.is_not(None)
        ).delete()
    assert outcome(service.take, token) is UndoImpossible
    assert addresses(world) == {FIRST}


def test_the_address_that_came_is_free_for_others(
    world: World, service: Undoing, token: str
) -> None:
    service.take(token)
    world.identify(JAMES, JAMES_NUMBER, chat=OTHER_CHAT)
    change(world, FIRST, chat=OTHER_CHAT)
    assert addresses(world, JAMES) == {FIRST}


def test_what_was_offered_is_void(world: World, service: Undoing, token: str) -> None:
    world.backend.emails.offer(CHAT, SECOND)
    service.take(token)
    with world.sessions() as session:
        account = world.accounts[MARIA]
        assert world.parts.new_emails.offered(session, CHAT, account) is None
