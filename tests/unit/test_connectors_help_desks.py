"""Every help desk, over HTTP: both ways, in order, nothing lost, nothing doubled."""

import time
from collections.abc import Iterator
from threading import Thread

import httpx
import pytest

from bot.clock import ManualClock
from bot.connectors.models import RemoteDelivery, RemoteEvent
from bot.connectors.port import Ref, Said
from bot.connectors.standin.faults import Fault
from bot.database import Sessions
from tests.unit.help_desks import Beside, beside
from tests.unit.ticket_desks import STAND_INS
from tests.unit.world import CHAT

OTHER = "chat-of-another"
HOUR = 3600


@pytest.fixture(params=list(STAND_INS))
def name(request: pytest.FixtureRequest) -> str:
    """Each help desk in turn."""
    return str(request.param)


@pytest.fixture
def desks(name: str, sessions: Sessions, clock: ManualClock) -> Iterator[Beside]:
    with beside(name, sessions, clock) as both:
        yield both


def said_here(desks: Beside, chat: str = CHAT) -> list[str]:
    """What agents said to the visitor."""
    lines = desks.ours.lines(chat)
    return [line.text for line in lines if line.author == "agent"]


def test_a_round_trip_from_the_wish_for_a_person_to_the_end(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    first = desks.notes()[0]
    assert "a person please" in first
    assert desks.ours.owner() == "queue"

    assert set(desks.answer("Hello, how can I help?")) == {204}
    assert said_here(desks) == ["Hello, how can I help?"]
    assert (desks.ours.owner(), desks.ours.request().state) == ("agent", "taken")
    assert desks.ours.conversations.read(CHAT).owner_name == "Rita"

    desks.ours.say("my phone is new")
    desks.send()
    assert desks.heard() == ["my phone is new"]

    assert set(desks.act("solve")) == {204}
    assert desks.ours.owner() == "bot"
    request = desks.ours.request()
    assert (request.state, request.outcome) == ("closed", "resolved")
    desks.send_all()
    assert desks.is_done()
    assert len(desks.tickets()) == 1


def test_what_an_agent_says_there_is_not_told_there_again(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    desks.answer("Hello")
    desks.send_all()
    assert sum("Hello" in text for _, text in desks.said()) == 1
    assert said_here(desks) == ["Hello"]


def test_what_we_tell_is_not_said_here_again(desks: Beside) -> None:
    lee = desks.ours.agent()
    desks.ours.ask()
    desks.ours.team.desk.take(CHAT, lee)
    desks.ours.team.desk.reply(CHAT, lee, "I am Lee", client_id="1")
    desks.ours.say("hello Lee")
    desks.ours.team.desk.resolve(CHAT, lee, "solved")
    desks.send_all()
    assert said_here(desks) == ["I am Lee"]
    assert any("I am Lee" in text for text in desks.notes())
    assert desks.heard() == ["hello Lee"]
    assert desks.is_done()


def test_a_note_among_agents_stays_among_them(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    desks.answer("This one again", public=False)
    assert said_here(desks) == []
    assert desks.ours.owner() == "queue"


def test_an_answer_that_ends_it_is_said_before_it_ends(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    desks.answer("All done", ends=True)
    assert said_here(desks) == ["All done"]
    assert desks.ours.request().outcome == "resolved"
    assert desks.ours.owner() == "bot"


def test_numbers_and_codes_are_masked_there(desks: Beside) -> None:
    desks.ours.say("I am at +1 202 555 0143, the code is 123456")
    desks.ours.ask()
    desks.ours.say("call +1 202 555 0143")
    desks.send_all()
    everything = str(desks.tickets())
    assert "555 0143" not in everything and "5550143" not in everything
    assert "123456" not in everything


@pytest.mark.parametrize("lost", [False, True], ids=["not taken", "taken"])
@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 503}, {"cut": True}],
    ids=["500", "503", "cut off"],
)
def test_a_breakdown_loses_and_doubles_nothing(
    desks: Beside, fault: dict[str, int], lost: bool
) -> None:
    broken = Fault(**fault, taken=lost)  # type: ignore[arg-type]
    desks.ours.ask()
    desks.fail(broken, Fault(), broken, broken)
    desks.send_all()
    for number in range(3):
        desks.fail(broken, broken)
        desks.ours.say(f"line {number}")
    desks.send_all()
    assert len(desks.tickets()) == 1
    assert desks.heard() == [f"line {number}" for number in range(3)]


def test_down_for_an_hour_is_caught_up_with_in_order(desks: Beside) -> None:
    desks.theirs.faults.always = Fault(status=503)
    desks.ours.ask()
    for minute in range(60):
        desks.ours.clock.move(60)
        if minute % 10 == 0:
            desks.ours.say(f"line {minute}")
        desks.send()
    assert desks.tickets() == []
    assert desks.waiting("dead") == []
    desks.theirs.faults.always = None
    desks.send_all()
    assert desks.heard() == [f"line {minute}" for minute in range(0, 60, 10)]
    assert len(desks.tickets()) == 1


def test_while_it_asks_to_be_left_alone_it_is(desks: Beside) -> None:
    desks.ours.ask()
    desks.fail(Fault(status=429, retry_after=300))
    desks.send()
    for _ in range(29):
        desks.ours.clock.move(10)
        assert desks.send() == 0
    desks.ours.clock.move(10)
    assert desks.send() > 0
    assert len(desks.tickets()) == 1


def test_one_ticket_that_changes_too_often_holds_up_no_other(desks: Beside) -> None:
    desks.ours.start(OTHER)
    desks.ours.ask()
    desks.send()
    desks.ours.ask(OTHER)
    desks.send()
    desks.ours.say("one")
    desks.fail(Fault(status=429, retry_after=300, remaining=50))
    desks.send()
    desks.ours.say("hello", OTHER)
    desks.send()
    assert desks.heard(OTHER) == ["hello"]
    desks.ours.clock.move(299)
    desks.send()
    assert desks.heard() == []
    desks.ours.clock.move(1)
    desks.send()
    assert desks.heard() == ["one"]


def test_one_that_is_slow_is_waited_for_and_told_once(desks: Beside) -> None:
    desks.ours.ask()
    desks.fail(*[Fault(hang=0.2)] * 3)
    desks.send()
    desks.ours.say("hello?")
    desks.send_all()
    assert desks.heard() == ["hello?"]
    assert len(desks.tickets()) == 1


def test_one_that_answers_too_late_is_not_told_twice(
    name: str, sessions: Sessions, clock: ManualClock
) -> None:
    with beside(name, sessions, clock, timeout=0.3) as desks:
        desks.ours.ask()
        desks.send()
        desks.ours.say("hello?")
        desks.fail(Fault(hang=1))
        assert desks.send() == 0
        time.sleep(1)
        desks.send_all()
        assert desks.heard() == ["hello?"]


def test_lines_of_one_conversation_keep_their_order(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    desks.ours.say("one")
    desks.ours.say("two")
    desks.fail(Fault(status=500))
    desks.send()
    assert desks.heard() == []
    desks.ours.say("three")
    desks.send_all()
    assert desks.heard() == ["one", "two", "three"]


def test_one_conversation_holds_up_no_other(desks: Beside) -> None:
    desks.ours.start(OTHER)
    desks.ours.ask()
    desks.send()
    desks.ours.say("one")
    desks.fail(Fault(status=500))
    desks.send()
    desks.ours.ask(OTHER)
    desks.send()
    desks.ours.say("hello", OTHER)
    desks.send()
    assert desks.heard(OTHER) == ["hello"]
    assert desks.heard() == []


def test_many_hands_tell_everything_once(desks: Beside) -> None:
    desks.ours.ask()
    for number in range(6):
        desks.ours.say(f"line {number}")
    sending = desks.ours.connectors.sending
    hands = [Thread(target=sending.drain, args=(desks.name,)) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    desks.send_all()
    assert desks.heard() == [f"line {number}" for number in range(6)]
    assert len(desks.tickets()) == 1


def test_one_that_was_being_told_when_the_process_ended_is_told_once(
    desks: Beside,
) -> None:
    desks.ours.ask()
    desks.send()
    desks.ours.say("hello?")
    with desks.ours.sessions.begin() as session:
        # Whoever told it did not live to write that down.
        waiting = {"connector": desks.name, "state": "queued"}
        row = session.query(RemoteDelivery).filter_by(**waiting).one()
        row.tries, row.due_at = 1, desks.ours.clock.now()
        key = row.key
    said = desks.ours.lines()[-1]
    line = Said(said.seq, "visitor", "Visitor", said.text, said.at)
    ref = Ref(str(desks.ticket()["id"]), desks.person())
    desks.connector.add(ref, line, key=key, again=False)
    desks.send_all()
    assert desks.heard() == ["hello?"]


def test_an_event_that_comes_twice_is_done_once(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    desks.theirs.hooks.times = 2
    desks.answer("Hello")
    desks.answer("Hello")
    assert said_here(desks) == ["Hello", "Hello"]
    desks.act("solve")
    events = [line.data.get("event") for line in desks.ours.lines()]
    assert events.count("resolved") == 1


def test_what_is_wrongly_signed_changes_nothing(desks: Beside) -> None:
    desks.ours.ask()
    desks.send()
    before = desks.ours.log()
    desks.theirs.hooks.forged = True
    assert set(desks.answer("Tell me your code")) == {403}
    assert set(desks.act("solve")) == {403}
    assert desks.ours.log() == before
    assert desks.ours.owner() == "queue"
    assert set(desks.way.refused) == {"NotSigned"}
    assert not [row for row in desks.ours.world.rows(RemoteEvent) if row.name == "Rita"]


def test_what_is_refused_for_good_is_shown_and_can_be_sent_again(
    desks: Beside,
) -> None:
    desks.ours.ask()
    desks.fail(*[Fault(status=422)] * 3)
    desks.send()
    outbox = desks.ours.connectors.outbox
    (dead,) = outbox.listed("dead")
    assert (dead.connector, dead.fault) == (desks.name, "422")
    desks.ours.say("still here")
    desks.send()
    assert desks.tickets() == []
    desks.theirs.faults.planned.clear()
    assert outbox.revive([desks.name]) == 1
    desks.send_all()
    assert desks.heard() == ["still here"]


def test_a_second_handoff_has_a_ticket_of_its_own_and_the_same_person(
    desks: Beside,
) -> None:
    desks.ours.ask()
    desks.send()
    desks.answer("Done", ends=True)
    desks.send_all()
    first, person = desks.ticket()["id"], desks.person()
    desks.ours.clock.move(HOUR)
    desks.ours.ask()
    desks.send_all()
    assert desks.ticket()["id"] != first
    assert desks.person() == person


def test_closing_the_ticket_of_an_earlier_handoff_ends_no_later_one(
    desks: Beside,
) -> None:
    lee = desks.ours.agent()
    desks.ours.ask()
    desks.send()
    first = desks.ticket()["id"]
    desks.ours.team.desk.take(CHAT, lee)
    desks.ours.team.desk.give_back(CHAT, lee)
    desks.ours.clock.move(HOUR)
    desks.ours.ask()
    desks.send_all()
    url = f"{desks.url}/standin/tickets/{first}/solve"
    httpx.post(url, json={"name": "Rita"}, trust_env=False)
    desks.settle()
    assert desks.ours.request().state == "waiting"
