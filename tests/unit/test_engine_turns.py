"""A button's press is answered in the conversation's language."""

from bot.engine.turns import with_language


def test_a_press_says_the_language_that_the_app_knows() -> None:
    parsed = with_language({"entities": [{"entity": "which", "value": "1"}]}, "es")
    assert [(item["entity"], item["value"]) for item in parsed["entities"]] == [
        ("which", "1"),
        ("language", "es"),
    ]


def test_a_language_that_was_heard_is_kept() -> None:
    heard = {"entities": [{"entity": "language", "value": "en"}]}
    assert with_language(heard, "es") == heard


def test_without_the_apps_word_nothing_is_added() -> None:
    assert with_language({"entities": []}, None) == {"entities": []}
