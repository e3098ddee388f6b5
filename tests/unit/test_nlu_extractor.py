"""The entity extractor: language on every message, references in place of values."""

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.engine.nlu.extractor import LookupEntityExtractor
from bot.engine.nlu.lookups import load_lookups

KINDS = ("phone", "email", "code", "recovery_code", "case", "card", "ssn", "number")


def entities(text: str, metadata: object = None) -> list[dict[str, Any]]:
    message = Message(data={"text": text, "metadata": metadata})
    LookupEntityExtractor(load_lookups()).process([message])
    found: list[dict[str, Any]] = message.get("entities")
    return found


def values(text: str, entity: str, metadata: object = None) -> list[str]:
    return [e["value"] for e in entities(text, metadata) if e["entity"] == entity]


@pytest.mark.parametrize("kind", KINDS)
def test_a_placeholder_refers_to_its_message(kind: str) -> None:
    assert values(f"it is [{kind}]", kind, {"seq": 12}) == ["12"]


@pytest.mark.parametrize("metadata", [None, {}, {"seq": None}, "seq", []])
def test_a_message_without_a_number_is_referred_to_as_0(metadata: object) -> None:
    assert values("it is [phone]", "phone", metadata) == ["0"]


def test_unknown_brackets_are_no_placeholder() -> None:
    assert [e["entity"] for e in entities("[password] (phone)")] == ["language"]


def test_the_language_that_the_app_tells_is_taken() -> None:
    assert values("hello my friend", "language", {"language": "es"}) == ["es"]


@pytest.mark.parametrize(
    ("text", "language"), [("¿dónde está mi código?", "es"), ("ok", "en"), ("", "en")]
)
def test_the_language_is_told_by_the_text_else_english(
    text: str, language: str
) -> None:
    assert values(text, "language") == [language]


def test_a_language_that_is_not_spoken_here_is_not_taken() -> None:
    assert values("hola, buenas", "language", {"language": "fr"}) == ["es"]


def test_entities_name_their_extractor_and_place() -> None:
    *_, phone = entities("call [phone]")
    assert phone == {
        "entity": "phone",
        "value": "0",
        "start": 5,
        "end": 12,
        "extractor": "LookupEntityExtractor",
    }


@pytest.mark.parametrize(
    "text", ["call me with the code instead", "mejor llámeme", "por una llamada"]
)
def test_the_way_a_code_is_to_take_is_found(text: str) -> None:
    found = {item.entity: item.value for item in load_lookups().find(text)}
    assert found["way"] == "voice"


def test_a_text_message_asked_for_is_no_call() -> None:
    found = {item.entity for item in load_lookups().find("text me the code again")}
    assert "way" not in found


@pytest.mark.parametrize(
    ("intent", "text", "found"),
    [
        ("explain_two_factor", "what are recovery codes", []),
        ("explain_two_factor", "which is safer, sms or the app?", []),
        ("explain_two_factor", "backup codes please", ["factor", "method"]),
        ("disable_two_factor", "turn google authenticator off", ["factor"]),
        ("enable_two_factor", "google authenticator", ["factor", "method"]),
        ("enable_two_factor", "tengo un código guardado", ["factor", "method"]),
        ("explain_two_factor", "I have a recovery code", ["factor", "method"]),
        ("inform", "I still have my recovery codes", ["factor", "method"]),
    ],
)
def test_a_way_that_is_asked_about_is_not_chosen(
    intent: str, text: str, found: list[str]
) -> None:
    message = Message(data={"text": text, "intent": {"name": intent}})
    LookupEntityExtractor(load_lookups()).process([message])
    named = {entity["entity"] for entity in message.get("entities")}
    assert sorted(named & {"method", "factor"}) == found
