"""Nobody learns from the words whether a contact belongs to an account."""

import re
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
CASE_NUMBER = re.compile(r"\bC-\w{4}-\w{4}\b")
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


def press(title: str) -> Deed:
    return lambda _stage, visitor: visitor.press(title)


def ask_for_the_case(_stage: Stage, visitor: Visitor) -> None:
    visitor.say("how is my case?")


def use_a_saved_code(stage: Stage, visitor: Visitor) -> None:
    visitor.press("Use a saved recovery code")
    visitor.say("7K2M-9QX4-0ABC-DEFG-HJKM-1234")


def use_an_app(stage: Stage, visitor: Visitor) -> None:
    visitor.press("Use my authenticator app")
    visitor.say(stage.wrong_code())


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


WAYS_BACK = {
    "a lost phone": "I lost my phone",
    "a lost account": "I can't sign in to my account",
    "an account with a guest": "somebody hacked my account",
}
BACK = {
    "guessing until locked": Course([guess] * 6, "utter_code_locked"),
    "asking too soon": Course([ask_again], "utter_send_too_soon"),
    "asking again": Course([60, ask_again, guess], "utter_resent_email"),
    "coming too late": Course([601, guess], "utter_code_expired"),
    "a saved code": Course([use_a_saved_code], "utter_code_wrong"),
    "an app": Course([use_an_app], "utter_code_wrong"),
    "a case": Course(
        [press("I have none of these"), 3600, ask_for_the_case], "utter_case_waiting"
    ),
}


@pytest.mark.parametrize("course", BACK)
@pytest.mark.parametrize("way", WAYS_BACK)
def test_unknown_contact_hears_the_same_on_the_way_back(
    stage: Stage, way: str, course: str
) -> None:
    pair = PAIRS["phone" if course == "a case" else "e-mail"]
    assert_same_words(stage, *pair, BACK[course], "en", opening=WAYS_BACK[way])


@pytest.mark.parametrize("pair", SPECIAL)
def test_unknown_contact_opens_a_case_like(stage: Stage, pair: str) -> None:
    opening = WAYS_BACK["a lost phone"]
    assert_same_words(stage, *SPECIAL[pair], BACK["a case"], "en", opening=opening)


def test_unknown_contact_hears_the_same_when_the_phone_is_lost_in_between(
    stage: Stage,
) -> None:
    lose: Deed = lambda _stage, visitor: visitor.say("I lost my phone")  # noqa: E731
    course = Course([lose, 60, press("Send it by e-mail")], "utter_resent_email")
    for pair in (*PAIRS.values(), *SPECIAL.values()):
        assert_same_words(stage, *pair, course, "en")
        stage.clock.move(3600)


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
    stage: Stage,
    known: str,
    unknown: str,
    course: Course,
    language: str,
    *,
    opening: str | None = None,
) -> None:
    visitors = [stage.visitor(language=language) for _ in range(2)]
    for visitor, contact in zip(visitors, (known, unknown), strict=True):
        visitor.say(opening or OPENING[language])
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
    seen = [{name: line[name] for name in SEEN} for line in visitor.read()]
    return [line | {"text": CASE_NUMBER.sub("C-", line["text"])} for line in seen]
