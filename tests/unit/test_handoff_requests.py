"""Conversations that wait for a person."""

import pytest

from bot.accounts.models import AuditEvent
from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.handoff.models import HandoffRequest
from bot.handoff.requests import HandoffAsked
from tests.unit.world import CHAT, OTHER_CHAT, World, make_world, outcome


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    world = make_world(sessions, clock)
    for chat in (CHAT, OTHER_CHAT):
        start(world, chat)
    return world


def start(world: World, chat: str) -> None:
    now = world.clock.now()
    with world.sessions.begin() as session:
        session.add(
            Conversation(
                id=chat, channel="web", language="es", created_at=now, last_at=now
            )
        )


def ask(world: World, chat: str = CHAT) -> HandoffAsked:
    return world.handoff.requests.ask(chat, "talk_to_human")


def test_the_first_in_line_has_nobody_ahead(world: World) -> None:
    assert ask(world) == HandoffAsked(new=True, ahead=0)


def test_a_second_time_the_place_is_kept(world: World) -> None:
    ask(world)
    world.clock.move(1)
    ask(world, OTHER_CHAT)
    world.clock.move(1)
    assert ask(world) == HandoffAsked(new=False, ahead=0)
    assert ask(world, OTHER_CHAT) == HandoffAsked(new=False, ahead=1)
    assert len(world.rows(HandoffRequest)) == 2


def test_who_was_helped_does_not_wait_any_more(world: World) -> None:
    ask(world, OTHER_CHAT)
    ask(world)
    with world.sessions.begin() as session:
        session.query(HandoffRequest).update({"state": "closed"})
    world.clock.move(1)
    assert ask(world) == HandoffAsked(new=True, ahead=0)


def test_whoever_is_with_an_agent_asks_for_nothing_new(world: World) -> None:
    ask(world)
    with world.sessions.begin() as session:
        session.query(HandoffRequest).update({"state": "taken"})
    world.clock.move(1)
    assert ask(world) == HandoffAsked(new=False, ahead=0)
    assert len(world.rows(HandoffRequest)) == 1


def test_a_request_says_what_was_proved_and_in_which_language(world: World) -> None:
    ask(world)
    world.identify(chat=OTHER_CHAT)
    ask(world, OTHER_CHAT)
    asked = {row.conversation_id: row for row in world.rows(HandoffRequest)}
    assert (asked[CHAT].proved, asked[OTHER_CHAT].proved) == ("none", "change")
    assert {row.language for row in asked.values()} == {"es"}
    assert {row.reason for row in asked.values()} == {"talk_to_human"}


def test_an_old_proof_lets_look_only(world: World) -> None:
    world.identify()
    world.clock.move(301)
    ask(world)
    (asked,) = world.rows(HandoffRequest)
    assert asked.proved == "view"


def test_the_bot_goes_on_meanwhile(world: World) -> None:
    ask(world)
    (conversation,) = world.rows(Conversation, Conversation.id == CHAT)
    assert conversation.owner == "bot"


def test_it_is_noted_once(world: World) -> None:
    ask(world)
    ask(world)
    (event,) = world.rows(AuditEvent, AuditEvent.name == "handoff_requested")
    assert event.data == {"reason": "talk_to_human"}


def test_a_conversation_that_is_not_there_is_refused(world: World) -> None:
    assert outcome(ask, world, "nowhere") is ConversationUnknown


def test_a_request_goes_with_its_conversation(world: World) -> None:
    ask(world)
    with world.sessions.begin() as session:
        session.delete(session.get_one(Conversation, CHAT))
    assert not world.rows(HandoffRequest)
