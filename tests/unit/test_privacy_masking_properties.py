"""What masking promises of any text whatever."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy.folding import fold
from bot.privacy.masking import mask, redact

NASTY = st.text(
    st.one_of(
        st.sampled_from("0123456789 +-./()[]@,x#\t\n_"),
        st.sampled_from("0123456789"),
        st.sampled_from("abcdXYZphonecode"),
        st.sampled_from("４٤४④❹⁴\u200b\u00ad\u20e3\ufe0f\u0301–−［］＠\u3164"),
        st.characters(),
    ),
    max_size=80,
)
WORDS = st.lists(
    st.sampled_from(
        [
            *("202 555 0143", "+1 (415) 555-0123", "+44 20 7946 0958", "7777777777"),
            *("123456", "123 456", "12345678", "2024", "1999-2003", "05/12/1984"),
            *("123-45-6789", "4111 1111 1111 1111", "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23"),
            *("C-7K2M-9QX4", "c 7k2m 9qx4", "C", "c-", "7K2M"),
            *("maria@example.com", "a@b.co.1234", "[phone]", "[[code]]", "ext 12345"),
            *("#123456", "and", "1)", "(2)", ".", "/", "-", "+", "@", "x", "00", "1"),
        ]
    ),
    max_size=12,
)
TEXTS = st.one_of(NASTY, st.builds(" ".join, WORDS), st.builds("".join, WORDS))
PLACEHOLDER = re.compile(r"\[(?:phone|code|email|recovery_code|case|card|ssn|number)\]")
YEAR = re.compile(r"(?:19|20)\d\d")


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_no_run_of_four_digits_is_left_but_years(text: str) -> None:
    left = re.findall(r"\d{4,}", mask(text, region="US").text)

    assert [run for run in left if not YEAR.fullmatch(run)] == []


@settings(max_examples=1500, deadline=None)
@given(TEXTS, st.sampled_from(["US", "ES", "GB", "DK"]))
def test_masked_text_is_left_as_it_is(text: str, region: str) -> None:
    masked = mask(text, region=region).text

    assert redact(masked, region=region) == masked


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text, region="US")

    assert redact(once, region="US") == once


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_every_placeholder_stands_for_a_value_that_was_found(text: str) -> None:
    masked = mask(text, region="US")

    assert PLACEHOLDER.findall(masked.text) == [
        f"[{each.kind}]" for each in masked.found
    ]
    assert masked.text.count("[") == masked.text.count("]") == len(masked.found)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=60))
def test_text_without_digits_or_addresses_holds_no_values(text: str) -> None:
    assert "[" not in mask(re.sub(r"\d", "", fold(text)), region="US").text


HOSTILE = (
    *("1 ", "+1 ", "(1)", "1-2 ", "202 ", "202 555 ", "2", "1/1 ", "(2025550143"),
    *("x1 ", "+", "(", "2 (3) ", "777 777 7777 ", "1.2.3.4 ", "+1(202", "a@", "a@b."),
    *(
        "a.",
        "@",
        "a-",
        "ABCD-",
        "A",
        "ABCD ",
        "4111 1111 ",
        "123-45-",
        "2024-",
        "05/05/",
    ),
    *(
        "[",
        "[phone]",
        "\u0301",
        "4\u20e3",
        "\ufdfa",
        "\U0001f1fa",
        "1_",
        "1 ext ",
        ". ",
    ),
    *("0", "00 44 ", "2024 202 555 ", "a @ b", "9" * 19 + " ", "(((1", "1))", "+ 1"),
)


@pytest.mark.parametrize("piece", HOSTILE, ids=range(len(HOSTILE)))
def test_a_thousand_hostile_characters_take_less_than_fifty_milliseconds(
    piece: str,
) -> None:
    text = (piece * 1000)[:1000]
    mask(text, region="US")

    assert min(_seconds(text) for _ in range(3)) < 0.05


@pytest.mark.parametrize("piece", HOSTILE, ids=range(len(HOSTILE)))
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    short, long = (piece * 2000)[:2000], (piece * 16000)[:16000]
    mask(short, region="US")

    shortest = min(_seconds(short) for _ in range(3))
    assert min(_seconds(long) for _ in range(2)) < 8 * 3 * max(shortest, 0.002)


def _seconds(text: str) -> float:
    start = time.thread_time()
    mask(text, region="US")
    return time.thread_time() - start
