"""The texts that leave the house."""

import re
from pathlib import Path

import pytest
import yaml

from bot.brand import Brand, load_brand
from bot.telephony.errors import WordingMissing
from bot.telephony.segments import is_gsm7, segments
from bot.telephony.wording import STRINGS, Wording

TEXTS: dict[str, dict[str, str]] = yaml.safe_load(STRINGS.read_text(encoding="utf-8"))
LANGUAGES = ("en", "es")
# As long as a link gets: an address of 60 characters and a token of 43.
UNDO_URL = f"https://{'d' * 40}.example.com/undo/{'t' * 43}"
VALUES = {
    "code": "042042",
    "minutes": 10,
    "last_digits": "0143",
    "undo_url": UNDO_URL,
    "case": "C-7K2M-9QX4",
    "day": "2030-01-08",
    "due_on": "2030-01-08",
}
# Twilio's default keywords and the FCC's words of revocation (47 CFR 64.1200(a)(10)).
RESERVED = {
    *("stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"),
    *("start", "yes", "unstop", "help", "info", "opt", "out"),
}
SMS = [name for name in TEXTS if name.endswith("_sms")]
CODES = [name for name in TEXTS if name.startswith("code_")]
EMAILS = [name for name in TEXTS if name.endswith("_email")]


@pytest.fixture
def wording() -> Wording:
    return Wording(load_brand())


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_there_in_both_languages(wording: Wording, name: str) -> None:
    english, spanish = (wording.text(name, each, **VALUES) for each in LANGUAGES)

    assert english != spanish
    assert tuple(TEXTS[name]) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_names_the_service(
    wording: Wording, name: str, language: str
) -> None:
    assert load_brand().name in wording.text(name, language, **VALUES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_need_the_same_values(name: str, language: str) -> None:
    needed = {
        each: set(re.findall(r"{(\w+)}", TEXTS[name][each])) for each in LANGUAGES
    }

    assert needed["en"] == needed["es"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SMS)
def test_an_sms_fits_the_gsm_alphabet_and_two_segments(
    wording: Wording, name: str, language: str
) -> None:
    text = wording.text(name, language, **VALUES)

    assert is_gsm7(text)
    assert segments(text) <= 2


@pytest.mark.parametrize("name", SMS)
def test_what_is_texted_to_a_phone_is_said_to_a_landline_without_links(
    name: str,
) -> None:
    spoken = TEXTS[name.removesuffix("sms") + "voice"]

    assert not any("{undo_url}" in text for text in spoken.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_by_sms_is_one_segment(wording: Wording, language: str) -> None:
    assert segments(wording.text("code_sms", language, **VALUES)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SMS)
def test_an_sms_invites_no_reserved_word(
    wording: Wording, name: str, language: str
) -> None:
    text = wording.text(name, language, **VALUES).replace(load_brand().support_url, "")
    words = re.findall(r"\w+", text.lower())

    assert RESERVED.isdisjoint(words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CODES)
def test_a_code_text_warns_and_tells_its_time(
    wording: Wording, name: str, language: str
) -> None:
    text = wording.text(name, language, **VALUES)
    warnings = {
        "en": ("expires in 10 minutes", "Don't share it", "our staff never ask"),
        "es": ("Vence en 10 minutos", "comparta", "nuestro personal nunca"),
    }

    assert all(warning in text for warning in warnings[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CODES)
def test_a_code_text_holds_no_link(wording: Wording, name: str, language: str) -> None:
    text = wording.text(name, language, **VALUES)

    assert not re.search(r"https?:|www\.|\.com", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_is_said_digit_by_digit_and_twice(
    wording: Wording, language: str
) -> None:
    text = wording.text("code_voice", language, **VALUES)

    assert text.count("0, 4, 2, 0, 4, 2") == 2
    assert "042042" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(set(TEXTS) - set(CODES) - {"call_gate"}))
def test_a_notice_says_where_to_object(
    wording: Wording, name: str, language: str
) -> None:
    assert load_brand().support_url in wording.text(name, language, **VALUES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMAILS)
def test_an_email_starts_with_its_subject(
    wording: Wording, name: str, language: str
) -> None:
    subject, *body = wording.text(name, language, **VALUES).splitlines()

    assert 0 < len(subject) <= 78
    assert "042042" not in subject
    assert body


@pytest.mark.parametrize(
    ("name", "language", "values"),
    [
        ("nothing_sms", "en", VALUES),
        ("code_sms", "fr", VALUES),
        ("code_sms", "en", {"code": "042042"}),
    ],
)
def test_a_text_that_cannot_be_made_is_named(
    wording: Wording, name: str, language: str, values: dict[str, object]
) -> None:
    with pytest.raises(WordingMissing) as raised:
        wording.text(name, language, **values)

    assert (raised.value.name, raised.value.language) == (name, language)


def test_a_value_is_never_read_as_a_template(tmp_path: Path) -> None:
    strings = tmp_path / "strings.yml"
    strings.write_text('hello: {en: "{brand} {name}"}')
    brand = Brand(**{**vars(load_brand()), "name": "{name}"})

    text = Wording(brand, path=strings).text("hello", "en", name="{brand}")

    assert text == "{name} {brand}"
