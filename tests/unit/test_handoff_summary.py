"""What an agent sees before the first line: rows, masked, no account by guessing."""

from dataclasses import replace
from typing import get_args

import pytest
import yaml

from bot.clock import ManualClock
from bot.database import Sessions
from bot.handoff.summary import MEANINGS_FILE, Summary
from bot.telephony.causes import CAUSES
from bot.telephony.gateway import Way
from bot.telephony.models import Delivery
from bot.verification.history import OUTCOMES
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NOBODY,
    OTHER_CHAT,
    another,
    outcome,
)


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock) -> DeskWorld:
    return make_desk(sessions, clock)


def summary(desk: DeskWorld, chat: str = CHAT, language: str = "en") -> Summary:
    return desk.team.summaries.of(chat, language)


def test_nothing_happened_yet(desk: DeskWorld) -> None:
    empty = summary(desk)
    assert (empty.level, empty.since, empty.reason) == ("none", None, None)
    assert empty.tried == empty.codes == ()


def test_why_somebody_waits_and_how_they_are(desk: DeskWorld) -> None:
    desk.say()
    desk.team.requests.ask(CHAT, "lost_phone", frustrated=True)
    told = summary(desk)
    assert (told.reason, told.frustrated) == ("lost_phone", True)
    assert (told.language, told.channel) == ("en", "web")


def test_what_is_proved_and_since_when(desk: DeskWorld) -> None:
    desk.world.identify()
    since = desk.clock.now()
    assert (summary(desk).level, summary(desk).since) == ("change", since)
    desk.clock.move(301)
    assert (summary(desk).level, summary(desk).since) == ("view", since)
    desk.clock.move(3600)
    assert (summary(desk).level, summary(desk).since) == ("none", None)


def test_what_was_tried_is_in_words_newest_first(desk: DeskWorld) -> None:
    desk.world.identify()
    desk.clock.move(1)
    desk.world.backend.suspension.suspend(CHAT, None)
    told = [each.name for each in summary(desk).tried]
    assert told == ["number_suspended", "code_accepted"]
    assert summary(desk, language="es").tried[1].meaning.startswith("Probó")


def test_a_code_that_did_not_arrive_comes_with_its_reason(desk: DeskWorld) -> None:
    desk.world.identify()
    desk.world.backend.identification.begin_known(CHAT, by="voice")
    with desk.sessions.begin() as session:
        newest = session.query(Delivery).order_by(Delivery.created_at.desc())
        for row in newest:
            row.state, row.error_code = "undelivered", "30007"
    code = summary(desk).codes[0]
    assert (code.outcome, code.cause) == ("undelivered", "filtered")
    assert code.cause_meaning is not None and "spam" in code.cause_meaning
    assert code.to_masked.endswith("0143") and "202555" not in code.to_masked


def test_the_story_is_told_in_lines_with_titles(desk: DeskWorld) -> None:
    assert summary(desk).story == ()
    desk.world.identify()
    assert summary(desk).story == (
        ("Tried here", ("Proved who they are by a code",)),
        ("Codes", ("text •••-•••-0143: arrived; typed and right",)),
    )
    told = dict(summary(desk, language="es").story)
    assert told["Códigos"] == ("mensaje •••-•••-0143: llegó; escrito y correcto",)


def test_the_story_says_why_a_code_did_not_help(desk: DeskWorld) -> None:
    identification = desk.world.backend.identification
    identification.begin(CHAT, MARIA)
    outcome(identification.check, CHAT, desk.world.wrong_code(MARIAS_NUMBER))
    ((_, (line,)),) = summary(desk).story
    assert line == (
        "text: not told before the person has proved who they are;"
        " still waited for, 1 wrong"
    )


def test_wrong_guesses_are_counted_and_the_right_one_is_none(desk: DeskWorld) -> None:
    identification = desk.world.backend.identification
    identification.begin(CHAT, MARIA)
    right = desk.world.code_to(MARIAS_NUMBER)
    outcome(identification.check, CHAT, another(right))
    assert summary(desk).codes[0].wrong_guesses == 1
    identification.check(CHAT, right)
    code = summary(desk).codes[0]
    assert (code.wrong_guesses, code.state) == (1, "used")


def test_no_number_address_or_code_is_in_it(desk: DeskWorld) -> None:
    identification = desk.world.backend.identification
    identification.begin(CHAT, JAMES)
    code = desk.world.code_to(JAMES_NUMBER)
    identification.check(CHAT, code)
    told = repr(summary(desk))
    for secret in (JAMES, JAMES_NUMBER, JAMES_NUMBER[1:], JAMES_NUMBER[-10:], code):
        assert secret not in told


def test_with_and_without_an_account_an_agent_sees_the_same(desk: DeskWorld) -> None:
    desk.start(OTHER_CHAT)
    for chat, contact in ((CHAT, MARIA), (OTHER_CHAT, NOBODY)):
        identification = desk.world.backend.identification
        identification.begin(chat, contact)
        desk.world.outbox.drain()
        outcome(identification.check, chat, "000000")
        desk.clock.move(61)
        identification.begin(chat, contact, by="email")
        outcome(desk.team.cases.open, chat, "recovery")
        desk.team.requests.ask(chat, "recover_account")
    known, unknown = summary(desk), summary(desk, OTHER_CHAT)
    assert known.codes and known.tried
    assert _timeless(known) == _timeless(unknown)
    assert {code.outcome for code in known.codes} == {"unproved"}


def test_what_another_conversation_did_is_not_in_it(desk: DeskWorld) -> None:
    desk.start(OTHER_CHAT)
    desk.world.identify(chat=OTHER_CHAT)
    assert summary(desk).codes == summary(desk).tried == ()


def test_everything_that_can_happen_has_words_in_both_languages() -> None:
    meanings = yaml.safe_load(MEANINGS_FILE.read_text("utf-8"))
    assert set(meanings["causes"]) == CAUSES
    assert set(meanings["outcomes"]) == {*OUTCOMES.values(), "unproved"}
    states = {"open", "used", "superseded", "expired", "locked"}
    assert set(meanings["states"]) == states
    assert set(meanings["ways"]) == set(get_args(Way))
    for group in meanings.values():
        assert all(set(spoken) == {"en", "es"} for spoken in group.values())


def _timeless(told: Summary) -> Summary:
    """A summary as if everything had happened at one moment."""
    now = ManualClock().now()
    return replace(
        told,
        tried=tuple(replace(each, at=now) for each in told.tried),
        codes=tuple(replace(each, at=now) for each in told.codes),
    )
