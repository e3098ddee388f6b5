"""What masking takes out of a message, and what it leaves."""

import pytest

from bot.privacy.folding import fold
from bot.privacy.masking import Found, mask, redact

RECOVERY_CODE = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23"


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(each.kind, each.value) for each in mask(text, region="US").found]


@pytest.mark.parametrize(
    "number",
    [
        "2025550143",
        "202 555 0143",
        "202-555-0143",
        "202.555.0143",
        "(202) 555-0143",
        "(202)555-0143",
        "(202)-555-0143",
        "202/555-0143",
        "202 - 555 - 0143",
        "202--555--0143",
        "1 202 555 0143",
        "12025550143",
        "+12025550143",
        "+1 (202) 555-0143",
        "+1.202.555.0143",
        "202 555 0143 ext 5",
        "202 555 0143 x1234",
        "555-0143",
        "+442079460958",
        "+44 20 7946 0958",
        "44 207 946 0958",
        "011 44 20 7946 0958",
        "+34 600 12 34 56",
        "600 12 34 56",
        "77777777777",
        "777 777 7777",
        "123456789",
        "2 0 2 5 5 5 0 1 4 3",
    ],
)
def test_a_phone_number_is_masked_as_it_was_typed(number: str) -> None:
    masked = mask(f"mine is {number}, thanks", region="US")

    assert masked.text == "mine is [phone], thanks"
    assert masked.found == (Found("phone", number),)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1234", "1234"),
        ("123456", "123456"),
        ("042042", "042042"),
        ("12345678", "12345678"),
        ("123 456", "123456"),
        ("123-456", "123456"),
        ("1234 5678", "12345678"),
        ("12 34 56", "123456"),
        ("1 2 3 4 5 6", "123456"),
        ("48 2913", "482913"),
    ],
)
def test_a_code_is_masked_and_kept_as_digits(typed: str, code: str) -> None:
    masked = mask(f"the code {typed} fails", region="US")

    assert masked.text == "the code [code] fails"
    assert masked.found == (Found("code", code),)


@pytest.mark.parametrize(
    "hidden",
    [
        "４８２９１３",
        "٤٨٢٩١٣",
        "४८२९१३",
        "④⑧②⑨①③",
        "❹❽❷❾❶❸",
        "⁴⁸²⁹¹³",
        "𝟒𝟖𝟐𝟗𝟏𝟑",
        "4\ufe0f\u20e38\ufe0f\u20e32\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e3",
        "4\u200b8\u200b2\u200b9\u200b1\u200b3",
        "482\u00ad913",
        "482\u2060913",
        "482\u202e913",
        "482\u3164913",
        "482\u0000913",
        "4\u03018\u030129\u03011\u03013\u0301",
        "482\u00a0913",
        "482–913",
        "482\u2212913",
    ],
)
def test_a_code_cannot_hide_behind_its_spelling(hidden: str) -> None:
    masked = mask(f"code {hidden}", region="US")

    assert masked.text == "code [code]"
    assert masked.found == (Found("code", "482913"),)


@pytest.mark.parametrize("ssn", ["123-45-6789", "123 45 6789", "900-70-0000"])
def test_a_social_security_number_is_masked(ssn: str) -> None:
    assert _kinds(f"ssn {ssn}.") == [("ssn", ssn)]


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "378282246310005",
        "3782 822463 10005",
        "4222222222222",
        "6304000000000000000",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ],
)
def test_a_card_number_is_masked(card: str) -> None:
    assert _kinds(f"card {card}.") == [("card", card)]


def test_sixteen_digits_with_a_wrong_check_digit_are_no_card() -> None:
    assert _kinds("4111111111111112") == [("number", "4111111111111112")]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("maria@example.com", "maria@example.com"),
        ("Maria.Lopez+id@mail.example.co.uk", "Maria.Lopez+id@mail.example.co.uk"),
        ("maria @ example.com", "maria@example.com"),
        ("begoña@correo.es", "begoña@correo.es"),
        ("maria＠example.com", "maria@example.com"),
        ("4155550123@example.com", "4155550123@example.com"),
    ],
)
def test_an_email_address_is_masked(typed: str, address: str) -> None:
    masked = mask(f"write to {typed}.", region="US")

    assert masked.text == "write to [email]."
    assert masked.found == (Found("email", address),)


@pytest.mark.parametrize("text", ["@maria", "meet @ noon", "a@b", "me @ 10.30"])
def test_an_at_sign_alone_is_no_address(text: str) -> None:
    assert mask(text, region="US").text == text


@pytest.mark.parametrize(
    "typed",
    [
        RECOVERY_CODE,
        RECOVERY_CODE.replace("-", ""),
        RECOVERY_CODE.replace("-", " "),
        RECOVERY_CODE.lower(),
        "ABCDEFGH-JKMNPQRS-TVWXYZ23",
    ],
)
def test_a_saved_recovery_code_is_masked(typed: str) -> None:
    masked = mask(f"use {typed}!", region="US")

    assert masked.text == "use [recovery_code]!"
    assert masked.found == (Found("recovery_code", RECOVERY_CODE.replace("-", "")),)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "C-7K2M-01QX",
            "c-7k2m-01qx",
            "C 7K2M 01QX",
            "c 7k2m-01qx",
            "C - 7K2M - 01QX",
            "c7k2m01qx",
            "C7K2M-01QX",
            "C 7K2M01QX",
        ),
        *("C-7K2M-OIQX", "c 7k2m olqx", "C–7K2M–01QX", "Ｃ-７Ｋ２Ｍ-０１ＱＸ"),
    ],
)
def test_a_case_number_is_masked_and_kept_in_its_one_spelling(typed: str) -> None:
    masked = mask(f"case {typed}, please", region="US")

    assert masked.text == "case [case], please"
    assert masked.found == (Found("case", "C-7K2M-01QX"),)


@pytest.mark.parametrize("typed", ["C-1234-5678", "C-ABCD-EFGH"])
def test_a_case_number_may_lack_digits_or_letters(typed: str) -> None:
    assert _kinds(typed) == [("case", typed)]


@pytest.mark.parametrize(
    "text",
    [
        "vitamin C that they want",
        "vitamin C-rich food",
        "opción c esta casa",
        "ABC-7K2M-9QX4A",
        "XC-7K2M-9QX4",
        "C-7K2M-9QX4Z",
        "C-7K2M",
        "my class2024 photos",
        "c catsdogs",
    ],
)
def test_what_only_looks_like_a_case_number_is_left(text: str) -> None:
    assert "[case]" not in mask(text, region="US").text


def test_eight_digits_after_a_letter_are_no_case_number() -> None:
    assert mask("c 1234 5678", region="US").text == "c [code]"


@pytest.mark.parametrize(
    "text",
    [
        "that code went here then back",
        "esta nota dice todo como está",
        "I have 2 phones and 1 tablet",
        "open 24/7, at 10:30",
        "in 2024 or 1999-2003",
        "call us or 911",
        "it costs 10.50, or 10 000",
        "404 not found",
    ],
)
def test_ordinary_text_is_left(text: str) -> None:
    assert mask(text, region="US").text == text


@pytest.mark.parametrize(
    "date", ["05/12/1984", "1984-05-12", "5.12.2024", "12-31-1999"]
)
def test_a_date_is_masked_and_never_taken_for_a_phone(date: str) -> None:
    masked = mask(f"born {date}", region="US")

    assert masked.text == "born [number]"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("not 4155552671, but 2025550143", "not [phone], but [phone]"),
        ("2025550143 4155552671", "[phone] [phone]"),
        ("(202)555-0143/4155550123", "[phone]/[phone]"),
        ("202 555 0143 415 555 0199 312 555 0188", "[phone] [phone] [phone]"),
        ("202 555 0143 123456", "[phone] [code]"),
        ("123456 202 555 0143", "[code] [phone]"),
        ("202 555 0143 #123456", "[phone] #[code]"),
        ("2024 202 555 0143", "2024 [phone]"),
        ("+44 20 7946 0958 123456", "[phone] [code]"),
        ("+12025550143+14155550123", "[phone][phone]"),
        ("1) 2025550143 2) 4155550123", "1) [phone] 2) [phone]"),
        ("It was 123456. 2025550143 is mine", "It was [code]. [phone] is mine"),
        ("(2025550143)", "([phone])"),
        ("abc2025550143def", "abc[phone]def"),
        ("2025550143\n4155550123", "[phone]\n[phone]"),
        ("maria@example.com 123456", "[email] [code]"),
        ("12345678901234567890", "[number]"),
        (f"x{RECOVERY_CODE}", f"x{RECOVERY_CODE}"),
        (f"{RECOVERY_CODE}ABC", f"{RECOVERY_CODE}ABC"),
    ],
)
def test_neighbours_are_told_apart(text: str, masked: str) -> None:
    assert mask(text, region="US").text == masked


def test_values_come_in_the_order_of_the_text() -> None:
    assert _kinds("123456 for maria@example.com at 202 555 0143") == [
        ("code", "123456"),
        ("email", "maria@example.com"),
        ("phone", "202 555 0143"),
    ]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my code is [code]", "my code is (code)"),
        ("[phone]", "(phone)"),
        ("［phone］", "(phone)"),
        ("[[phone]]", "((phone))"),
        ("[pho[code]ne]", "(pho(code)ne)"),
        ("[ph\u200bone]", "(phone)"),
    ],
)
def test_a_typed_placeholder_cannot_pass_for_one(text: str, masked: str) -> None:
    assert mask(text, region="US").text == masked
    assert mask(text, region="US").found == ()


def test_redaction_leaves_placeholders_and_brackets() -> None:
    assert redact("[phone] [x] 123456", region="US") == "[phone] [x] [code]"


def test_the_region_decides_what_a_number_without_a_plus_is() -> None:
    assert mask("20123456", region="DK").text == "[phone]"
    assert mask("20123456", region="US").text == "[code]"


def test_folding_keeps_letters_of_both_languages() -> None:
    text = "¿Qué pasó, señor Núñez? ¡Adiós! ñandú"

    assert fold(text) == text


def test_folding_drops_what_cannot_be_seen() -> None:
    assert fold("a\u200bb\u202ec\u0007d\ud800e\u3164f") == "abcdef"


def test_folding_keeps_line_breaks_and_tabs() -> None:
    assert fold("a\nb\tc\r") == "a\nb\tc\r"


@pytest.mark.parametrize("typed", ["1-800-FLOWERS", "(800) FLOWERS", "202-555-HELP"])
def test_a_number_written_with_letters_is_a_phone(typed: str) -> None:
    masked = mask(f"use {typed} please", region="US")
    assert masked.text == "use [phone] please"
    assert masked.found == (Found("phone", typed),)


def test_a_sum_of_dollars_is_no_phone() -> None:
    assert mask("100 dollars or 100 DOLLAR", region="US").found == ()
