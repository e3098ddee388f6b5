"""Keywords that are Twilio's, and refusals that are ours to notice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.texting.keywords import keyword_in, refuses_texts

REFUSALS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("texting_refusals.yml").read_text("utf-8")
)
ANNOTATED = re.compile(r"\[([^\]]*)\](?:\{[^}]*\}|\([^)]*\))")
# Sentences of the training data that ask for no texts, and mean no wish of ours.
MEANT = {"stop"}


def training_sentences() -> Iterator[str]:
    for path in Path("data").glob("*/nlu.*.yml"):
        for group in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in str(group.get("examples", "")).splitlines():
                said = ANNOTATED.sub(r"\1", line.removeprefix("- ").strip())
                yield said.replace("[phone]", "202-555-0143")


def held_out_sentences() -> Iterator[str]:
    for language in ("en", "es"):
        told = yaml.safe_load(Path(f"tests/nlu/{language}.yml").read_text("utf-8"))
        yield from _texts(told)


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from _texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, "opt_out") for word in ("STOP", "stop", " Stop ", "STOPALL", "End")),
        *((word, "opt_out") for word in ("CANCEL", "quit", "unsubscribe", "Revoke")),
        ("optout", "opt_out"),
        *((word, "opt_in") for word in ("START", "yes", "Unstop\n")),
        *((word, "help") for word in ("HELP", "info")),
    ],
)
def test_a_single_word_of_twilio_s_is_known(word: str, kind: str) -> None:
    assert keyword_in(word) == kind


@pytest.mark.parametrize(
    "text", ["stop it", "STOP.", "yes please", "help me", "opt out", "sí", "ALTO", ""]
)
def test_more_than_the_word_is_not_twilio_s(text: str) -> None:
    assert keyword_in(text) is None


@pytest.mark.parametrize(
    ("opt_out_type", "kind"),
    [("STOP", "opt_out"), ("START", "opt_in"), ("HELP", "help"), ("odd", None)],
)
def test_twilio_s_own_word_goes_before_the_text(
    opt_out_type: str, kind: str | None
) -> None:
    assert keyword_in("ALTO", opt_out_type) == kind


def test_there_are_a_hundred_refusals() -> None:
    assert sum(len(set(said)) for said in REFUSALS.values()) == 100


@pytest.mark.parametrize("text", [each for said in REFUSALS.values() for each in said])
def test_a_refusal_in_free_words_is_noticed(text: str) -> None:
    assert refuses_texts(text)
    assert refuses_texts(f"  {text.upper()} ")


@pytest.mark.parametrize(
    "text",
    [
        "stop sending codes to my old phone",
        "stop the codes to my lost phone",
        "don't text my old number, it was stolen",
        "stop texting me codes every time I log in",
        "the texts never stop loading",
        "I don't get your messages",
        "I never got a text",
        "no more codes arrive",
        "please remove my number from my account",
        "I can't opt in to two factor",
        "ya no me llegan los mensajes",
        "no me llega el código",
        "no me mandan el código",
        "no recibo mensajes",
        "quiero quitar mi número viejo",
        "no me manden el código a ese teléfono",
        "quiero darme de baja",
        "hello",
        "¡Hola, ñandú!",
        "",
        "x" * 1600,
    ],
)
def test_what_is_about_the_account_is_no_refusal(text: str) -> None:
    assert not refuses_texts(text)


def test_no_sentence_that_the_assistant_learns_is_taken_for_one() -> None:
    taken = {text for text in training_sentences() if refuses_texts(text)}
    assert taken <= MEANT


def test_no_sentence_of_the_held_out_set_is_taken_for_one() -> None:
    sentences = list(held_out_sentences())
    assert len(sentences) > 1000
    assert [text for text in sentences if refuses_texts(text)] == []


@pytest.mark.parametrize(
    "text", ["stop " * 39, "no " * 60, "me de baja " * 18, "a" * 200]
)
def test_no_text_takes_long_to_read(text: str) -> None:
    # A pattern that backtracks would not come back at all.
    assert refuses_texts(text) in (True, False)
