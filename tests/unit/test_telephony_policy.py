"""Which numbers get codes, and how."""

from typing import get_args

import pytest

from bot.telephony.errors import NumberRefused
from bot.telephony.lines import KnownLineTypes, Line, LineKind, OfflineLineTypes
from bot.telephony.numbers import Number
from bot.telephony.policy import NumberPolicy

HOME = ("US", "CA", "PR", "VI", "GU", "AS", "MP")
ORDINARY = Number("+12022345678", "US", "fixed_or_mobile")
ALLOWED: dict[LineKind, tuple[str, ...]] = {
    "mobile": ("sms", "voice"),
    "fixed_or_mobile": ("sms", "voice"),
    "personal": ("sms", "voice"),
    "landline": ("voice",),
}


def _line(kind: LineKind) -> Line:
    return Line(kind, None, "test")


def _refusal(policy: NumberPolicy, number: Number, kind: LineKind) -> NumberRefused:
    with pytest.raises(NumberRefused) as raised:
        policy.check(number, _line(kind))
    return raised.value


@pytest.mark.parametrize("refuse_voip", [True, False])
@pytest.mark.parametrize("kind", get_args(LineKind))
def test_every_kind_of_line_is_decided(kind: LineKind, *, refuse_voip: bool) -> None:
    policy = NumberPolicy(HOME, refuse_voip=refuse_voip)
    allowed = ALLOWED if refuse_voip else {**ALLOWED, "voip": ("sms", "voice")}

    if kind in allowed:
        assert policy.check(ORDINARY, _line(kind)) == allowed[kind]
    else:
        assert _refusal(policy, ORDINARY, kind).reason == kind


def test_voip_is_refused_by_policy() -> None:
    assert _refusal(NumberPolicy(HOME), ORDINARY, "voip").by_policy


@pytest.mark.parametrize("kind", ["premium", "toll_free", "pager", "unknown", "uan"])
def test_what_cannot_get_codes_is_not_refused_by_policy(kind: LineKind) -> None:
    assert not _refusal(NumberPolicy(HOME), ORDINARY, kind).by_policy


@pytest.mark.parametrize("kind", ["premium", "shared_cost", "toll_free", "unknown"])
def test_the_numbering_plan_counts_whatever_the_look_up_says(kind: LineKind) -> None:
    number = Number("+19002345678", "US", kind)

    assert _refusal(NumberPolicy(HOME), number, "mobile").reason == kind


def test_a_voip_number_is_refused_whatever_the_look_up_says() -> None:
    number = Number("+445612345678", "GB", "voip")

    assert _refusal(NumberPolicy(("GB",)), number, "mobile").reason == "voip"


@pytest.mark.parametrize("country", ["JM", "GB", "DO", "001", ""])
def test_a_country_outside_the_list_is_refused_by_policy(country: str) -> None:
    refusal = _refusal(
        NumberPolicy(HOME), Number("+18765551234", country, "mobile"), "mobile"
    )

    assert (refusal.reason, refusal.by_policy) == ("country", True)


@pytest.mark.parametrize("e164", ["+12025550100", "+17875550199"])
def test_a_fictional_number_is_refused_in_production(e164: str) -> None:
    number = Number(e164, "US", "fixed_or_mobile")
    refusal = _refusal(NumberPolicy(HOME), number, "mobile")

    assert (refusal.reason, refusal.by_policy) == ("fictional", False)


def test_a_fictional_number_is_allowed_in_the_demo() -> None:
    number = Number("+12025550143", "US", "fixed_or_mobile")

    assert NumberPolicy(HOME, allow_fictional=True).check(number, _line("mobile"))


@pytest.mark.parametrize("e164", ["+12025550099", "+12025550200", "+12025560143"])
def test_neighbours_of_fictional_numbers_are_real(e164: str) -> None:
    number = Number(e164, "US", "fixed_or_mobile")

    assert NumberPolicy(HOME).check(number, _line("mobile")) == ("sms", "voice")


@pytest.mark.parametrize(
    ("e164", "kind"),
    [
        ("+12022345678", "fixed_or_mobile"),
        ("+18765551234", "mobile"),
        ("+442079460958", "landline"),
        ("+15551234567", "unknown"),
    ],
)
def test_the_numbering_plan_tells_no_more_than_it_knows(
    e164: str, kind: LineKind
) -> None:
    assert OfflineLineTypes().look_up(e164) == Line(kind, None, "numbering_plan")


def test_known_lines_come_before_the_fallback() -> None:
    voip = Line("voip", "Example Voice", "test")
    lines = KnownLineTypes({"+12022345678": voip}, OfflineLineTypes())

    assert lines.look_up("+12022345678") == voip
    assert lines.look_up("+12022345679").kind == "fixed_or_mobile"
