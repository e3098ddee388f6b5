"""Which lines get into the review while a conversation goes on."""

from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.review.models import ReviewLine
from tests.unit.reviewing import Reading, make_reading
from tests.unit.world import CHAT


@pytest.fixture
def reading(sessions: Sessions, clock: ManualClock, tmp_path: Path) -> Reading:
    return make_reading(sessions, clock, tmp_path)


def test_what_was_understood_well_is_not_listed(reading: Reading) -> None:
    reading.turn("i lost my phone", confidence=0.7)

    assert reading.whys() == {}


def test_a_line_of_low_confidence_is_listed(reading: Reading) -> None:
    seq = reading.turn("phone thing", confidence=0.69)

    assert reading.whys() == {seq: ("unsure", None)}


def test_the_meaning_that_the_person_chose_is_suggested(reading: Reading) -> None:
    seq = reading.missed("the thing is gone", offers=("/lost_phone", "/greet"))
    reading.choose("/lost_phone")

    assert reading.whys() == {seq: ("chosen", "lost_phone")}


def test_choosing_a_person_says_nothing_of_the_meaning(reading: Reading) -> None:
    seq = reading.missed("the thing is gone", offers=("/talk_to_human",))
    reading.choose("/talk_to_human")

    assert reading.whys() == {seq: ("unsure", None)}


def test_other_words_that_were_understood_are_suggested(reading: Reading) -> None:
    seq = reading.missed("the thing is gone")
    reading.turn("i lost my phone")

    assert reading.whys() == {seq: ("rephrased", "lost_phone")}


def test_small_talk_after_a_miss_is_no_suggestion(reading: Reading) -> None:
    seq = reading.missed("the thing is gone")
    reading.turn("hello?", "greet")

    assert reading.whys() == {seq: ("unsure", None)}


def test_a_no_to_what_it_was_taken_for_is_noticed(reading: Reading) -> None:
    seq = reading.turn("where is it")
    reading.turn("no, not that", "deny")

    assert reading.whys() == {seq: ("denied", None)}


def test_a_no_that_was_asked_for_is_none(reading: Reading) -> None:
    reading.turn("where is it", offers=("/affirm", "/deny"))
    reading.turn("no", "deny")

    assert reading.whys() == {}


def test_a_label_is_not_touched_by_what_follows(reading: Reading) -> None:
    seq = reading.missed("the thing is gone")
    reading.review.label(reading.who(), CHAT, seq, "out_of_scope")

    reading.turn("i lost my phone")

    (line,) = reading.office.world.rows(ReviewLine)
    assert (line.why, line.suggested, line.intent) == ("unsure", None, "out_of_scope")


def test_what_is_listed_goes_with_its_conversation(reading: Reading) -> None:
    seq = reading.missed("the thing is gone")
    reading.review.label(reading.who(), CHAT, seq, "lost_phone")

    reading.office.desk.conversations.forget(CHAT)

    assert reading.whys() == {}
