"""What agents do with a conversation, and what the person hears of it."""

from datetime import timedelta

import pytest

from bot.agents.models import DeskAudit
from bot.clock import ManualClock
from bot.conversations.errors import (
    ConversationUnknown,
    OwnerChanged,
    TextMissing,
    TextTooLong,
)
from bot.conversations.lines import RETURNED, SETTLED
from bot.conversations.open_turns import OpenTurns
from bot.database import Sessions
from bot.handoff.desk import Colleague
from bot.handoff.errors import (
    DispositionUnknown,
    NotYours,
    RequestUnknown,
    TakenAlready,
)
from bot.handoff.models import HandoffRequest
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT, OTHER_CHAT, outcome

KIM = Colleague("agent-kim", "Kim")
SAM = Colleague("agent-sam", "Sam", oversees=True)


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock) -> DeskWorld:
    desk = make_desk(sessions, clock)
    for name in ("Kim", "Sam"):
        desk.agent(name, status="away")
    return desk


@pytest.fixture
def lee(desk: DeskWorld) -> Colleague:
    return desk.agent()


def reply(desk: DeskWorld, agent: Colleague, text: str = "Hi", name: str = "1") -> int:
    return desk.team.desk.reply(CHAT, agent, text, client_id=name)


def waiting(desk: DeskWorld) -> OpenTurns:
    return OpenTurns(desk.sessions, desk.clock)


def test_taking_silences_the_assistant_and_says_who_is_there(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.ask()
    seq = desk.say("are you there")
    owned = desk.team.desk.take(CHAT, lee)
    assert (owned.owner, owned.name) == ("agent", "Lee")
    assert not desk.answer(seq)
    author, said = desk.log()[-1]
    assert author == "system" and said.startswith("Lee ")
    taken = desk.request()
    assert (taken.state, taken.agent_id) == ("taken", lee.id)
    assert taken.taken_at == desk.clock.now()


def test_of_two_agents_the_second_is_told_who_has_it(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.ask()
    version = desk.team.desk.take(CHAT, lee).version
    with pytest.raises(TakenAlready) as refused:
        desk.team.desk.take(CHAT, KIM, version=version)
    assert refused.value.by == "Lee"
    assert desk.request().agent_id == lee.id


def test_taking_again_changes_nothing(desk: DeskWorld, lee: Colleague) -> None:
    desk.ask()
    first = desk.team.desk.take(CHAT, lee)
    lines = desk.log()
    assert desk.team.desk.take(CHAT, lee) == first
    assert desk.log() == lines


def test_what_changed_hands_since_it_was_seen_is_not_taken(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.ask()
    seen = desk.team.desk.take(CHAT, lee).version - 1
    desk.team.desk.give_back(CHAT, lee)
    assert outcome(lambda: desk.team.desk.take(CHAT, KIM, version=seen)) is OwnerChanged
    assert desk.owner() == "bot"
    assert [each.state for each in desk.requests()] == ["closed"]


def test_nobody_has_to_have_asked(desk: DeskWorld, lee: Colleague) -> None:
    desk.say()
    desk.team.desk.take(CHAT, lee)
    taken = desk.request()
    assert (taken.reason, taken.state) == ("taken_by_agent", "taken")


def test_who_waits_outside_the_queue_can_be_taken_too(desk: DeskWorld) -> None:
    desk.ask()
    assert desk.owner() == "bot"
    desk.team.desk.take(CHAT, KIM)
    assert desk.owner() == "agent"


def test_an_agents_words_are_in_the_log_with_their_name(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    seq = reply(desk, lee, "Good morning")
    line = desk.lines()[-1]
    assert (line.seq, line.author, line.text) == (seq, "agent", "Good morning")
    assert line.data == {"name": "Lee"}
    assert desk.request().first_reply_at == desk.clock.now()


def test_the_first_reply_is_the_one_that_counts(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    reply(desk, lee)
    first = desk.clock.now()
    desk.clock.move(60)
    reply(desk, lee, name="2")
    assert desk.request().first_reply_at == first


def test_a_reply_that_is_sent_twice_is_said_once(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    assert reply(desk, lee) == reply(desk, lee)
    assert [author for author, _ in desk.log()].count("agent") == 1


def test_numbers_and_codes_that_an_agent_types_are_masked(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    reply(desk, lee, "Is it +1 202 555 0143, and did 482913 come?")
    said = desk.lines()[-1].text
    assert "0143" not in said and "482913" not in said


@pytest.mark.parametrize(
    ("text", "error"), [(" \n", TextMissing), ("x" * 4001, TextTooLong)]
)
def test_nothing_and_too_much_are_not_said(
    desk: DeskWorld, lee: Colleague, text: str, error: type[Exception]
) -> None:
    desk.team.desk.take(CHAT, lee)
    lines = desk.log()
    assert outcome(reply, desk, lee, text) is error
    assert desk.log() == lines


@pytest.mark.parametrize("agent", [KIM, SAM], ids=["agent", "supervisor"])
def test_nobody_speaks_where_nobody_has_taken(
    desk: DeskWorld, agent: Colleague
) -> None:
    desk.ask()
    assert outcome(reply, desk, agent) is NotYours


def test_only_who_has_it_acts_in_it(desk: DeskWorld, lee: Colleague) -> None:
    desk.team.desk.take(CHAT, lee)
    lines = desk.log()
    for act in (
        lambda: reply(desk, KIM),
        lambda: desk.team.desk.transfer(CHAT, KIM, KIM),
        lambda: desk.team.desk.give_back(CHAT, KIM),
        lambda: desk.team.desk.resolve(CHAT, KIM, "solved"),
    ):
        with pytest.raises(NotYours) as refused:
            act()
        assert refused.value.by == "Lee"
    assert (desk.owner(), desk.log()) == ("agent", lines)


def test_a_supervisor_moves_what_an_agent_left_behind(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.transfer(CHAT, SAM, KIM)
    assert desk.request().agent_id == KIM.id


def test_a_transfer_is_told_and_the_first_agent_is_out(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    owned = desk.team.desk.transfer(CHAT, lee, KIM)
    assert (owned.owner, owned.name) == ("agent", "Kim")
    said = desk.log()[-1][1]
    assert "Lee" in said and "Kim" in said
    assert outcome(reply, desk, lee) is NotYours
    assert reply(desk, KIM)


def test_the_assistant_comes_back_and_knows_of_it(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.say("thank you, Lee")
    assert waiting(desk).next(CHAT) is None
    desk.team.desk.give_back(CHAT, lee)
    owed = waiting(desk).next(CHAT)
    assert owed is not None and owed.payload == RETURNED
    assert desk.answer(owed.seq)
    assert waiting(desk).next(CHAT) is None
    closed = desk.request()
    assert (closed.state, closed.outcome) == ("closed", "returned")


def test_an_answer_from_before_the_take_over_never_comes_late(
    desk: DeskWorld, lee: Colleague
) -> None:
    seq = desk.say("a question that takes long")
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.give_back(CHAT, lee)
    assert not desk.answer(seq)


def test_what_is_resolved_is_closed_with_how_it_ended(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.resolve(CHAT, lee, "explained")
    closed = desk.request()
    assert (closed.outcome, closed.disposition) == ("resolved", "explained")
    assert closed.closed_at == desk.clock.now()
    owed = waiting(desk).next(CHAT)
    assert owed is not None and owed.payload == SETTLED


def test_nothing_ends_in_a_way_that_nobody_knows(
    desk: DeskWorld, lee: Colleague
) -> None:
    desk.team.desk.take(CHAT, lee)
    resolve = desk.team.desk.resolve
    assert outcome(resolve, CHAT, lee, "whatever") is DispositionUnknown
    assert desk.request().state == "taken"


def test_assistant_agent_assistant_agent_as_often_as_is_needed(
    desk: DeskWorld, lee: Colleague
) -> None:
    for turn in range(3):
        desk.ask()
        desk.team.desk.take(CHAT, lee)
        reply(desk, lee, name=str(turn))
        desk.team.desk.give_back(CHAT, lee)
        owed = waiting(desk).next(CHAT)
        assert owed is not None and desk.answer(owed.seq)
        assert desk.answer(desk.say("and now?"))
        desk.clock.move(1)
    outcomes = [row.outcome for row in desk.requests()]
    assert outcomes == ["returned"] * 3


def test_a_priority_moves_what_is_due(desk: DeskWorld) -> None:
    desk.ask()
    before = desk.request().first_response_due
    desk.team.desk.set_priority(CHAT, KIM, "urgent")
    after = desk.request()
    assert after.priority == "urgent"
    assert after.first_response_due == after.requested_at + timedelta(minutes=5)
    assert after.first_response_due < before


def test_what_waits_for_nobody_has_no_priority(desk: DeskWorld) -> None:
    assert outcome(desk.team.desk.set_priority, CHAT, KIM, "low") is RequestUnknown


def test_a_conversation_that_is_gone_is_refused(
    desk: DeskWorld, lee: Colleague
) -> None:
    assert outcome(desk.team.desk.take, OTHER_CHAT, lee) is ConversationUnknown
    assert not desk.world.rows(HandoffRequest)


def test_every_act_is_in_the_audit_log(desk: DeskWorld, lee: Colleague) -> None:
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.set_priority(CHAT, lee, "high")
    reply(desk, lee, "my words")
    desk.team.desk.transfer(CHAT, lee, KIM)
    desk.team.desk.give_back(CHAT, KIM)
    desk.team.desk.take(CHAT, KIM)
    desk.team.desk.resolve(CHAT, KIM, "solved")
    rows = desk.world.rows(DeskAudit)
    acts = sorted((row.act, row.agent_id) for row in rows)
    assert acts == [
        ("priority", lee.id),
        ("reply", lee.id),
        ("resolve", KIM.id),
        ("return", KIM.id),
        ("take", KIM.id),
        ("take", lee.id),
        ("transfer", lee.id),
    ]
    assert {row.conversation_id for row in rows} == {CHAT}
    assert "my words" not in str([row.detail for row in rows])


def test_whoever_listens_hears_of_each_change(desk: DeskWorld, lee: Colleague) -> None:
    desk.team.desk.take(CHAT, lee)
    reply(desk, lee)
    desk.team.desk.give_back(CHAT, lee)
    assert desk.told == [CHAT] * 3
