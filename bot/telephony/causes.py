"""Why a message did not arrive, from the provider's error codes (Twilio)."""

from dataclasses import dataclass
from typing import Literal, get_args

# Twilio's "the recipient has opted out"; also said of those whom we suppress.
OPTED_OUT = "21610"
# Given up without an error code: it may have gone out; it did not for certain.
LOST, DEAD = "lost", "dead"
NextBest = Literal["enter", "resend", "wait", "voice", "other", "person"]
NEXT_STEPS: tuple[NextBest, ...] = get_args(NextBest)


@dataclass(frozen=True)
class Cause:
    """The cause's name, what helps next, and whether the operators must look."""

    name: str
    next_best: NextBest
    alarm: bool = False


# Safe for everything that has no better advice: another way to sign in.
UNKNOWN = Cause("unknown", "other")
SENDER_PROBLEM = Cause("sender_problem", "other", alarm=True)

CODES: dict[Cause, tuple[str, ...]] = {
    Cause("unreachable", "resend"): ("30003",),
    Cause("blocked", "other"): ("30004",),
    Cause("unknown_number", "other"): ("30005",),
    Cause("invalid_number", "other"): ("21211", "60200", "13224"),
    Cause("landline", "voice"): ("30006", "21614", "60205"),
    Cause("filtered", "voice", alarm=True): ("30007",),
    Cause("unknown", "resend"): ("30008",),
    Cause("expired", "resend"): ("20404",),
    Cause("congested", "wait"): (
        *("30001", "21611", "30017", "30036", "30410", "60212", "20429"),
    ),
    Cause("opted_out", "other"): (OPTED_OUT,),
    Cause("region", "other"): (
        *("21408", "60605", "60220", "21215", "21216", "13225", "13227"),
    ),
    Cause("fraud_block", "other"): ("30450", "60410"),
    # Not Twilio's: held back here before it left (risks.py).
    Cause("at_risk", "other"): ("sim_swap", "sim_unknown", "reassigned"),
    # Too many guesses at a code: wait. Too many codes: the newest one still works.
    Cause("too_many_guesses", "wait"): ("60202",),
    Cause("too_many_codes", "enter"): ("60203",),
    # Not error codes: how a call ended, and what is known when no answer came.
    Cause("unanswered_call", "resend"): ("busy", "no-answer"),
    Cause("uncertain", "resend"): (LOST,),
    Cause("provider_down", "wait", alarm=True): ("20500", "20503", DEAD),
    SENDER_PROBLEM: (
        *("30002", "20003", "60223", "21612", "21617", "14107", "21212"),
        *("30018", "30024", "30032", "30034", "30035"),
        *("30022", "30023", "30027", "30485"),
        *("21606", "21703", "21608", "21601"),
    ),
}
CAUSES = frozenset(known.name for known in CODES)
BY_CODE = {code: known for known, codes in CODES.items() for code in codes}


def cause(error_code: str | None) -> Cause:
    """The cause behind an error code; one never seen gets the safe default."""
    return BY_CODE.get(error_code or "", UNKNOWN)


def loggable(error_code: str | None) -> int | str | None:
    """An error code for a log line, where digits in a text would be masked."""
    known = error_code is not None and error_code.isdecimal()
    return int(error_code or 0) if known else error_code
