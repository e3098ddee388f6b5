"""Who may label which line, and what becomes of two who do at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bot.agents.errors import NotAllowed
from bot.agents.models import DeskAudit
from bot.agents.signed_in import SignedIn
from bot.clock import ManualClock
from bot.conversations.models import Message
from bot.database import Sessions
from bot.review.errors import IntentUnknown, LabelledAlready, LineUnknown
from bot.review.listing import PAGE, Filter
from bot.review.models import ReviewLine
from tests.unit.reviewing import Reading, make_reading
from tests.unit.world import CHAT, OTHER_CHAT


@pytest.fixture
def reading(sessions: Sessions, clock: ManualClock, tmp_path: Path) -> Reading:
    return make_reading(sessions, clock, tmp_path)


def test_a_line_is_shown_masked_with_what_it_was_taken_for(reading: Reading) -> None:
    seq = reading.missed("+1 202 555 0143 is gone")

    (item,) = reading.listed()

    assert (item.seq, item.text, item.language) == (seq, "[phone] is gone", "en")
    assert (item.taken_for, item.confidence, item.fallback) == ("lost_phone", 0.4, True)
    assert item.state == "open"


def test_a_label_says_who_and_when(reading: Reading) -> None:
    seq = reading.missed("it is gone")
    at = reading.office.desk.clock.now()

    reading.review.label(reading.who("Lee"), CHAT, seq, "lost_phone")

    (item,) = reading.listed(state="labelled")
    assert (item.intent, item.labelled_by, item.labelled_at) == (
        "lost_phone",
        "Lee",
        at,
    )
    assert reading.listed(state="open") == ()
    assert "labelled" in reading.office.acts(DeskAudit.conversation_id == CHAT)


def test_what_teaches_nothing_is_skipped_and_keeps_no_text(reading: Reading) -> None:
    seq = reading.missed("it is gone")

    reading.review.label(reading.who(), CHAT, seq, "skip")

    (line,) = reading.office.world.rows(ReviewLine)
    assert (line.state, line.intent, line.text) == ("skipped", None, None)


def test_the_second_of_two_is_told_who_was_first(reading: Reading) -> None:
    seq = reading.missed("it is gone")
    reading.review.label(reading.who("Lee"), CHAT, seq, "lost_phone")

    with pytest.raises(LabelledAlready) as refused:
        reading.review.label(reading.who("Kim"), CHAT, seq, "greet")

    assert refused.value.by == "Lee"
    assert reading.listed(state="labelled")[0].intent == "lost_phone"


@pytest.mark.parametrize("doubted", [True, False])
def test_of_two_at_once_one_wins(
    each_database: Sessions, clock: ManualClock, tmp_path: Path, doubted: bool
) -> None:
    reading = make_reading(each_database, clock, tmp_path)
    agents = [reading.who("Lee"), reading.who("Kim")]
    for _ in range(10):
        seq = reading.missed("it is gone") if doubted else reading.turn("gone")
        gate = Barrier(2)

        def label(who: SignedIn, seq: int = seq, gate: Barrier = gate) -> str:
            gate.wait(10)
            try:
                reading.review.label(who, CHAT, seq, "lost_phone")
            except LabelledAlready as error:
                return error.by
            return ""

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(label, agents))

        (winner,) = [who.name for who, by in zip(agents, told, strict=True) if not by]
        assert sorted(told) == ["", winner]


def test_a_supervisor_changes_a_label_and_an_agent_does_not(reading: Reading) -> None:
    seq = reading.missed("it is gone")
    reading.review.label(reading.who("Lee"), CHAT, seq, "greet")

    with pytest.raises(NotAllowed):
        reading.review.label(reading.who("Lee"), CHAT, seq, "lost_phone", again=True)
    sam = reading.who("Sam", "supervisor")
    reading.review.label(sam, CHAT, seq, "lost_phone", again=True)

    (item,) = reading.listed(state="labelled")
    assert (item.intent, item.labelled_by) == ("lost_phone", "Sam")


def test_an_auditor_looks_and_labels_nothing(reading: Reading) -> None:
    seq, kim = reading.missed("it is gone"), reading.who("Kim", "auditor")

    assert [item.seq for item in reading.review.listed(kim, Filter())] == [seq]
    with pytest.raises(NotAllowed):
        reading.review.label(kim, CHAT, seq, "lost_phone")
    with pytest.raises(NotAllowed):
        reading.review.export(kim, "en")


def test_a_line_that_nobody_doubted_can_be_labelled(reading: Reading) -> None:
    seq = reading.turn("the code is gone")

    assert reading.listed() == ()
    (item,) = reading.listed(conversation_id=CHAT)
    reading.review.label(reading.who(), CHAT, item.seq, "code_not_received")

    (labelled,) = reading.listed()
    assert (labelled.seq, labelled.why) == (seq, "agent")


def test_only_lines_and_intents_that_exist_are_labelled(reading: Reading) -> None:
    seq = reading.missed("it is gone")

    with pytest.raises(IntentUnknown):
        reading.review.label(reading.who(), CHAT, seq, "made_up")
    with pytest.raises(LineUnknown):
        reading.review.label(reading.who(), CHAT, seq + 1, "greet")
    with pytest.raises(LineUnknown):
        reading.review.label(reading.who(), "nowhere", seq, "greet")


def test_lines_are_listed_by_language(reading: Reading) -> None:
    reading.office.desk.start(OTHER_CHAT, "es")
    reading.missed("it is gone")
    reading.missed("ya no está", chat=OTHER_CHAT)

    assert [item.text for item in reading.listed(language="es")] == ["ya no está"]
    assert [item.text for item in reading.listed(language="en")] == ["it is gone"]


def test_older_lines_follow_on_the_next_page(reading: Reading) -> None:
    seqs = [reading.missed(f"gone {'again ' * number}") for number in range(PAGE + 1)]

    first = reading.listed()
    rest = reading.listed(before=first[-1].at)

    assert [item.seq for item in (*first, *rest)] == seqs[::-1]


def test_words_that_were_deleted_are_kept_by_a_label_only(reading: Reading) -> None:
    labelled, waiting = reading.missed("it is gone"), reading.missed("gone it is")
    assert reading.review.waiting(reading.who()) == 2
    reading.review.label(reading.who(), CHAT, labelled, "lost_phone")

    with reading.office.desk.sessions.begin() as session:
        session.query(Message).delete()

    assert [(item.seq, item.text) for item in reading.listed()] == [
        (labelled, "it is gone")
    ]
    assert reading.review.waiting(reading.who()) == 0
    with pytest.raises(LineUnknown):
        reading.review.label(reading.who(), CHAT, waiting, "greet")
