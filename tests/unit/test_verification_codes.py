"""Six-digit codes: made, read, sealed."""

from collections import Counter

import pytest

from bot.verification.codes import Codes, read_code
from bot.verification.errors import CodeMalformed
from bot.verification.models import Challenge
from bot.verification.randomness import FixedRandomness, SystemRandomness


def challenge(**changed: str) -> Challenge:
    values = {
        "id": "challenge",
        "purpose": "identify",
        "conversation_id": "conversation",
        "account_id": "account",
        "destination_fingerprint": "number",
    }
    return Challenge(**(values | changed))


@pytest.fixture
def codes() -> Codes:
    return Codes(b"k" * 32, FixedRandomness(["004217"]))


def test_a_code_keeps_its_leading_zeros(codes: Codes) -> None:
    assert codes.new() == "004217"


def test_every_digit_is_equally_likely_in_every_place() -> None:
    draws = 20_000
    randomness = SystemRandomness()
    drawn = [randomness.symbols("0123456789", 6) for _ in range(draws)]
    expected = draws / 10
    for place in range(6):
        counts = Counter(code[place] for code in drawn)
        chi_square = sum(
            (counts[digit] - expected) ** 2 / expected for digit in "0123456789"
        )
        # 9 degrees of freedom: exceeded once in ten million runs.
        assert chi_square < 49


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123456\n",
        "123 456",
        "123-456",
        "1 2 3 4 5 6",
        "１２３４５６",
        "١٢٣٤٥٦",
        "१२३४५६",
        "123\u200b456",
    ],
)
def test_a_code_is_read_in_any_script_and_grouping(typed: str) -> None:
    assert read_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "code", "１２３"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeMalformed):
        read_code(typed)


def test_the_right_code_fits(codes: Codes) -> None:
    sent = challenge()
    sent.code_hmac = codes.seal(sent, "004217")
    assert codes.fits(sent, "004217")
    assert not codes.fits(sent, "004218")


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "another"},
        {"purpose": "bind_number"},
        {"conversation_id": "another"},
        {"account_id": "another"},
        {"destination_fingerprint": "another"},
    ],
)
def test_the_code_of_another_use_does_not_fit(
    codes: Codes, changed: dict[str, str]
) -> None:
    sent = challenge()
    sent.code_hmac = codes.seal(sent, "004217")
    other = challenge(**changed)
    other.code_hmac = sent.code_hmac
    assert not codes.fits(other, "004217")


def test_no_code_fits_a_decoy() -> None:
    codes = Codes(b"k" * 32, SystemRandomness())
    decoy = challenge()
    decoy.code_hmac = codes.seal_nothing(decoy)
    assert not any(codes.fits(decoy, f"{guess:06}") for guess in range(2_000))


def test_parts_that_run_together_are_told_apart(codes: Codes) -> None:
    first = challenge(conversation_id="ab", account_id="c")
    second = challenge(conversation_id="a", account_id="bc")
    assert codes.seal(first, "004217") != codes.seal(second, "004217")
