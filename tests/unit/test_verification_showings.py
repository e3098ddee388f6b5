"""Secrets that are shown in a conversation, until its visitor goes on."""

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.models import Showing
from tests.unit.conversing import Stage
from tests.unit.world import CHAT, OTHER_CHAT, World, make_world

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def put(world: World, chat: str = CHAT) -> str:
    with world.sessions.begin() as session:
        return world.backend.showings.put(session, chat, "totp", {"secret": SECRET})


def go_on(world: World, chat: str = CHAT) -> None:
    with world.sessions.begin() as session:
        world.backend.showings.go_on(session, chat)


def read(world: World, *ids: str, chat: str = CHAT) -> dict[str, dict[str, str]]:
    return world.backend.showings.read(chat, ids)


def test_a_secret_is_read_as_often_as_it_is_asked_for(world: World) -> None:
    showing = put(world)
    for _ in range(3):
        assert read(world, showing) == {showing: {"kind": "totp", "secret": SECRET}}


def test_several_secrets_are_read_at_once(world: World) -> None:
    first, second = put(world), put(world)
    assert set(read(world, first, second, "0" * 32)) == {first, second}
    assert read(world) == {}


def test_a_secret_is_kept_encrypted(world: World) -> None:
    put(world)
    (row,) = world.rows(Showing)
    assert SECRET.encode() not in row.body_encrypted


def test_another_conversation_reads_nothing(world: World) -> None:
    showing = put(world)
    assert read(world, showing, chat=OTHER_CHAT) == {}


def test_a_secret_that_was_shown_is_gone_when_its_visitor_goes_on(world: World) -> None:
    showing = put(world)
    read(world, showing)
    go_on(world, OTHER_CHAT)
    assert read(world, showing)
    go_on(world)
    assert read(world, showing) == {}
    assert world.rows(Showing) == []


def test_a_secret_on_its_way_to_a_fast_visitor_stays(world: World) -> None:
    showing = put(world)
    go_on(world)
    assert read(world, showing)


def test_a_secret_is_shown_for_ten_minutes_to_the_second(world: World) -> None:
    showing = put(world)
    world.clock.move(599)
    assert world.backend.showings.forget_expired() == 0
    assert read(world, showing)
    world.clock.move(1)
    assert read(world, showing) == {}
    assert world.backend.showings.forget_expired() == 1
    assert world.rows(Showing) == []


def test_hearing_the_next_line_is_going_on(world: World) -> None:
    talk = Stage(
        world.sessions,
        world.clock,
        world.cipher,
        on_heard=[world.backend.showings.go_on],
    ).conversations
    chat = talk.start()
    talk.hear(chat, text="show me", client_id="c1")
    showing = put(world, chat)
    read(world, showing, chat=chat)

    talk.hear(chat, text="show me", client_id="c1")
    assert read(world, showing, chat=chat), "the same line again is no next line"
    talk.hear(chat, text="thanks", client_id="c2")
    assert read(world, showing, chat=chat) == {}
