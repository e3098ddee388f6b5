"""What a transcript has to say, and how its words are compared."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.conversations.transcripts import BEHAVIOURS, After, Step, load
from tests.conversations.wording import wording


def line(text: str, *titles: str, sources: tuple[str, ...] = ()) -> dict[str, Any]:
    options = [{"title": title, "payload": "/x"} for title in titles]
    return {"text": text, "options": options, "data": {"sources": list(sources)}}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_each_behaviour_has_transcripts(behaviour: str) -> None:
    assert len(load(behaviour)) >= 5


def test_step_does_one_thing() -> None:
    with pytest.raises(ValidationError):
        Step(user="hello", wait=5, says=["utter_greet"])


def test_step_says_what_is_answered() -> None:
    with pytest.raises(ValidationError):
        Step(user="hello")


def test_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        Step.model_validate({"user": "hello", "sais": ["utter_greet"]})


def test_transcript_states_what_the_accounts_are_like() -> None:
    with pytest.raises(ValidationError):
        After(delivered={"linh@example.com": 0})


def test_value_stands_in_for_a_placeholder() -> None:
    said = line("That is not the code. Tries left: 4.")
    assert wording("utter_code_wrong", "en").faults(said) == []


@pytest.mark.parametrize(
    "text",
    [
        "That is not the code. Tries left: {guesses_left}.",
        "That is not the code. Tries left: None.",
        "Ese no es el código. Le quedan 4 intentos.",
        "Bye. That is not the code. Tries left: 4.",
    ],
)
def test_other_words_are_noticed(text: str) -> None:
    assert wording("utter_code_wrong", "en").faults(line(text))


def test_missing_button_is_noticed() -> None:
    text = "Is it still the right one?"
    assert wording("utter_found_next", "en").faults(line(text, "No, change it"))


def test_missing_source_is_noticed() -> None:
    assert wording("utter_code_expired", "en").faults(line("That code has expired."))
