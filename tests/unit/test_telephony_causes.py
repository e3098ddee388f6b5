"""Why messages do not arrive."""

import pytest

from bot.telephony.causes import BY_CODE, CAUSES, CODES, NEXT_STEPS, Cause, cause

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
        ("21211", "invalid_number", "other"),
        ("21408", "region", "other"),
        ("21610", "opted_out", "other"),
        ("21614", "landline", "voice"),
        ("60200", "invalid_number", "other"),
        ("60205", "landline", "voice"),
        ("60212", "congested", "wait"),
        ("60410", "fraud_block", "other"),
        ("60605", "region", "other"),
        ("60220", "region", "other"),
        ("20404", "expired", "resend"),
        ("20429", "congested", "wait"),
        ("60202", "too_many_guesses", "wait"),
        ("60203", "too_many_codes", "enter"),
        ("busy", "unanswered_call", "resend"),
        ("no-answer", "unanswered_call", "resend"),
        ("20503", "provider_down", "wait"),
        ("lost", "uncertain", "resend"),
        ("dead", "provider_down", "wait"),
        ("sim_swap", "at_risk", "other"),
        ("sim_unknown", "at_risk", "other"),
        ("reassigned", "at_risk", "other"),
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


def test_every_code_of_the_tables_has_a_cause_of_its_own() -> None:
    # Twilio's error codes for Verify, and for Messaging.
    verify = (
        *(60200, 60202, 60203, 60205, 60212, 60410, 60605, 60220, 60223),
        *(20404, 20429, 20003),
    )
    messaging = (
        *(30001, 21611, 30002, 30003, 30004, 30005, 30006, 30007, 30008),
        *(30017, 30410, 30018, 30024, 30032, 30034, 30035, 30022, 30023, 30027),
        *(30450, 14107, 21211, 21408, 21610, 21612, 21614),
        *(21606, 21703, 21608, 21601, 21617),
    )
    assert {str(code) for code in (*verify, *messaging)} <= BY_CODE.keys()


def test_no_code_has_two_causes() -> None:
    assert sum(len(codes) for codes in CODES.values()) == len(BY_CODE)


def test_too_many_guesses_and_too_many_sends_differ() -> None:
    guesses, sends = cause("60202"), cause("60203")

    assert guesses.name != sends.name
    assert (guesses.next_best, sends.next_best) == ("wait", "enter")


def test_the_names_that_can_be_told_are_listed() -> None:
    assert {
        *("unreachable", "blocked", "unknown_number", "landline", "filtered"),
        *("congested", "sender_problem", "opted_out", "region", "fraud_block"),
        *("at_risk", "invalid_number", "expired", "too_many_guesses"),
        *("too_many_codes", "unanswered_call", "uncertain", "provider_down"),
        "unknown",
    } == CAUSES


def test_the_steps_that_can_be_told_are_listed() -> None:
    assert NEXT_STEPS == ("enter", "resend", "wait", "voice", "other", "person")


@pytest.mark.parametrize("error_code", [None, "", "99999", "sms", "30003 "])
def test_a_code_never_seen_gets_the_safe_default(error_code: str | None) -> None:
    assert cause(error_code) == UNKNOWN
