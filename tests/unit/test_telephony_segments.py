"""Segments: what a text costs as SMS."""

import pytest

from bot.telephony.segments import fold, is_gsm7, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ñ" * 160, 1),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("[" * 152, 2),
        ("[" * 153, 3),
        ("ó" * 70, 1),
        ("ó" * 71, 2),
        ("ó" * 134, 2),
        ("ó" * 135, 3),
        ("📱" * 35, 1),
        ("📱" * 36, 2),
        ("📱" * 66, 2),
        ("📱" * 67, 3),
        ("a" * 69 + "’", 1),
        ("a" * 70 + "’", 2),
    ],
)
def test_segments_are_counted_like_the_carrier_counts(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    "text", ["¿Qué? ¡Ñandú!".replace("ú", "ù"), "é è ñ ü à Ç", "€"]
)
def test_letters_of_the_gsm_alphabet_are_known(text: str) -> None:
    assert is_gsm7(text)


@pytest.mark.parametrize("letter", [*"áíóúÁÍÓÚ’“”–—…", "•", "\u00a0", "📱", "ç"])
def test_letters_outside_the_gsm_alphabet_are_known(letter: str) -> None:
    assert not is_gsm7(letter)


def test_what_the_alphabet_lacks_is_written_in_letters_that_it_has() -> None:
    text = "Escriba aquí el código de •••-•••-0143: “así” – ¿no?"
    assert not is_gsm7(text)
    assert fold(text) == 'Escriba aqui el codigo de ***-***-0143: "asi" - ¿no?'
    assert is_gsm7(fold(text))


def test_what_a_word_processor_makes_of_quotes_and_dashes_is_unmade() -> None:
    text = "«a» „b‟ ‘c’ d‑e f—g 5′ 6″ h\u00a0i\u202fj".replace("‟", "”")
    assert fold(text) == '"a" "b" \'c\' d-e f-g 5\' 6" h i j'
    assert is_gsm7(fold(text))
