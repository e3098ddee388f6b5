"""What agents do in a help desk, here: by the rules of the desk, and once."""

from dataclasses import dataclass, field

import pytest

from bot.agents.models import DeskAudit
from bot.clock import ManualClock
from bot.connectors.errors import ConnectorUnknown
from bot.connectors.inbound import PATIENCE
from bot.connectors.models import RemoteEvent
from bot.connectors.port import Closing, Happened, Notice, Opening, Ref, Said
from bot.database import Sessions
from bot.handoff.desk import REPLY_LENGTH
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT, at_once

TICKET = "ticket-1"
NOTICE = Notice({}, b"")


@dataclass
class Mirror:
    """A help desk of one ticket, whose webhook brings what a test puts there."""

    name: str = "mirror"
    happens: tuple[Happened, ...] = ()
    opened: int = 0
    closed: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def open(self, _opening: Opening, *, key: str, again: bool) -> Ref:
        self.opened += 1
        return Ref(TICKET)

    def add(self, _ref: Ref, line: Said, *, key: str, again: bool) -> None:
        self.lines.append(line.text)

    def close(self, _ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        self.closed.append(closing.outcome)

    def read(self, _notice: Notice) -> tuple[Happened, ...]:
        return self.happens


@dataclass
class Beside:
    """Our desk, and theirs."""

    ours: DeskWorld
    theirs: Mirror

    def send(self) -> None:
        self.ours.connectors.sending.drain("mirror")

    def receive(self, *happened: Happened) -> None:
        self.theirs.happens = happened
        inbound = self.ours.connectors.inbound
        inbound.receive("mirror", NOTICE)
        inbound.settle()

    def said(self, text: str, number: int = 1, name: str = "Rita") -> None:
        self.receive(Happened(f"said-{number}", "said", TICKET, name, text))

    def agents(self) -> list[tuple[str, str]]:
        """What agents said here, and under which names."""
        return [
            (line.data["name"], line.text)
            for line in self.ours.lines()
            if line.author == "agent"
        ]

    def events(self) -> list[str]:
        """What people were told of who speaks."""
        return [line.data.get("event", "") for line in self.ours.lines()]


RESOLVED = Happened("resolved-1", "resolved", TICKET, "Rita")


@pytest.fixture
def beside(sessions: Sessions, clock: ManualClock) -> Beside:
    theirs = Mirror()
    made = Beside(make_desk(sessions, clock, [theirs]), theirs)
    made.ours.ask()
    made.send()
    return made


def test_the_first_answer_takes_the_conversation_over(beside: Beside) -> None:
    seq = beside.ours.say("are you there")
    beside.said("Hello")
    beside.said("How can I help?", 2)
    assert beside.agents() == [("Rita", "Hello"), ("Rita", "How can I help?")]
    assert beside.events().count("joined") == 1
    request = beside.ours.request()
    assert (request.state, request.agent_id) == ("taken", "mirror")
    assert request.first_reply_at is not None
    assert not beside.ours.answer(seq), "the assistant is silent"


def test_an_act_is_audited_under_the_name_of_the_system(beside: Beside) -> None:
    beside.said("Hello")
    acts = beside.ours.world.rows(DeskAudit)
    assert {(row.agent_id, row.detail["in"]) for row in acts} == {(None, "mirror")}
    assert {row.act for row in acts} == {"take", "reply"}


def test_what_is_told_again_is_not_done_again(beside: Beside) -> None:
    for _ in range(3):
        beside.said("Hello")
    assert beside.agents() == [("Rita", "Hello")]
    for _ in range(3):
        beside.receive(RESOLVED)
    assert beside.events().count("resolved") == 1


def test_at_once_it_is_done_once(each_database: Sessions, clock: ManualClock) -> None:
    theirs = Mirror()
    beside = Beside(make_desk(each_database, clock, [theirs]), theirs)
    beside.ours.ask()
    beside.send()
    inbound = beside.ours.connectors.inbound
    theirs.happens = (
        Happened("1", "said", TICKET, "Rita", "Hello"),
        Happened("2", "said", TICKET, "Rita", "Bye"),
        RESOLVED,
    )

    def receive(_: int) -> None:
        inbound.receive("mirror", NOTICE)
        inbound.settle()

    at_once(receive, times=8)
    assert beside.agents() == [("Rita", "Hello"), ("Rita", "Bye")]
    assert beside.events().count("resolved") == 1


def test_a_colleague_there_is_introduced(beside: Beside) -> None:
    beside.said("Hello")
    beside.said("I go on", 2, name="Tom")
    assert beside.agents()[-1] == ("Tom", "I go on")
    assert beside.events().count("transferred") == 1
    assert beside.ours.conversations.read(CHAT).owner_name == "Tom"


def test_an_agent_without_a_name_speaks_for_the_team(beside: Beside) -> None:
    beside.said("Hello", name="")
    assert beside.agents() == [("The support team", "Hello")]


def test_somebody_of_our_own_desk_keeps_what_they_have(beside: Beside) -> None:
    lee = beside.ours.agent()
    beside.ours.team.desk.take(CHAT, lee)
    beside.said("I add this")
    assert beside.agents() == [("Rita", "I add this")]
    assert beside.ours.conversations.read(CHAT).owner_name == "Lee"
    beside.ours.team.desk.reply(CHAT, lee, "Thank you", client_id="1")


def test_resolved_there_is_resolved_here_and_not_told_there(beside: Beside) -> None:
    beside.said("Hello")
    beside.receive(RESOLVED)
    request = beside.ours.request()
    assert (request.outcome, request.disposition) == ("resolved", "solved")
    assert beside.ours.owner() == "bot"
    beside.send()
    assert beside.theirs.closed == []


def test_resolved_there_before_an_answer_it_is_resolved_here(beside: Beside) -> None:
    beside.receive(RESOLVED)
    assert beside.ours.request().outcome == "resolved"
    assert beside.ours.owner() == "bot"


def test_given_back_there_the_assistant_goes_on(beside: Beside) -> None:
    beside.said("Hello")
    beside.receive(Happened("back-1", "returned", TICKET, "Rita"))
    assert beside.ours.request().outcome == "returned"
    assert beside.ours.owner() == "bot"


def test_taken_there_an_agent_speaks_from_then_on(beside: Beside) -> None:
    beside.receive(Happened("taken-1", "taken", TICKET, "Rita"))
    assert beside.ours.owner() == "agent"


def test_what_the_other_side_said_is_not_told_to_it(beside: Beside) -> None:
    beside.said("Hello")
    beside.send()
    assert "Hello" not in beside.theirs.lines


def test_an_answer_that_comes_late_opens_it_again_under_its_name(
    beside: Beside,
) -> None:
    beside.said("Hello")
    beside.receive(RESOLVED)
    beside.said("One more thing", 2)
    assert beside.agents()[-1] == ("Rita", "One more thing")
    assert beside.ours.owner() == "agent"
    beside.ours.say("yes?")
    beside.send()
    assert beside.theirs.opened == 1
    assert "yes?" in beside.theirs.lines


def test_an_end_that_is_told_late_ends_no_later_handoff(beside: Beside) -> None:
    lee = beside.ours.agent()
    beside.ours.team.desk.take(CHAT, lee)
    beside.ours.team.desk.resolve(CHAT, lee, "solved")
    beside.ours.ask()
    beside.receive(RESOLVED)
    assert beside.ours.request().state == "waiting"


def test_what_comes_before_the_ticket_is_known_is_done_when_it_is(
    sessions: Sessions, clock: ManualClock
) -> None:
    theirs = Mirror()
    beside = Beside(make_desk(sessions, clock, [theirs]), theirs)
    beside.ours.ask()
    beside.said("I was quick")
    assert beside.agents() == []
    beside.send()
    beside.ours.connectors.inbound.settle()
    assert beside.agents() == [("Rita", "I was quick")]


def test_what_is_about_nothing_of_ours_is_dropped(beside: Beside) -> None:
    beside.receive(Happened("x", "said", "another ticket", "Rita", "A secret"))
    (row,) = beside.ours.world.rows(RemoteEvent)
    assert row.done_at is not None and row.text_encrypted is None


def test_nobody_waits_for_ever_for_a_ticket(
    sessions: Sessions, clock: ManualClock
) -> None:
    theirs = Mirror()
    beside = Beside(make_desk(sessions, clock, [theirs]), theirs)
    beside.ours.ask()
    beside.said("Hello")
    clock.move(PATIENCE.total_seconds())
    beside.ours.connectors.inbound.settle()
    (row,) = beside.ours.world.rows(RemoteEvent)
    assert row.done_at is not None


def test_what_is_kept_of_a_line_is_sealed_and_gone_once_said(
    sessions: Sessions, clock: ManualClock
) -> None:
    theirs = Mirror()
    beside = Beside(make_desk(sessions, clock, [theirs]), theirs)
    beside.ours.ask()
    beside.said("call 202 555 0143")
    (row,) = beside.ours.world.rows(RemoteEvent)
    assert row.text_encrypted is not None and b"555" not in row.text_encrypted
    beside.send()
    beside.ours.connectors.inbound.settle()
    (row,) = beside.ours.world.rows(RemoteEvent)
    assert row.text_encrypted is None
    assert beside.agents() == [("Rita", "call [phone]")]


def test_a_line_without_words_is_not_said(beside: Beside) -> None:
    beside.said(" \u200b ")
    assert beside.agents() == []
    assert beside.ours.owner() == "queue"


def test_a_long_answer_is_said_in_pieces_that_lose_nothing(beside: Beside) -> None:
    words = "word " * (REPLY_LENGTH // 2)
    beside.said(words)
    parts = [text for _, text in beside.agents()]
    assert len(parts) == 3
    assert " ".join(parts).split() == words.split()


def test_a_blank_piece_holds_up_nothing(beside: Beside) -> None:
    beside.said(f"first{' ' * 3 * REPLY_LENGTH}last")
    beside.said("and more", 2)
    assert [text for _, text in beside.agents()] == ["first", "last", "and more"]


def test_who_has_left_is_told_nothing(beside: Beside) -> None:
    beside.ours.conversations.forget(CHAT)
    beside.said("Hello")
    beside.receive(RESOLVED)
    assert all(row.done_at for row in beside.ours.world.rows(RemoteEvent))


def test_a_system_that_is_off_has_no_way_in(beside: Beside) -> None:
    with pytest.raises(ConnectorUnknown):
        beside.ours.connectors.inbound.receive("chatwoot", NOTICE)
