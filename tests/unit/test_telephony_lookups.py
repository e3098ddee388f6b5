"""What kind of line a number is: Twilio's own client against the stand-in."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.telephony.errors import GatewayFailed, LookupFailed
from bot.telephony.gateway import ConsoleGateway, Outgoing
from bot.telephony.kept_lines import KeptLineTypes
from bot.telephony.lines import Line, LineKind
from bot.telephony.models import KeptLine
from bot.telephony.numbers import Number
from bot.telephony.policy import NumberPolicy, UnknownLines
from bot.telephony.purposes import CONVERSATION
from bot.telephony.risks import CarefulGateway
from bot.telephony.standin.magic import (
    LINE_TYPES,
    PACKAGE_FAILED,
    REASSIGNED,
    SLOW,
    SWAPPED,
    magic,
)
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.line_types import UNKNOWN, TwilioLineTypes
from bot.telephony.twilio.lookups import Lookups
from bot.telephony.twilio.risks import TwilioRisks
from tests.security.test_line_types import decided
from tests.standing_in import Twilio, twilio

POLICIES: Sequence[UnknownLines] = get_args(UnknownLines)
NUMBER = Number("+12022345678", "US", "fixed_or_mobile")
HOSTILE = (
    *("", "+", "+0123456789", "+123456", "+1234567890123456", "12025550143"),
    *("+1202555014x", "+12025550143\n", "\n+12025550143", "+12025550143 "),
    *("+12025550143/../../Services", "../Accounts", "+1202555?Fields=x", "+1#", "%2e"),
    *("+12025550143?Fields=caller_name", "+12025550143#", "+12025550143%0d%0a"),
    *("+1202555%30143", "+12025550143;x", "+12025550143&x=y", "http://127.0.0.1/"),
    *("//127.0.0.1/x", "+१२०२५५५०१४३", "＋12025550143", "+1 202 555 0143"),
    *("+1-202-555-0143", "+1(202)5550143", "+12025550143\x00", "+1202\r\nHost: x"),
    *(
        "@127.0.0.1",
        "+12025550143@x",
        "\\\\x\\y",
        "+12025550143\\..",
        "tel:+12025550143",
    ),
    *("sip:x@y", "+" + "1" * 40, "+1" * 8, "-12025550143", "++12025550143", "nobody"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


@pytest.fixture
def lookups(server: Twilio) -> Lookups:
    server.exchanges.clear()
    return Lookups(twilio_client(server.account(timeout=0.5)))


@pytest.mark.parametrize("unknown", POLICIES)
def test_no_setting_lets_an_unknown_line_pass_for_what_the_plan_refuses(
    unknown: UnknownLines,
) -> None:
    policy = NumberPolicy(("US", "GB"), unknown_lines=unknown)
    voip = Number("+445612345678", "GB", "voip")
    premium = Number("+19002345678", "US", "premium")
    assert decided(policy, premium, UNKNOWN) == "premium"
    assert decided(policy, voip, UNKNOWN) in ("voip", "unknown")


@pytest.mark.parametrize(("place", "name"), list(enumerate(LINE_TYPES, 1)))
def test_the_client_brings_every_line_type(
    lookups: Lookups, place: int, name: str
) -> None:
    kinds = dict(zip(LINE_TYPES, KINDS, strict=True))
    line = TwilioLineTypes(lookups).look_up(magic(place))
    assert (line.kind, line.source) == (kinds[name], "twilio")


KINDS: tuple[LineKind, ...] = (
    *("mobile", "landline", "toll_free", "voip", "voip", "personal", "premium"),
    *("voicemail", "shared_cost", "uan", "pager", "unknown"),
)


@pytest.mark.parametrize("code", sorted(PACKAGE_FAILED - {60613}))
def test_an_error_inside_a_package_is_no_answer(lookups: Lookups, code: int) -> None:
    with capture_logs() as logs:
        assert TwilioLineTypes(lookups).look_up(magic(code)) == UNKNOWN
    (line,) = logs
    assert (line["event"], line["reason"]) == ("line_unknown", str(code))
    assert magic(code) not in str(logs)


@pytest.mark.parametrize("code", [20003, 20429, 20500, 20503])
def test_a_refused_request_is_no_answer(lookups: Lookups, code: int) -> None:
    with capture_logs() as logs:
        assert TwilioLineTypes(lookups).look_up(magic(code)) == UNKNOWN
    assert logs[0]["reason"] == str(code)


def test_an_answer_that_takes_too_long_is_none(lookups: Lookups) -> None:
    with capture_logs() as logs:
        assert TwilioLineTypes(lookups).look_up(magic(SLOW)) == UNKNOWN
    assert logs[0]["reason"] == "timeout"


def test_nobody_listening_is_no_answer(server: Twilio) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        lookups = Lookups(twilio_client(server.account(base_url=url)))
        with pytest.raises(LookupFailed) as raised:
            lookups.line_type(NUMBER.e164)
    assert raised.value.reason == "unreachable"


def test_a_package_that_is_not_there_is_no_answer(lookups: Lookups) -> None:
    with pytest.raises(LookupFailed) as raised:
        lookups._fetch(NUMBER.e164, "line_status")
    assert raised.value.reason == "null"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_only_numbers_reach_a_url(
    server: Twilio, lookups: Lookups, hostile: str
) -> None:
    assert TwilioLineTypes(lookups).look_up(hostile) == UNKNOWN
    assert server.exchanges == []


def test_there_are_enough_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 40


@dataclass
class Counted:
    """A source that counts how often it is asked."""

    line: Line
    asked: int = 0

    def look_up(self, e164: str) -> Line:
        self.asked += 1
        return self.line


MOBILE = Line("mobile", "Example Wireless", "twilio")


def keep(
    sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints, source: Counted
) -> KeptLineTypes:
    return KeptLineTypes(sessions, clock, fingerprints, source, lifetime=100)


def test_an_answer_is_kept_until_it_is_too_old(
    sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    source = Counted(MOBILE)
    lines = keep(sessions, clock, fingerprints, source)
    assert [lines.look_up(NUMBER.e164) for _ in range(3)] == [MOBILE] * 3
    clock.move(99)
    lines.look_up(NUMBER.e164)
    assert source.asked == 1
    clock.move(1)
    source.line = Line("voip", None, "twilio")
    assert lines.look_up(NUMBER.e164).kind == lines.look_up(NUMBER.e164).kind == "voip"
    assert source.asked == 2


def test_what_is_unknown_is_asked_again(
    sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    source = Counted(UNKNOWN)
    lines = keep(sessions, clock, fingerprints, source)
    lines.look_up(NUMBER.e164)
    source.line = MOBILE
    assert lines.look_up(NUMBER.e164) == MOBILE
    assert source.asked == 2


def test_each_number_has_its_own_answer(
    sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    source = Counted(MOBILE)
    lines = keep(sessions, clock, fingerprints, source)
    lines.look_up(NUMBER.e164)
    lines.look_up("+12022345679")
    assert source.asked == 2


def test_no_number_is_kept_and_old_answers_go(
    sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    lines = keep(sessions, clock, fingerprints, Counted(MOBILE))
    lines.look_up(NUMBER.e164)
    with sessions() as session:
        row = session.query(KeptLine).one()
    assert NUMBER.e164[1:] not in str(vars(row))
    clock.move(100)
    lines.look_up("+12022345679")
    with sessions() as session:
        assert session.query(KeptLine).count() == 1


DAY = date(2026, 1, 31)
SWAP = {True: "sim_swap", False: None, None: None}
STRICT = {True: "sim_swap", False: None, None: "sim_unknown"}


@pytest.mark.parametrize(("place", "swapped"), SWAPPED.items())
def test_a_card_that_was_changed_lately_is_a_risk(
    lookups: Lookups, place: int, swapped: bool | None
) -> None:
    checks = TwilioRisks(lookups, sim_swap="check", reassigned=False)
    requires = TwilioRisks(lookups, sim_swap="require", reassigned=False)
    assert checks.of(magic(place), verified_on=None) == SWAP[swapped]
    assert requires.of(magic(place), verified_on=None) == STRICT[swapped]


@pytest.mark.parametrize("code", [60600, 60620, 20500, SLOW])
def test_what_nobody_says_of_a_card_is_never_no(lookups: Lookups, code: int) -> None:
    requires = TwilioRisks(lookups, sim_swap="require", reassigned=False)
    with capture_logs() as logs:
        assert requires.of(magic(code), verified_on=None) == "sim_unknown"
    assert logs[0]["event"] == "sim_swap_unknown"
    assert magic(code) not in str(logs)


@pytest.mark.parametrize(("place", "said"), REASSIGNED.items())
def test_a_number_that_somebody_else_has_is_a_risk(
    server: Twilio, lookups: Lookups, place: int, said: str
) -> None:
    risks = TwilioRisks(lookups, sim_swap="off", reassigned=True)
    expected = "reassigned" if said == "yes" else None
    assert risks.of(magic(place), verified_on=DAY) == expected
    assert ("LastVerifiedDate", "20260131") in server.exchanges[0].query


def test_a_number_that_was_never_verified_is_not_asked_about(
    server: Twilio, lookups: Lookups
) -> None:
    risks = TwilioRisks(lookups, sim_swap="off", reassigned=True)
    assert risks.of(magic(31), verified_on=None) is None
    assert server.exchanges == []


def outgoing(to: str, by: Any = "sms", purpose: str = "identify") -> Outgoing:
    return Outgoing("d1", to, by, "your code is 042042", purpose, "en")


def test_no_code_leaves_for_a_phone_at_risk(lookups: Lookups) -> None:
    risks = TwilioRisks(lookups, sim_swap="check", reassigned=True)
    gateway = CarefulGateway(risks, lambda _to: DAY, ConsoleGateway())
    for place, reason in ((21, "sim_swap"), (31, "reassigned")):
        with pytest.raises(GatewayFailed) as raised:
            gateway.send(outgoing(magic(place)))
        assert raised.value.error_code == reason
    assert gateway.send(outgoing(magic(22))).state == "delivered"


def test_notices_and_conversation_reach_a_phone_at_risk(lookups: Lookups) -> None:
    risks = TwilioRisks(lookups, sim_swap="require", reassigned=True)
    gateway = CarefulGateway(risks, lambda _to: DAY, ConsoleGateway())
    for purpose in (CONVERSATION, "notice"):
        sent = gateway.send(outgoing(magic(21), purpose=purpose))
        assert sent.state == "delivered"
    assert gateway.send(outgoing("maria@example.com", by="email")).state == "delivered"
