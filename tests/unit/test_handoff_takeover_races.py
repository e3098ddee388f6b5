"""A hundred times an agent takes over from an answer: none comes after."""

from collections.abc import Callable

from bot.clock import ManualClock
from bot.conversations.lines import BACK
from bot.database import Sessions
from bot.handoff.desk import Colleague
from bot.handoff.errors import TakenAlready
from bot.handoff.models import HandoffRequest
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import at_once

RACES = 100


def race(desk: DeskWorld, chat: str, lee: Colleague, kim: Colleague) -> None:
    """An answer, an agent, a second agent and a wish for one, all at once."""
    seq = desk.say("something slow", chat)
    deeds: tuple[Callable[[], object], ...] = (
        lambda: desk.answer(seq, chat=chat),
        lambda: desk.team.desk.take(chat, lee),
        lambda: desk.team.desk.take(chat, kim),
        lambda: desk.team.requests.ask(chat, "talk_to_human"),
    )
    at_once(lambda turn: deeds[turn](), times=len(deeds))


def test_no_line_of_the_assistant_comes_after_the_take_over(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(each_database, clock)
    lee, kim = desk.agent("Lee"), desk.agent("Kim")
    for number in range(RACES):
        chat = f"chat-{number}"
        desk.start(chat)
        race(desk, chat, lee, kim)
        check(desk, chat)


def check(desk: DeskWorld, chat: str) -> None:
    lines = desk.lines(chat)
    joined = [line for line in lines if line.data.get("event") == "joined"]
    assert len(joined) == 1
    after = [line.author for line in lines if line.seq > joined[0].seq]
    assert "bot" not in after
    (request,) = desk.requests(chat)
    assert request.state == "taken"
    assert desk.owner(chat) == "agent"


def test_of_fifty_agents_one_takes_it(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(each_database, clock)
    agents = [desk.agent(f"Agent{number}") for number in range(50)]
    desk.ask("conversation-1")
    outcomes = at_once(lambda turn: desk.team.desk.take("conversation-1", agents[turn]))
    assert outcomes.count(TakenAlready) == 49
    (request,) = desk.requests()
    name = desk.conversations.read("conversation-1").owner_name
    assert request.agent_id == f"agent-{str(name).lower()}"


def test_of_fifty_wishes_at_once_one_request_comes(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(each_database, clock)
    outcomes = at_once(
        lambda _: desk.team.requests.ask("conversation-1", "talk_to_human")
    )
    assert [asked.new for asked in outcomes].count(True) == 1
    assert len(desk.world.rows(HandoffRequest)) == 1


def test_who_goes_back_while_an_agent_takes_ends_with_one_of_them(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(each_database, clock)
    lee = desk.agent()
    for number in range(20):
        chat = f"chat-{number}"
        desk.start(chat)
        desk.ask(chat)
        deeds = (
            lambda chat=chat: desk.conversations.hear(chat, payload=BACK),
            lambda chat=chat: desk.team.desk.take(chat, lee),
        )
        at_once(lambda turn, deeds=deeds: deeds[turn](), times=2)
        assert desk.owner(chat) == "agent"
        (request,) = desk.requests(chat)
        assert (request.state, request.agent_id) == ("taken", lee.id)
