"""The model's understanding without a server."""

from pathlib import Path

import pytest

from bot.engine.parsing import Parser


@pytest.fixture(scope="module")
def parser(engine_project: Path) -> Parser:
    return Parser(engine_project / "models")


def test_sentences_are_understood_in_their_order(parser: Parser) -> None:
    parses = parser.parse_many(["hello", "a large one", "qwertyuiop"])
    assert [parse["intent"] for parse in parses] == ["greet", "inform", "nlu_fallback"]
    assert parses[1]["entities"][0]["value"] == "large"
    assert parses[0]["ranking"][0]["name"] == "greet"
    assert parses[0]["confidence"] == parses[0]["ranking"][0]["confidence"] > 0.3


def test_text_that_looks_like_an_intent_is_text(parser: Parser) -> None:
    (parse,) = parser.parse_many(["/order"])
    assert parse["confidence"] < 1
