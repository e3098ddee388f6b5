"""What a conversation counts as, and that it counts once."""

from datetime import date

import pytest

from bot.clock import ManualClock
from bot.conversations.lines import AGAIN, Option
from bot.database import Sessions
from bot.documents import parse
from bot.insights.endings import COURTESIES, GIVING_UP
from bot.insights.models import ConversationFact, HandoffFact
from tests.unit.insights_world import DAY, Records, make_records


@pytest.fixture
def records(sessions: Sessions, clock: ManualClock) -> Records:
    return make_records(sessions, clock)


def endings(records: Records) -> list[str]:
    return sorted(row.ending for row in records.rows(ConversationFact))


def test_an_answered_wish_is_contained(records: Records) -> None:
    chat = records.open()
    records.say(chat, "greet")
    records.say(chat, "why_phone_number")
    records.say(chat, "thank")
    records.over()
    assert endings(records) == ["contained"]


def test_a_chosen_option_that_was_answered_is_contained(records: Records) -> None:
    records.choose(records.open(), "/why_phone_number")
    records.over()
    assert endings(records) == ["contained"]


def test_whoever_leaves_a_form_has_abandoned_it(records: Records) -> None:
    chat = records.open()
    records.say(chat, "why_phone_number")
    records.say(chat, "change_phone_number", asks=True)
    records.over()
    assert endings(records) == ["abandoned"]


def test_a_form_that_was_finished_waits_for_nobody(records: Records) -> None:
    chat = records.open()
    records.say(chat, "change_phone_number", asks=True)
    records.say(chat, "inform")
    records.over()
    assert endings(records) == ["contained"]


@pytest.mark.parametrize("last", ["nlu_fallback", "cancel", "express_frustration"])
def test_last_words_that_tell_of_failure_are_abandoned(
    records: Records, last: str
) -> None:
    chat = records.open()
    records.say(chat, "change_phone_number")
    records.say(chat, last)
    records.over()
    assert endings(records) == ["abandoned"]


def test_a_line_without_an_answer_is_abandoned(records: Records) -> None:
    chat = records.open()
    records.say(chat)
    records.say(chat, answered=False)
    records.over()
    assert endings(records) == ["abandoned"]


def test_a_courtesy_alone_solves_nothing(records: Records) -> None:
    chat = records.open()
    records.say(chat, "greet")
    records.say(chat, "goodbye")
    records.over()
    assert endings(records) == ["abandoned"]


def test_an_apology_at_the_end_is_abandoned(records: Records) -> None:
    chat = records.open()
    records.say(chat, options=(Option("Try again", f"{AGAIN}1"),))
    records.over()
    assert endings(records) == ["abandoned"]


def test_a_wish_for_a_person_is_handed_over_whatever_came_of_it(
    records: Records,
) -> None:
    chat = records.open()
    records.desk.team.requests.ask(chat, "talk_to_human")
    records.say(chat)
    records.over()
    assert endings(records) == ["handed_over"]


def test_a_chat_in_which_nobody_spoke_counts_nowhere(records: Records) -> None:
    chat = records.open()
    records.conversations.forget(chat)
    assert endings(records) == ["silent"]
    assert records.split("containment")["all"] == (0, 0, 0, 0, None)


def test_one_that_goes_on_is_not_counted_yet(records: Records) -> None:
    records.say(records.open())
    records.clock.move(DAY - 1)
    records.figures.keeping.follow()
    assert endings(records) == []


def test_one_that_is_with_the_team_is_not_counted_yet(records: Records) -> None:
    chat = records.open()
    records.say(chat)
    records.desk.team.desk.take(chat, records.desk.agent())
    records.over()
    assert endings(records) == []


def test_settling_again_changes_nothing(records: Records) -> None:
    records.say(records.open())
    records.over()
    before = records.split("containment")
    records.figures.keeping.follow()
    assert records.split("containment") == before
    assert before["all"] == (1, 1, 0, 0, 1.0)


def test_one_that_went_on_is_counted_as_it_is_now(records: Records) -> None:
    chat = records.open()
    records.say(chat)
    records.over()
    records.say(chat, "nlu_fallback")
    records.over()
    assert records.split("containment")["all"] == (1, 0, 0, 1, 0.0)
    assert records.split("fallback")["all"] == (2, 1, 0.5)


def test_a_deleted_conversation_is_counted_and_nobody_s(records: Records) -> None:
    chat = records.open()
    records.say(chat)
    records.desk.team.requests.ask(chat, "talk_to_human")
    records.conversations.forget(chat)
    (fact,) = records.rows(ConversationFact)
    (request,) = records.rows(HandoffFact)
    assert (fact.conversation_id, fact.ending) == (None, "handed_over")
    assert (request.request_id, request.reason) == (None, "talk_to_human")


def test_a_counted_conversation_that_is_deleted_stays_one(records: Records) -> None:
    chat = records.open()
    records.say(chat)
    records.over()
    records.conversations.forget(chat)
    records.over()
    assert records.split("containment")["all"] == (1, 1, 0, 0, 1.0)
    assert records.rows(ConversationFact)[0].conversation_id is None


def test_it_counts_on_the_team_s_day_on_which_it_began(records: Records) -> None:
    records.clock.move(16 * 3600)  # four in the morning in London
    records.say(records.open())
    records.over()
    assert [row.day for row in records.rows(ConversationFact)] == [date(2030, 1, 1)]


def test_facts_go_after_two_years(records: Records) -> None:
    records.say(records.open())
    records.over()
    records.clock.move(729 * DAY)
    assert records.figures.keeping.purge() == 0
    records.clock.move(2 * DAY)
    assert records.figures.keeping.purge() == 1
    assert endings(records) == []


def test_every_intent_that_it_names_is_one() -> None:
    with open("domain.yml", encoding="utf-8") as file:
        intents = set(parse(file.read())["intents"])
    assert intents >= COURTESIES | GIVING_UP
