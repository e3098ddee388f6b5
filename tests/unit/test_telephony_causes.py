"""Why messages do not arrive."""

import pytest

from bot.telephony.causes import CAUSES, NEXT_STEPS, Cause, cause

UNKNOWN = Cause("unknown", "other")


@pytest.mark.parametrize(
    ("error_code", "name", "next_best"),
    [
        ("30001", "congested", "wait"),
        ("21611", "congested", "wait"),
        ("30003", "unreachable", "resend"),
        ("30004", "blocked", "other"),
        ("30005", "unknown_number", "other"),
        ("30006", "landline", "voice"),
        ("30007", "filtered", "voice"),
        ("30008", "unknown", "resend"),
        ("30017", "congested", "wait"),
        ("30410", "congested", "wait"),
        ("30450", "fraud_block", "other"),
        ("21211", "unknown_number", "other"),
        ("21408", "region", "other"),
        ("21610", "opted_out", "other"),
        ("21614", "landline", "voice"),
        ("60200", "unknown_number", "other"),
        ("60205", "landline", "voice"),
        ("60212", "congested", "wait"),
        ("60410", "fraud_block", "other"),
        ("60605", "region", "other"),
        ("60220", "region", "other"),
        ("20404", "unknown", "resend"),
        ("20429", "congested", "wait"),
    ],
)
def test_a_code_has_its_cause_and_next_step(
    error_code: str, name: str, next_best: str
) -> None:
    known = cause(error_code)

    assert (known.name, known.next_best) == (name, next_best)


@pytest.mark.parametrize(
    "error_code",
    [
        *("30002", "30018", "30024", "30032", "30034", "30035", "30022", "30023"),
        *("30027", "20003", "60223", "21606", "21703", "21608", "21601", "21617"),
        *("21612", "14107"),
    ],
)
def test_a_fault_of_ours_alarms_the_operators(error_code: str) -> None:
    assert cause(error_code) == Cause("sender_problem", "other", alarm=True)


def test_a_filtered_message_alarms_the_operators() -> None:
    assert cause("30007").alarm


def test_too_many_guesses_and_too_many_sends_differ() -> None:
    assert cause("60202").next_best == "wait"
    assert cause("60203").next_best == "enter"


def test_the_names_that_can_be_told_are_listed() -> None:
    assert {
        *("unreachable", "blocked", "unknown_number", "landline", "filtered"),
        *("congested", "sender_problem", "opted_out", "region", "fraud_block"),
        "unknown",
    } == CAUSES


def test_the_steps_that_can_be_told_are_listed() -> None:
    assert NEXT_STEPS == ("enter", "resend", "wait", "voice", "other", "person")


@pytest.mark.parametrize("error_code", [None, "", "99999", "sms", "30003 "])
def test_a_code_never_seen_gets_the_safe_default(error_code: str | None) -> None:
    assert cause(error_code) == UNKNOWN
