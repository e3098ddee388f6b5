"""Normalising: words are spelt out, placeholders stay, places are kept by folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.nlu.text import Abbreviations, fold, load_abbreviations, normalise

SHORT = load_abbreviations()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Pls change my num", "please change my number"),
        ("the acct is mine thx!", "the account is mine thanks!"),
        ("xq no me llega el msj", "porque no me llega el mensaje"),
        ("kiero cambiar d cel", "quiero cambiar de celular"),
        ("pleeease helppp", "please help"),
        ("  many\n\tblanks  ", "many blanks"),
        ("\N{THUMBS UP SIGN}", "ok"),
        ("I don’t know", "i don't know"),
        ("ｃｏｄｅ", "code"),
        ("co\u200bde", "code"),
        ("¿Dónde está?", "¿dónde está?"),
    ],
)
def test_a_text_reads_as_if_written_in_full(text: str, normal: str) -> None:
    assert normalise(text, SHORT) == normal


@pytest.mark.parametrize("kind", ["phone", "email", "code"])
def test_placeholders_stay(kind: str) -> None:
    assert normalise(f"It's [{kind}].", SHORT) == f"it's [{kind}]."


@pytest.mark.parametrize("kind", ["card", "ssn", "recovery_code", "number"])
def test_placeholders_that_are_rare_read_like_a_code(kind: str) -> None:
    assert normalise(f"it's [{kind}]", SHORT) == "it's [code]"


def test_a_short_form_of_both_languages_is_left_alone_when_neither_is_known() -> None:
    short = Abbreviations(
        both={}, en={"min": "minute"}, es={"min": "minutos"}, emoji={}
    )
    assert short.spell_out("min", None) == "min"
    assert short.spell_out("min", "en") == "minute"
    assert short.spell_out("min", "es") == "minutos"


def test_a_short_form_of_the_other_language_is_left_alone() -> None:
    assert SHORT.spell_out("xq", "en") == "xq"


@pytest.mark.parametrize("word", ["no", "me", "a", "to", "son", "once"])
def test_a_word_of_either_language_is_no_short_form(word: str) -> None:
    assert [SHORT.spell_out(word, at) for at in ("en", "es", None)] == [word] * 3


def test_short_forms_and_long_ones_are_texts() -> None:
    lists = (SHORT.both, SHORT.en, SHORT.es, SHORT.emoji)
    words = [word for one in lists for pair in one.items() for word in pair]
    assert {type(word) for word in words} == {str}


@given(st.text())
def test_folding_keeps_the_place_of_every_character(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_any_text_can_be_normalised(text: str) -> None:
    normal = normalise(text, SHORT)
    assert normal == " ".join(normal.split())


def test_folding_drops_case_and_accents() -> None:
    assert fold("ÁÑü ß İ") == "anu ß i"
