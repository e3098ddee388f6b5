"""S25: every error of the carrier has words for the person and an act for us.

The lists are Twilio's own: error codes of Messaging, of Verify, and how calls end.
"""

import re

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony.causes import BY_CODE, DEAD, UNKNOWN, cause
from bot.telephony.gateway import ConsoleGateway
from bot.telephony.models import Delivery
from bot.telephony.outbox import Outbox
from tests.contract import dialogue
from tests.contract.test_sms_wording import by_sms
from tests.security.goals import Goal

VERIFY = (
    *(60200, 60202, 60203, 60205, 60212, 60410, 60605, 60220, 60223),
    *(20404, 20429, 20003),
)
MESSAGING = (
    *(30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30017, 30018, 30022),
    *(30023, 30024, 30027, 30032, 30034, 30035, 30036, 30410, 30450, 30485),
    *(14107, 21211, 21212, 21215, 21216, 21408, 21601, 21606, 21608, 21610, 21611),
    *(21612, 21614, 21617, 21703, 13224, 13225, 13227, 20500, 20503),
)
CALLS = ("busy", "no-answer", DEAD)
LISTED = {str(code) for code in (*VERIFY, *MESSAGING, *CALLS)}
ODD = (None, "", "99999", "0", "sms", "30003 ", "-1", "<b>30003</b>", "a" * 1000)
RAW = re.compile(r"(?<!\d)(?:1[34]|2[01]|30|60)\d{3}(?!\d)|twilio|error_code", re.I)
NUMBER = "+12025550143"


def words(error_code: str | None) -> list[str]:
    """What a person is told about an error: why, and what helps, on every channel."""
    why = cause(error_code)
    names = (f"utter_cause_{why.name}", f"utter_next_{why.next_best}")
    web = [each for name in names for each in dialogue.responses()[name]]
    texted = [each for name in names for _, each in by_sms(name)]
    return [str(each["text"]) for each in (*web, *texted)]


def spoken_in(error_code: str | None) -> set[str]:
    why = cause(error_code)
    names = (f"utter_cause_{why.name}", f"utter_next_{why.next_best}")
    languages = [
        {dialogue.language(each) for each in dialogue.responses()[name]}
        for name in names
    ]
    return set.intersection(*languages)


@pytest.mark.parametrize("error_code", [*sorted(LISTED), *ODD])
def test_every_error_has_words_in_both_languages(error_code: str | None) -> None:
    assert spoken_in(error_code) == {"en", "es"}
    assert not [text for text in words(error_code) if RAW.search(text)]


def test_every_listed_error_has_a_cause(goal: Goal) -> None:
    unlisted = LISTED - BY_CODE.keys()
    assert unlisted == set()
    assert all(cause(odd) == UNKNOWN for odd in ODD)
    assert cause("60202") != cause("60203")
    goal(
        "S25",
        f"{len(LISTED)} of {len(LISTED)} codes have a cause, words in both languages"
        f" and a next step; {len(ODD)} of {len(ODD)} unknown ones the safe default",
    )


def test_what_is_our_own_fault_alarms_and_everything_is_kept(
    sessions: Sessions,
    clock: ManualClock,
    cipher: Cipher,
    fingerprints: Fingerprints,
    goal: Goal,
) -> None:
    alarms = 0
    for error_code in sorted(LISTED):
        gateway = ConsoleGateway({NUMBER: error_code})
        outbox = Outbox(sessions, clock, cipher, fingerprints, gateway)
        with sessions.begin() as session:
            sent = outbox.post(session, to=NUMBER, by="sms", text="x", purpose="notice")
            delivery = sent.id
        with capture_logs() as logs:
            outbox.drain()
        told = [line["event"] for line in logs if line["log_level"] == "error"]
        assert told == (["sender_refused"] if cause(error_code).alarm else [])
        alarms += len(told)
        with sessions() as session:
            query = select(Delivery.error_code).where(Delivery.id == delivery)
            assert session.scalar(query) == error_code
    assert alarms >= 20
    goal("S25", f"{alarms} codes alarm the operators, all {len(LISTED)} are kept")


def test_no_answer_at_all_shows_a_code_of_the_carrier(goal: Goal) -> None:
    told = [
        str(each.get("text", ""))
        for variations in dialogue.responses().values()
        for each in variations
    ]
    assert [text for text in told if RAW.search(text)] == []
    goal("S25", f"0 raw codes in {len(told)} answers")
