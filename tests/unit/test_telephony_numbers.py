"""Reading phone numbers as people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telephony import addresses
from bot.telephony.errors import (
    EmergencyNumber,
    ExtensionGiven,
    NumberError,
    NumberImpossible,
    NumberInvalid,
    NumberUnreadable,
    SeveralNumbers,
    ShortCode,
    VanityNumber,
)
from bot.telephony.lines import LineKind
from bot.telephony.numbers import Number, mask, parse


@pytest.mark.parametrize("region", ["US", "PR", "CA"])
@pytest.mark.parametrize(
    "typed",
    [
        "+12025550143",
        "12025550143",
        "2025550143",
        "(202) 555-0143",
        "202.555.0143",
        "202-555-0143",
        "+1 202 555 0143",
        "tel:+1-202-555-0143",
        "２０２５５５０１４３",
        "＋１２０２５５５０１４３",
        "٢٠٢٥٥٥٠١٤٣",
        "202\u200b555\u200b0143",
        "\u202a+1 202 555 0143\u202c",
        "202–555–0143",
        "202\u00a0555\u00a00143",
        "2\ufe0f\u20e302 555 0143",
        "  202 555 0143.  ",
        "my number is 202 555 0143 please",
        "es el 202 555 0143, gracias",
        "2025550143 yes 2025550143",
    ],
)
def test_every_spelling_is_the_same_number(typed: str, region: str) -> None:
    assert parse(typed, region=region).e164 == "+12025550143"


def test_words_around_a_number_are_never_read_as_digits() -> None:
    number = parse("call me at 415 555 2671 please", region="US")

    assert number == Number("+14155552671", "US", "fixed_or_mobile")


@pytest.mark.parametrize(
    ("typed", "country", "kind"),
    [
        ("+17875550110", "PR", "fixed_or_mobile"),
        ("+16045550123", "CA", "fixed_or_mobile"),
        ("+18765551234", "JM", "mobile"),
        ("+18005550143", "US", "toll_free"),
        ("+19005551234", "US", "premium"),
        ("+15005550006", "US", "personal"),
        ("+447400123456", "GB", "mobile"),
        ("+442079460958", "GB", "landline"),
        ("+445612345678", "GB", "voip"),
        ("+443001234567", "GB", "uan"),
        ("+491801123456", "DE", "shared_cost"),
        ("+33899123456", "FR", "premium"),
    ],
)
def test_country_and_kind_come_from_the_numbering_plan(
    typed: str, country: str, kind: LineKind
) -> None:
    assert parse(typed, region="US") == Number(typed, country, kind)


@pytest.mark.parametrize("typed", ["", "   ", "hello", "my phone", "+", "0", "x" * 300])
def test_text_without_a_number_is_unreadable(typed: str) -> None:
    with pytest.raises(NumberUnreadable):
        parse(typed, region="US")


def test_a_long_text_is_not_searched() -> None:
    with pytest.raises(NumberUnreadable):
        parse("2025550143" + " " * 250, region="US")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("77777777777", "too_long"),
        ("202 555 01433", "too_long"),
        ("12345678901234567890", "too_long"),
        ("202555014", "too_short"),
        ("5550143", "no_area_code"),
        ("555-0143", "no_area_code"),
        ("+1 555 0143", "no_area_code"),
        ("+999 123 456 789", "country_code"),
    ],
)
def test_a_number_of_impossible_length_tells_why(typed: str, reason: str) -> None:
    with pytest.raises(NumberImpossible) as raised:
        parse(typed, region="US")

    assert raised.value.reason == reason


@pytest.mark.parametrize(
    "typed", ["+1 555 123 4567", "123 456 7890", "777 777 7777", "+447700900123"]
)
def test_a_number_that_nobody_has_is_invalid(typed: str) -> None:
    with pytest.raises(NumberInvalid):
        parse(typed, region="US")


@pytest.mark.parametrize(
    "typed", ["202 555 0143 ext 5", "202-555-0143 x12", "2025550143;ext=7"]
)
def test_an_extension_is_refused(typed: str) -> None:
    with pytest.raises(ExtensionGiven):
        parse(typed, region="US")


@pytest.mark.parametrize(
    "typed", ["1-800-FLOWERS", "1800FLOWERS", "it is 1-800-GO-FEDEX", "415 555 ABCD"]
)
def test_a_number_in_letters_is_refused(typed: str) -> None:
    with pytest.raises(VanityNumber):
        parse(typed, region="US")


@pytest.mark.parametrize("typed", ["911", "112", "999", "９１１", "call 911"])
def test_an_emergency_number_is_refused(typed: str) -> None:
    with pytest.raises(EmergencyNumber):
        parse(typed, region="US")


@pytest.mark.parametrize("typed", ["12345", "22395", "611", "123456"])
def test_a_short_code_is_refused(typed: str) -> None:
    with pytest.raises(ShortCode):
        parse(typed, region="US")


@pytest.mark.parametrize(
    "typed", ["2025550143 or 4155550123", "202 555 0143 / 415 555 0123"]
)
def test_two_numbers_are_one_too_many(typed: str) -> None:
    with pytest.raises(SeveralNumbers):
        parse(typed, region="US")


@pytest.mark.parametrize(
    "typed",
    [
        "+12025550143?Fields=sim_swap",
        "../Services/VA+12025550143",
        "+12025550143#x",
        "+1202555%300143",
        "+12025550143\r\nHost: evil",
    ],
)
def test_what_is_read_is_always_plain_e164(typed: str) -> None:
    try:
        number = parse(typed, region="US").e164
    except NumberError:
        return
    assert number[0] == "+" and number[1:].isascii() and number[1:].isdigit()


@settings(max_examples=500, deadline=None)
@given(st.text(st.one_of(st.sampled_from("0123456789+-() ./x"), st.characters())))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    try:
        number = parse(text, region="US").e164
    except NumberError as error:
        assert not any(character.isdigit() for character in str(error))
    else:
        assert 8 <= len(number) <= 16 and number[1:].isdigit()


@pytest.mark.parametrize(
    ("e164", "masked"),
    [("+12025550143", "•••-•••-0143"), ("+442079460958", "•••-•••-0958")],
)
def test_four_digits_of_a_number_are_shown(e164: str, masked: str) -> None:
    assert mask(e164) == masked


@pytest.mark.parametrize(
    ("address", "kind", "masked"),
    [
        ("+12025550143", "phone", "•••-•••-0143"),
        ("maria@example.com", "email", "m•••@example.com"),
    ],
)
def test_addresses_of_both_kinds_are_masked(
    address: str, kind: str, masked: str
) -> None:
    assert addresses.kind_of(address) == kind
    assert addresses.mask(address) == masked
