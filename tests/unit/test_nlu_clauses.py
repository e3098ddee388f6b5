"""Long stories: clauses, and what they count for."""

import numpy as np
import pytest

from bot.engine.nlu.clauses import MOST, clauses, weigh_together

NAMES = ("change_phone_number", "code_not_received", "greet")


def scores(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hello there. the code never came!", ["hello there", "the code never came"]),
        (
            "i changed my number but the code goes to the old one",
            ["i changed my number", "the code goes to the old one"],
        ),
        (
            "cambié de número, pero no llega el código",
            ["cambié de número", "no llega el código"],
        ),
        ("use this. [phone]", ["use this", "[phone]"]),
    ],
)
def test_a_story_is_parted_into_its_clauses(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


@pytest.mark.parametrize("text", ["", "the code never came.", "hi. ok. no.", "but why"])
def test_a_text_of_one_clause_has_none(text: str) -> None:
    assert clauses(text) == []


def test_no_more_clauses_are_read_than_a_message_should_have() -> None:
    assert len(clauses("the code again. " * 50)) == MOST


def test_a_text_without_clauses_is_weighed_by_itself() -> None:
    alone = weigh_together(scores((2, 1, 0)), NAMES)
    assert np.exp(alone).sum() == pytest.approx(1)
    assert alone.argmax() == 0


def test_a_clear_clause_decides_where_the_whole_is_in_doubt() -> None:
    story = scores((1, 1.1, 0), (9, 0, 0), (0, 0, 0.1))
    assert weigh_together(story, NAMES).argmax() == 0


def test_a_greeting_does_not_outweigh_what_follows() -> None:
    story = scores((0, 1, 1), (0, 0, 9), (0, 2, 0))
    assert weigh_together(story, NAMES).argmax() == 1
