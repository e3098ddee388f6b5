"""Two requests in one sentence: which parts could be some, and which two are meant."""

import time
from pathlib import Path

import pytest
import yaml

from bot.engine.nlu.requests import LEAST, MOST, load_requests
from bot.engine.nlu.text import fold, load_abbreviations, normalise

REQUESTS = load_requests()
SHORT = load_abbreviations()
DOMAIN = yaml.safe_load(Path("domain.yml").read_text("utf-8"))


def parts(text: str) -> list[tuple[str, set[str]]]:
    return [(part.text, set(part.intents)) for part in REQUESTS.parts(text)]


def trained_on() -> list[str]:
    """Every training sentence as the classifier reads it."""
    return [
        normalise(line.removeprefix("- "), SHORT)
        for path in Path("data").glob("*/nlu.*.yml")
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        for line in item["examples"].splitlines()
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "lost my phone and need to change my number",
            [
                ("lost my phone", {"lost_phone"}),
                ("need to change my number", {"change_phone_number"}),
            ],
        ),
        (
            "¿cómo cambio de número? también quiero cerrar mi cuenta",
            [
                ("cómo cambio de número", {"change_phone_number"}),
                ("quiero cerrar mi cuenta", {"delete_account"}),
            ],
        ),
        (
            "hi, change my email; and also remove the old number please",
            [
                ("change my email", {"change_email"}),
                ("remove the old number please", {"remove_phone_number"}),
            ],
        ),
    ],
)
def test_parts_with_words_of_different_requests_are_found(
    text: str, found: list[tuple[str, set[str]]]
) -> None:
    assert parts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "and",
        "and, and; y, y",
        "i want to change my number",
        "change my number and tell me when it is done",
        "the code never came and i am tired of waiting",
        "cambié de número y de compañía",
    ],
)
def test_a_text_of_one_request_has_no_parts(text: str) -> None:
    assert parts(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "i lost my phone and never got the code",
        "me robaron el celular y no puedo entrar",
        "they hacked me and i can't log in",
        "no me llega el código, el código no funciona",
    ],
)
def test_a_trouble_and_what_it_leads_to_are_one_story(text: str) -> None:
    assert parts(text) == []


def test_no_more_parts_are_read_than_a_message_should_have() -> None:
    assert len(parts("change my number and close my account. " * 40)) == MOST


def test_parts_are_those_of_the_text_with_its_accents() -> None:
    (first, _), _ = parts("está en uso mi número y quiero borrar mi cuenta")
    assert first == "está en uso mi número"


def test_the_more_urgent_request_comes_first() -> None:
    found = REQUESTS.parts("close my account and change my number")
    sure = [("delete_account", 0.9), ("change_phone_number", 0.9)]
    assert REQUESTS.choose(found, sure) == ("change_phone_number", "delete_account")


@pytest.mark.parametrize(
    "understood",
    [
        [("delete_account", 0.9), ("change_phone_number", LEAST - 0.01)],
        [("delete_account", 0.9), ("find_phone_number", 0.9)],
        [("delete_account", 0.9), ("delete_account", 0.9)],
    ],
)
def test_parts_that_are_understood_otherwise_are_not_two_requests(
    understood: list[tuple[str, float]],
) -> None:
    found = REQUESTS.parts("close my account and change my number")
    assert REQUESTS.choose(found, understood) is None


def test_nothing_is_chosen_of_nothing() -> None:
    assert REQUESTS.choose([], []) is None


def test_ordinary_sentences_are_left_alone() -> None:
    texts = trained_on()
    heard = [text for text in texts if REQUESTS.parts(text)]
    assert len(texts) > 4000
    assert len(heard) <= len(texts) / 500, heard


def test_requests_are_intents_of_the_domain() -> None:
    named = set(REQUESTS.words).union(*REQUESTS.together)
    assert named <= set(DOMAIN["intents"])


def test_the_tables_are_written_as_folded_text() -> None:
    for pattern in REQUESTS.words.values():
        assert fold(pattern.pattern) == pattern.pattern.lower()


@pytest.mark.parametrize("words", ["the code ", "no me llega ", "change my ", "and "])
def test_long_texts_are_read_in_a_moment(words: str) -> None:
    text = (words * 400)[:1000]
    started = time.perf_counter()
    REQUESTS.parts(text)
    assert time.perf_counter() - started < 0.5
