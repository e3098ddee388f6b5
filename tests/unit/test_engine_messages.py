"""What the engine takes for a message."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.engine.messages import LONGEST_TEXT, Message, Sentences, plain, read_entities

BODY: dict[str, Any] = {
    "conversation": "web:1",
    "message_id": "m-1",
    "text": "hello",
    "metadata": {"seq": 1, "language": "en", "channel": "web"},
}


def test_a_message_may_leave_out_payload_and_language() -> None:
    message = Message.model_validate(BODY | {"metadata": {"seq": 0, "channel": "sms"}})
    assert message.payload is None
    assert message.metadata.language is None


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": "a\0b"},
        {"conversation": ""},
        {"conversation": "a" * 129},
        {"conversation": "c\n"},
        {"conversation": 7},
        {"message_id": None},
        {"message_id": "a/b"},
        {"text": None},
        {"text": ["hello"]},
        {"text": "a" * (LONGEST_TEXT + 1)},
        {"payload": "greet"},
        {"payload": "/greet extra"},
        {"payload": "/greet@1.0"},
        {"payload": '/greet{"a": {"b": 1}}'},
        {"payload": '/greet{"a": null}'},
        {"payload": "/greet{a}"},
        {"payload": "/greet[1]"},
        {"payload": "/" + "a" * 1001},
        {"metadata": None},
        {"metadata": {"seq": 1}},
        {"metadata": {"seq": -1, "channel": "web"}},
        {"metadata": {"seq": "1", "channel": "web"}},
        {"metadata": {"seq": 1, "channel": "fax"}},
        {"metadata": {"seq": 1, "channel": "web", "language": "fr"}},
        {"metadata": {"seq": 1, "channel": "web", "verified": True}},
        {"sender": "somebody else"},
    ],
)
def test_a_message_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate(BODY | change)


@pytest.mark.parametrize(
    ("payload", "entities"),
    [
        ("/greet", {}),
        ('/give_size{"size": "large", "n": 2}', {"size": "large", "n": 2}),
    ],
)
def test_a_payload_is_an_intent_with_entities(
    payload: str, entities: dict[str, Any]
) -> None:
    assert read_entities(payload) == entities
    assert Message.model_validate(BODY | {"payload": payload}).payload == payload


def test_a_payload_names_its_intent() -> None:
    message = Message.model_validate(BODY | {"payload": '/give_size{"size": "large"}'})
    assert message.intent == "give_size"
    assert Message.model_validate(BODY).intent is None


@given(st.text())
def test_no_text_starts_with_a_slash_after_stripping(text: str) -> None:
    assert not plain(text).strip().startswith("/")
    assert not plain("/" + text).strip().startswith("/")


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_text_keeps_its_length_and_all_but_a_leading_slash(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert plain("a" + text) == "a" + text.replace("\0", " ")


def test_a_lone_surrogate_does_not_get_through() -> None:
    assert plain("a\ud800b").encode("utf-8") == b"a?b"


def test_more_than_200_sentences_are_refused() -> None:
    Sentences(texts=["a"] * 200)
    with pytest.raises(ValidationError):
        Sentences(texts=["a"] * 201)
