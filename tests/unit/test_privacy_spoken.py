"""Digits that are spelled in words are masked like those that are typed."""

import time

import pytest

from bot.privacy.masking import Found, mask


@pytest.mark.parametrize(
    ("text", "masked", "kind", "value"),
    [
        ("it is four eight two nine one three", "it is [code]", "code", "482913"),
        ("Four-Eight-Two-Nine-One-Three!", "[code]!", "code", "482913"),
        ("four, eight, two, nine, one, three", "[code]", "code", "482913"),
        ("four eight 2 nine 1 three ok", "[code] ok", "code", "482913"),
        ("code oh four two, oh four two", "code [code]", "code", "042042"),
        ("forty eight twenty nine thirteen", "[code]", "code", "482913"),
        ("double four two triple one", "[code]", "code", "442111"),
        ("eight hundred five five five o one four three", "[phone]", "phone", ""),
        ("es cuatro ocho dos nueve uno tres", "es [code]", "code", "482913"),
        ("cuarenta y ocho, veintinueve, trece", "[code]", "code", "482913"),
        ("cero cuatro dos doble cero dieciséis", "[code]", "code", "0420016"),
        (
            "llámame al dos cero dos quinientos cincuenta y cinco cero uno cuatro tres",
            "llámame al [phone]",
            "phone",
            "2025550143",
        ),
        (
            "two oh two, five five five, oh one four three please",
            "[phone] please",
            "phone",
            "2025550143",
        ),
    ],
)
def test_what_is_spelled_is_taken_out(
    text: str, masked: str, kind: str, value: str
) -> None:
    done = mask(text, region="US")
    assert done.text == masked
    assert done.found[0].kind == kind
    assert not value or done.found == (Found(kind, value),)


@pytest.mark.parametrize(
    "text",
    [
        "I have two phones and one of them is lost",
        "one or two of the three codes came",
        "I tried twenty four seven",
        "it was in nineteen ninety five",
        "uno o dos de los tres códigos",
        "hace una o dos horas",
        "one hundred and fifty dollars",
        "option one, two or three",
        "tengo dos números y un correo",
    ],
)
def test_counts_are_left_as_they_are(text: str) -> None:
    assert mask(text, region="US").text == text


@pytest.mark.parametrize("word", ["and ", "double ", "one ", "one and ", "uno y "])
def test_no_text_takes_long(word: str) -> None:
    began = time.perf_counter()
    mask(word * (10_000 // len(word)), region="US")
    assert time.perf_counter() - began < 2
