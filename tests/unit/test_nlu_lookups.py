"""Lines, languages and places that a text names."""

import pytest

from bot.engine.nlu.lookups import load_lookups

LOOKUPS = load_lookups()


def named(text: str, entity: str) -> list[str]:
    return [found.value for found in LOOKUPS.find(text) if found.entity == entity]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("can I use Google Voice?", "voip"),
        ("tengo un número de internet", "voip"),
        ("is a land-line fine", "landline"),
        ("es un teléfono fijo", "landline"),
        ("pay-as-you-go sim", "prepaid"),
        ("uno de prepago", "prepaid"),
        ("my burner", "prepaid"),
        ("an 800 number", "toll_free"),
        ("my work phone", "work"),
        ("el celular de la empresa", "work"),
        ("a Mexican number", "foreign"),
        ("un número de otro país", "foreign"),
        ("my wife’s phone", "shared"),
        ("el teléfono de mi mamá", "shared"),
        ("it is a cell", "mobile"),
        ("mi número de WhatsApp", "mobile"),
        ("a landline instead of my cell phone", "landline"),
    ],
)
def test_kinds_of_lines_are_found(text: str, kind: str) -> None:
    assert named(text, "line_type") == [kind]


@pytest.mark.parametrize("text", ["officer", "cellar", "my number", "celebrar"])
def test_a_part_of_a_word_is_no_kind_of_line(text: str) -> None:
    assert named(text, "line_type") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in Spanish please", "es"),
        ("en español", "es"),
        ("english", "en"),
        ("¿habla inglés?", "en"),
        ("I don't speak English", "es"),
        ("no hablo inglés", "es"),
        ("no entiendo español", "en"),
        ("not English, Spanish", "es"),
        ("to Spanish from English", "es"),
        ("my english is bad", "es"),
    ],
)
def test_the_wanted_language_is_found(text: str, language: str) -> None:
    assert named(text, "wanted_language") == [language]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the first one", "1"),
        ("el primero", "1"),
        ("2", "2"),
        ("#2", "2"),
        ("it's the second", "2"),
        ("la segunda", "2"),
        ("option 3", "3"),
        ("el último", "last"),
        ("the last number", "last"),
        ("the other number", "other"),
        ("el otro", "other"),
        ("not the first one, the second one", "2"),
    ],
)
def test_places_are_found(text: str, place: str) -> None:
    assert named(text, "which") == [place]


@pytest.mark.parametrize(
    "text",
    ["the last week", "a second email", "first time here", "quiero otro número", "12"],
)
def test_what_is_no_place_is_not_taken_for_one(text: str) -> None:
    assert named(text, "which") == []


def test_positions_are_those_of_the_text() -> None:
    text = "ÉL TELÉFONO FIJO, por favor"
    (found,) = LOOKUPS.find(text)
    assert text[found.start : found.end] == "FIJO"
