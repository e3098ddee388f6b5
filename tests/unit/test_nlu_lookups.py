"""Lines, languages and places that a text names."""

import time

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


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("my authenticator app", "totp"),
        ("can I use the code from my app?", "totp"),
        ("con la aplicación de autenticación", "totp"),
        ("la app", "totp"),
        ("I have a recovery code", "recovery_code"),
        ("one of the back-up codes I printed", "recovery_code"),
        ("tengo un código de recuperación", "recovery_code"),
        ("un código que anoté", "recovery_code"),
        ("by e-mail please", "email"),
        ("can you email me instead", "email"),
        ("mejor a mi correo", "email"),
        ("correo, por favor", "email"),
        ("text me", "sms"),
        ("mándeme un SMS", "sms"),
        ("por mensaje de texto", "sms"),
        ("I don't have the authenticator app, I have a backup code", "recovery_code"),
        ("not by text, by email", "email"),
        ("perdí mis códigos de recuperación, por correo", "email"),
        ("the authenticator app is gone, use my email", "email"),
        ("por correo en vez de por sms", "email"),
    ],
)
def test_the_method_that_somebody_would_use_is_found(text: str, method: str) -> None:
    assert named(text, "method") == [method]


@pytest.mark.parametrize(
    "text",
    [
        "I don't have an authenticator app",
        "no tengo códigos de recuperación",
        "my email is [email]",
        "change my email address",
        "I never got the text message",
        "[recovery_code]",
        "the number on my account",
        "call me",
    ],
)
def test_a_method_that_is_not_asked_for_is_none(text: str) -> None:
    assert named(text, "method") == []


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("it's my other account", "other_account"),
        ("both of them are mine", "other_account"),
        ("Mine", "other_account"),
        ("es una cuenta vieja mía", "other_account"),
        ("tengo dos cuentas", "other_account"),
        ("soy yo", "other_account"),
        ("my husband’s", "family"),
        ("my mom has it on her account", "family"),
        ("we share the phone", "family"),
        ("es de mi esposa", "family"),
        ("mi hijo lo usa", "family"),
        ("I just got this number, someone had it before", "recycled"),
        ("the previous owner I guess", "recycled"),
        ("no idea who that is", "recycled"),
        ("me lo acaban de dar", "recycled"),
        ("antes era de otra persona", "recycled"),
        ("no sé quién será", "recycled"),
        ("it's not my other account, it's my sister's", "family"),
        ("I don't have another account, somebody else had it", "recycled"),
        ("no es de mi familia, es mi otra cuenta", "other_account"),
    ],
)
def test_who_has_the_number_is_found(text: str, holder: str) -> None:
    assert named(text, "holder") == [holder]


@pytest.mark.parametrize(
    "text",
    [
        "it's not mine",
        "I don't have another account",
        "my account",
        "[phone]",
        "it is already registered to another account",
        "dice que ya está en otra cuenta",
    ],
)
def test_nobody_is_taken_for_the_holder_who_was_not_named(text: str) -> None:
    assert named(text, "holder") == []


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("set up an authenticator app", "app"),
        ("con una app", "app"),
        ("turn off the text messages", "sms"),
        ("quiero los códigos al celular", "sms"),
        ("new backup codes", "codes"),
        ("los códigos de recuperación", "codes"),
        ("codes", "codes"),
        ("switch from texts to the app", "app"),
        ("sms instead of the app", "sms"),
        ("I lost my recovery codes", "codes"),
        ("ya no tengo la aplicación", "app"),
    ],
)
def test_the_factor_to_turn_on_or_off_is_found(text: str, factor: str) -> None:
    assert named(text, "factor") == [factor]


@pytest.mark.parametrize("text", ["turn on two-factor", "activar dos pasos", "code"])
def test_a_factor_that_is_not_named_is_none(text: str) -> None:
    assert named(text, "factor") == []


@pytest.mark.parametrize("entity", ["method", "holder", "factor"])
def test_long_texts_are_read_in_a_moment(entity: str) -> None:
    text = "no tengo " + "mi la el de con " * 60 + "app codigo de recuperacion"
    started = time.perf_counter()
    named(text, entity)
    assert time.perf_counter() - started < 0.5


def test_a_masked_value_names_nothing() -> None:
    assert not LOOKUPS.find("[email]")
