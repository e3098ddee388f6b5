"""Nobody learns from the words whether a contact belongs to an account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conversations.stage import Stage
from tests.conversations.visitor import Visitor
from tests.conversations.wording import names_of

UNKNOWN = "nobody@example.com"
PAIRS = {
    "e-mail": ("linh@example.com", UNKNOWN),
    "phone": ("312-555-0188", "312-555-0189"),
}
# Accounts of which more could be told.
SPECIAL = {
    "account without a number": ("omar@example.com", UNKNOWN),
    "account with an undelivered code": ("ana@example.com", UNKNOWN),
}
OPENING = {"en": "Which phone number is on my account?", "es": "¿cuál es mi número?"}
SEEN = ("seq", "author", "kind", "text", "options", "data", "at")

Deed = Callable[[Stage, Visitor], object]


def guess(stage: Stage, visitor: Visitor) -> None:
    visitor.say(stage.wrong_code())


def ask_again(_stage: Stage, visitor: Visitor) -> None:
    visitor.say("send me a new code")


def complain(_stage: Stage, visitor: Visitor) -> None:
    visitor.say("I did not get the code")


def want_a_call(_stage: Stage, visitor: Visitor) -> None:
    visitor.press("Call me with a code")


@dataclass(frozen=True)
class Course:
    """What both visitors do, a number letting seconds pass, and where it leads."""

    deeds: Sequence[Deed | int]
    reached: str


COURSES = {
    "guessing until locked": Course([guess] * 6, "utter_code_locked"),
    "asking too soon": Course([ask_again], "utter_send_too_soon"),
    "asking again": Course([60, ask_again, guess], "utter_resent_sms"),
    "asking for a call": Course(
        [61, complain, want_a_call, guess], "utter_resent_voice"
    ),
    "asking too often": Course([600, ask_again] * 5, "utter_send_limit"),
    "complaining": Course([complain, 61, complain], "utter_resend_now"),
    "coming too late": Course([601, guess], "utter_code_expired"),
}
UNTIL_DISABLED = Course(
    [*[guess] * 5, 600, ask_again] * 4, "utter_authenticator_disabled"
)


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("pair", PAIRS)
def test_unknown_contact_hears_the_same(stage: Stage, pair: str, course: str) -> None:
    assert_same_words(stage, *PAIRS[pair], COURSES[course], "en")


@pytest.mark.parametrize("course", ["guessing until locked", "asking again"])
@pytest.mark.parametrize("pair", SPECIAL)
def test_unknown_contact_hears_the_same_as(
    stage: Stage, pair: str, course: str
) -> None:
    assert_same_words(stage, *SPECIAL[pair], COURSES[course], "en")


def test_unknown_contact_hears_the_same_in_spanish(stage: Stage) -> None:
    course = COURSES["guessing until locked"]
    assert_same_words(stage, "linh@example.com", UNKNOWN, course, "es")


def test_unknown_contact_hears_the_same_until_nothing_is_looked_at(
    stage: Stage,
) -> None:
    assert_same_words(stage, "linh@example.com", UNKNOWN, UNTIL_DISABLED, "en")


def assert_same_words(
    stage: Stage, known: str, unknown: str, course: Course, language: str
) -> None:
    visitors = [stage.visitor(language=language) for _ in range(2)]
    for visitor, contact in zip(visitors, (known, unknown), strict=True):
        visitor.say(OPENING[language])
        visitor.say(contact)
    for deed in course.deeds:
        if isinstance(deed, int):
            stage.clock.move(deed)
        else:
            for visitor in visitors:
                deed(stage, visitor)
    of_known, of_unknown = (seen_by(visitor) for visitor in visitors)
    assert of_known == of_unknown
    heard = [names_of(line["text"], language) for line in of_known]
    assert [course.reached] in heard, visitors[0].transcript()


def seen_by(visitor: Visitor) -> list[dict[str, Any]]:
    return [{name: line[name] for name in SEEN} for line in visitor.read()]
