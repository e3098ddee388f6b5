"""Typing errors for training."""

import pytest

from bot.engine.nlu.noise import misspell

TEXT = "i want to change the phone number on my account"


def test_the_same_copy_has_the_same_errors() -> None:
    assert misspell(TEXT, copy=3) == misspell(TEXT, copy=3)


def test_copies_have_errors_and_differ() -> None:
    copies = {misspell(TEXT, copy=copy) for copy in range(5)}
    assert TEXT not in copies
    assert len(copies) > 1


@pytest.mark.parametrize("text", ["[phone]", "it's [code]", "ok", "no", "", "👍"])
def test_placeholders_and_short_words_stay(text: str) -> None:
    plain = text.replace("'", "")
    assert {misspell(text, copy=copy) for copy in range(9)} <= {text, plain}
