"""S26: what every kind of line is good for, whatever the look-up says, or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

from bot.telephony.errors import LookupFailed, NumberRefused
from bot.telephony.lines import Line
from bot.telephony.numbers import Number
from bot.telephony.policy import NumberPolicy, UnknownLines
from bot.telephony.standin.magic import LINE_TYPES
from bot.telephony.twilio.line_types import TwilioLineTypes
from tests.security.goals import Goal

BOTH, CALL = ("sms", "voice"), ("voice",)
# What each of Twilio's line types is good for, as long as it is known.
KNOWN: dict[str, tuple[str, ...] | str] = {
    "mobile": BOTH,
    "landline": CALL,
    "tollFree": "toll_free",
    "fixedVoip": "voip",
    "nonFixedVoip": "voip",
    "personal": BOTH,
    "premium": "premium",
    "voicemail": "voicemail",
    "sharedCost": "shared_cost",
    "uan": "uan",
    "pager": "pager",
}
# What an unknown line is good for. The plan says `fixed_or_mobile` of the number.
UNTOLD: dict[UnknownLines, tuple[str, ...] | str] = {
    "refuse": "unknown",
    "landline": CALL,
    "numbering_plan": BOTH,
}
POLICIES: Sequence[UnknownLines] = get_args(UnknownLines)
ANSWERS = ("ok", "error", "timeout", "null")
OUTCOMES = list(product(LINE_TYPES, POLICIES, ANSWERS))
NUMBER = Number("+12022345678", "US", "fixed_or_mobile")


@dataclass
class Prepared:
    """Lookups whose answer is what the test says."""

    answer: str
    kind: str

    def line_type(self, e164: str) -> dict[str, Any]:
        if self.answer == "ok":
            return {"type": self.kind, "carrier_name": None, "error_code": None}
        reason = {"error": "60608"}.get(self.answer, self.answer)
        raise LookupFailed(reason)


def decided(policy: NumberPolicy, number: Number, line: Line) -> tuple[str, ...] | str:
    """The ways that a code may take, or why there is none."""
    try:
        return policy.check(number, line)
    except NumberRefused as refused:
        return refused.reason


def test_every_line_type_policy_and_answer_is_decided_as_the_table_says(
    goal: Goal,
) -> None:
    differing = []
    for kind, unknown, answer in OUTCOMES:
        lookups: Any = Prepared(answer, kind)
        line = TwilioLineTypes(lookups).look_up(NUMBER.e164)
        policy = NumberPolicy(("US",), unknown_lines=unknown)
        told = answer == "ok" and kind in KNOWN
        expected = KNOWN[kind] if told else UNTOLD[unknown]
        if decided(policy, NUMBER, line) != expected:
            differing.append((kind, unknown, answer))

    assert {*KNOWN, "unknown"} == set(LINE_TYPES)
    assert len(OUTCOMES) == 144
    assert differing == []
    goal("S26", f"{len(OUTCOMES)} of {len(OUTCOMES)} outcomes as the table says")


def test_what_is_not_known_is_refused_unless_the_operator_chose_otherwise(
    goal: Goal,
) -> None:
    untold = [
        (kind, answer)
        for kind, answer in product(LINE_TYPES, ANSWERS)
        if answer != "ok" or kind == "unknown"
    ]
    opened = [
        (kind, answer)
        for kind, answer in untold
        for lookups in (Prepared(answer, kind),)
        for line in (TwilioLineTypes(lookups).look_up(NUMBER.e164),)  # type: ignore[arg-type]
        if decided(NumberPolicy(("US",)), NUMBER, line) != "unknown"
    ]
    assert opened == []
    goal("S26", f"0 of {len(untold)} lines that nobody knows fail open by default")
