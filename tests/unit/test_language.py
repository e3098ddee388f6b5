"""Language detection: right when it answers, silent when words do not tell."""

from pathlib import Path

import pytest
import yaml

from bot.language import detect

DATA = Path(__file__).parents[2] / "data"
LANGUAGES = ("en", "es")
NEUTRAL = (
    "",
    "ok",
    "no",
    "[phone]",
    "[code]",
    "SMS",
    "VoIP",
    "Google Voice",
    "123",
    "\N{THUMBS UP SIGN}",
    "...",
    "https://example.com/the-account",
    "the.person@example.com",
    "你好",
)


def training_sentences(language: str) -> list[str]:
    files = DATA.glob(f"*/nlu.{language}.yml")
    blocks = (
        block for file in files for block in yaml.safe_load(file.read_text())["nlu"]
    )
    lines = (line for block in blocks for line in block["examples"].splitlines())
    return [line.removeprefix("- ") for line in lines]


@pytest.mark.parametrize("text", NEUTRAL)
def test_a_neutral_text_has_no_language(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello", "en"),
        ("hola", "es"),
        ("gracias", "es"),
        ("maria arroba mail punto com", "es"),
        ("thanks", "en"),
        ("it's [code]", "en"),
        ("es [code]", "es"),
        ("I never got the code", "en"),
        ("no me llega el código", "es"),
        ("NO ME LLEGA EL CODIGO", "es"),
        ("q tengo q hacer xa cambiarlo", "es"),
        ("no me llega el text con el code", "es"),
        ("my cousin José said to call you", "en"),
        ("what’s my number", "en"),
    ],
)
def test_words_tell_the_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_on_three_words_or_more_are_99_percent_right(language: str) -> None:
    texts = [text for text in training_sentences(language) if len(text.split()) > 2]
    answers = [answer for text in texts if (answer := detect(text))]
    right = sum(answer == language for answer in answers) / len(answers)
    assert len(texts) > 1000
    assert right >= 0.99


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_words_or_more_are_answered_in_95_of_100_cases(language: str) -> None:
    texts = [text for text in training_sentences(language) if len(text.split()) > 2]
    assert sum(detect(text) is not None for text in texts) >= 0.95 * len(texts)


def test_accents_and_composition_make_no_difference() -> None:
    assert detect("co\u0301mo esta\u0301") == detect("cómo está") == "es"
