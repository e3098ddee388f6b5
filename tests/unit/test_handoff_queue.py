"""The queue: in, out, who is next, and what becomes of it when nobody is there."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock
from bot.conversations.departures import Departures
from bot.conversations.errors import OptionNotOffered
from bot.conversations.lines import BACK, STILL_WAITS
from bot.conversations.models import Conversation
from bot.conversations.open_turns import OpenTurns
from bot.conversations.wording import Wording
from bot.database import Sessions
from bot.handoff.requests import HandoffAsked
from bot.handoff.targets import HOURS_FILE
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT, OTHER_CHAT, outcome

OPEN = datetime(2030, 1, 2, 15, tzinfo=UTC)
CLOSED = datetime(2030, 1, 5, 23, tzinfo=UTC)


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock) -> DeskWorld:
    return make_desk(sessions, clock)


def owed(desk: DeskWorld, chat: str = CHAT) -> str | None:
    waiting = OpenTurns(desk.sessions, desk.clock).next(chat)
    return waiting.payload if waiting else None


def test_who_can_be_joined_is_told_their_place_after_the_assistants_words(
    desk: DeskWorld,
) -> None:
    desk.agent()
    desk.ask()
    *_, answer, place = desk.lines()
    assert (answer.author, place.author) == ("bot", "system")
    assert place.data["place"] == 1
    assert [option.payload for option in place.options] == [BACK]
    assert desk.owner() == "queue"
    assert desk.request().queued_at == desk.clock.now()


def test_the_assistant_is_silent_in_the_queue(desk: DeskWorld) -> None:
    desk.agent()
    desk.ask()
    assert not desk.answer(desk.say("hello?"))
    assert owed(desk) is None


def test_where_nobody_is_there_the_assistant_goes_on(desk: DeskWorld) -> None:
    desk.ask()
    assert desk.owner() == "bot"
    assert desk.answer(desk.say("and meanwhile?"))
    assert desk.request().state == "waiting"


@pytest.mark.parametrize(
    "values",
    [
        {"status": "away"},
        {"role": "auditor"},
        {"disabled_at": datetime(2029, 1, 1, tzinfo=UTC)},
    ],
    ids=["away", "auditor", "disabled"],
)
def test_not_everybody_takes_conversations(
    desk: DeskWorld, values: dict[str, object]
) -> None:
    desk.agent(**values)
    desk.ask()
    assert desk.owner() == "bot"


def test_a_desk_that_gives_no_sign_is_not_open(desk: DeskWorld) -> None:
    desk.agent()
    desk.clock.move(61)
    desk.ask()
    assert desk.owner() == "bot"


def test_out_of_hours_the_team_is_back_at_an_honest_time(
    sessions: Sessions, clock: ManualClock
) -> None:
    clock.at = CLOSED
    desk = make_desk(sessions, clock, hours_file=HOURS_FILE)
    desk.agent()
    desk.say()
    asked = desk.team.requests.ask(CHAT, "talk_to_human")
    monday = datetime(2030, 1, 7, 13, tzinfo=UTC)
    assert asked == HandoffAsked(new=True, ahead=0, joins=False, back_at=monday)
    told = desk.team.requests.when("en")
    assert "January 7" in told and "8:00 AM" in told
    assert "7 de enero" in desk.team.requests.when("es")


def test_in_hours_nobody_is_told_a_time(sessions: Sessions, clock: ManualClock) -> None:
    clock.at = OPEN
    desk = make_desk(sessions, clock, hours_file=HOURS_FILE)
    desk.say()
    assert desk.team.requests.ask(CHAT, "talk_to_human").back_at is None


def test_what_is_due_counts_from_when_the_team_is_back(
    sessions: Sessions, clock: ManualClock
) -> None:
    clock.at = CLOSED
    desk = make_desk(sessions, clock, hours_file=HOURS_FILE)
    desk.ask()
    monday = datetime(2030, 1, 7, 13, 30, tzinfo=UTC)
    assert desk.request().first_response_due == monday


def test_places_are_by_priority_and_then_by_time(desk: DeskWorld) -> None:
    desk.agent()
    for chat, reason in (
        ("first", "talk_to_human"),
        ("second", "talk_to_human"),
        ("third", "account_compromised"),
    ):
        desk.start(chat)
        desk.ask(chat, reason)
        desk.clock.move(1)
    places = [
        desk.team.requests.ask(chat, "talk_to_human").ahead
        for chat in ("first", "second", "third")
    ]
    assert places == [1, 2, 0]


def test_asking_again_for_a_graver_reason_is_as_pressing_as_that(
    desk: DeskWorld,
) -> None:
    desk.ask()
    due = desk.request().first_response_due
    desk.team.requests.ask(CHAT, "account_compromised")
    desk.team.requests.ask(CHAT, "talk_to_human", frustrated=True)
    (request,) = desk.requests()
    assert (request.priority, request.reason) == ("urgent", "account_compromised")
    assert request.frustrated and request.first_response_due < due


def test_the_typical_wait_is_the_median_of_the_latest(desk: DeskWorld) -> None:
    lee = desk.agent()
    for place, minutes in enumerate((2, 4, 30)):
        chat = f"earlier-{place}"
        desk.start(chat)
        desk.seen(lee)
        desk.ask(chat)
        desk.clock.move(60 * minutes)
        desk.team.desk.take(chat, lee)
    desk.seen(lee)
    desk.ask()
    assert "4 minutes" in desk.lines()[-1].text


def test_where_nobody_waited_lately_no_wait_is_made_up(desk: DeskWorld) -> None:
    desk.agent()
    desk.ask()
    assert "minute" not in desk.lines()[-1].text


def test_who_goes_back_is_heard_by_the_assistant_and_keeps_the_place(
    desk: DeskWorld,
) -> None:
    desk.agent()
    desk.ask()
    desk.say("this takes long")
    seq = desk.back()
    assert desk.owner() == "bot"
    assert owed(desk) == STILL_WAITS
    assert desk.answer(seq)
    assert owed(desk) is None
    request = desk.request()
    assert (request.state, request.queued_at) == ("waiting", None)


def test_the_way_back_is_offered_once(desk: DeskWorld) -> None:
    desk.agent()
    desk.ask()
    desk.back()
    assert outcome(desk.back) is OptionNotOffered


def test_where_an_agent_was_quicker_the_way_back_is_a_line_to_them(
    desk: DeskWorld,
) -> None:
    lee = desk.agent()
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.back()
    assert desk.owner() == "agent"
    assert desk.request().state == "taken"


def test_asking_again_leads_into_the_queue_again(desk: DeskWorld) -> None:
    desk.agent()
    desk.ask()
    assert desk.answer(desk.back())
    desk.ask()
    assert desk.owner() == "queue"
    assert len(desk.requests()) == 1


def test_the_queue_is_let_go_when_nobody_is_left(desk: DeskWorld) -> None:
    desk.agent()
    desk.ask()
    desk.clock.move(170)
    assert desk.team.queueing.release() == ()
    desk.clock.move(20)
    assert desk.team.queueing.release() == (CHAT,)
    assert desk.owner() == "bot"
    assert desk.request().state == "waiting"
    assert owed(desk) == STILL_WAITS
    assert desk.team.queueing.release() == ()


def test_a_desk_that_is_back_soon_keeps_the_queue(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.ask()
    desk.clock.move(170)
    desk.seen(lee)
    desk.team.queueing.release()
    desk.clock.move(170)
    assert desk.team.queueing.release() == ()
    assert desk.owner() == "queue"


def test_at_closing_time_the_queue_is_let_go_at_once(
    sessions: Sessions, clock: ManualClock
) -> None:
    clock.at = datetime(2030, 1, 3, 0, 59, tzinfo=UTC)
    desk = make_desk(sessions, clock, hours_file=HOURS_FILE)
    lee = desk.agent()
    desk.ask()
    assert desk.owner() == "queue"
    desk.clock.move(61)
    desk.seen(lee)
    assert desk.team.queueing.release() == (CHAT,)
    assert "January 3" in desk.lines()[-1].text


def test_whoever_is_with_an_agent_is_not_let_go(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.clock.move(1000)
    assert desk.team.queueing.release() == ()
    assert desk.owner() == "agent"


def test_an_answer_that_fails_puts_nobody_in_the_queue(desk: DeskWorld) -> None:
    desk.agent()
    desk.say()
    desk.team.requests.ask(CHAT, "talk_to_human")
    assert desk.owner() == "bot"


def test_who_is_brought_only_if_somebody_is_there(desk: DeskWorld) -> None:
    seq = desk.say()
    assert desk.team.requests.bring(CHAT, "not_understood") is None
    assert not desk.requests()
    desk.agent()
    brought = desk.team.requests.bring(CHAT, "not_understood")
    assert brought is not None and brought.joins
    assert desk.answer(seq)
    assert desk.owner() == "queue"


def departures(desk: DeskWorld) -> Departures:
    return Departures(
        desk.sessions,
        desk.clock,
        desk.conversations,
        Wording(),
        on_left=[desk.team.queueing.abandon],
    )


def test_who_ends_the_chat_in_the_queue_waits_no_more(desk: DeskWorld) -> None:
    desk.agent()
    desk.start(OTHER_CHAT)
    desk.ask()
    desk.clock.move(1)
    desk.ask(OTHER_CHAT)
    assert departures(desk).forget(CHAT) is False
    assert desk.request().outcome == "abandoned"
    assert desk.team.requests.ask(OTHER_CHAT, "talk_to_human").ahead == 0


def test_who_ends_it_with_an_agent_leaves_them_the_request(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    departures(desk).forget(CHAT)
    assert desk.request().state == "taken"
    desk.team.desk.resolve(CHAT, lee, "no_answer")
    assert desk.request().outcome == "resolved"


def test_what_only_the_assistant_was_told_is_deleted_with_its_request(
    desk: DeskWorld,
) -> None:
    desk.ask()
    assert departures(desk).forget(CHAT) is True
    assert not desk.requests()
    assert not desk.world.rows(Conversation)


def test_waits_that_lie_long_back_do_not_count(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.start("earlier")
    desk.ask("earlier")
    desk.clock.move(600)
    desk.team.desk.take("earlier", lee)
    desk.clock.move(timedelta(days=8).total_seconds())
    desk.seen(lee)
    desk.ask()
    assert "minute" not in desk.lines()[-1].text
