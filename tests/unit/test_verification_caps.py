"""How many codes may leave in all, from one place, and to one part of the world."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.caps import SPENDING
from bot.verification.errors import (
    NoAuthenticator,
    SendLimitReached,
    VerificationError,
)
from bot.verification.models import Challenge, Meter, Visitor
from bot.verification.visitors import origin_of
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    NOBODY,
    World,
    at_once,
    empty_world,
    make_world,
)

PLACE = "93.184.216.34"
HOUR = 3600


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def crowd(world: World, *numbers: str) -> list[str]:
    """Accounts, one for each number."""
    emails = [f"person-{number[1:]}@example.com" for number in numbers]
    for email, number in zip(emails, numbers, strict=True):
        world.add(email, numbers=(number,))
    return emails


def ask(world: World, contact: str, chat: str = "") -> VerificationError | None:
    try:
        world.backend.identification.begin(chat or f"chat of {contact}", contact)
    except VerificationError as error:
        return error
    return None


def left(world: World) -> list[Delivery]:
    """Codes that went to phones."""
    return world.rows(Delivery, Delivery.by != "email", Delivery.state != "decoy")


def events(logs: list[Any], name: str) -> list[Any]:
    return [line for line in logs if line["event"] == name]


def test_one_place_asks_for_twenty_codes_an_hour(world: World) -> None:
    refused = []
    for turn in range(30):
        world.backend.visitors.note(f"chat-{turn}", PLACE)
        contact = f"person-{turn}@example.com"
        refused.append(isinstance(ask(world, contact, f"chat-{turn}"), Exception))
    assert refused == [False] * 20 + [True] * 10
    world.clock.move(HOUR)
    assert ask(world, NOBODY, "chat-0") is None


def test_the_limit_of_a_place_says_when_it_ends(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, visitor_sends_per_hour=1)
    world.backend.visitors.note(CHAT, PLACE)
    assert ask(world, MARIA, CHAT) is None
    world.clock.move(100)
    error = ask(world, NOBODY, CHAT)
    assert isinstance(error, SendLimitReached) and error.again_in == HOUR - 100


def test_a_code_for_the_sign_in_page_counts_for_the_place_too(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, visitor_sends_per_hour=1)
    world.backend.visitors.note(CHAT, PLACE)
    world.identify()
    world.clock.move(600)
    with pytest.raises(SendLimitReached):
        world.backend.identification.resend_sign_in(CHAT)


def test_another_place_is_not_held_up(sessions: Sessions, clock: ManualClock) -> None:
    world = make_world(sessions, clock, visitor_sends_per_hour=1)
    world.backend.visitors.note("chat-1", PLACE)
    world.backend.visitors.note("chat-2", "93.184.216.35")
    assert ask(world, MARIA, "chat-1") is None
    assert ask(world, JAMES, "chat-2") is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        (PLACE, PLACE),
        (f"::ffff:{PLACE}", PLACE),
        ("2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220:1::/64"),
        ("2606:2800:220:1::1", "2606:2800:220:1::/64"),
        ("+12025550143", "+12025550143"),
        ("127.0.0.1", None),
        ("::1", None),
        ("10.0.0.7", None),
        ("192.168.1.1", None),
        ("testclient", None),
        ("", None),
        ("+0123", None),
    ],
)
def test_what_counts_as_one_place(address: str, origin: str | None) -> None:
    assert origin_of(address) == origin


def test_no_address_is_kept(world: World) -> None:
    world.backend.visitors.note(CHAT, PLACE)
    world.backend.visitors.note(CHAT, PLACE)
    (row,) = world.rows(Visitor)
    assert PLACE not in str(vars(row))


def test_a_block_of_numbers_gets_so_many_codes_an_hour(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = empty_world(sessions, clock, prefix_sends_per_hour=3)
    emails = crowd(world, *(f"+1202555010{last}" for last in range(6)))
    other = crowd(world, "+13125550188")
    assert [ask(world, email) for email in emails + other] == [None] * 7
    assert len(left(world)) == 4
    assert len(world.sent_to("+13125550188")) == 1
    world.clock.move(HOUR)
    assert ask(world, emails[5]) is None
    assert len(left(world)) == 5


def test_a_country_gets_so_many_codes_an_hour(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = empty_world(sessions, clock, country_sends_per_hour=2)
    american = crowd(world, "+12025550101", "+13125550101", "+14155550101")
    puerto_rican = crowd(world, "+17875550101")
    for email in american + puerto_rican:
        assert ask(world, email) is None
    assert len(left(world)) == 3
    assert len(world.sent_to("+17875550101")) == 1


def test_a_full_cap_does_not_show_to_a_stranger(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, prefix_sends_per_hour=1)
    ask(world, MARIA)
    crowd(world, "+12025550199")
    known = world.backend.identification.begin("chat-1", "+12025550199")
    unknown = world.backend.identification.begin("chat-2", "+12025550198")
    assert known == unknown
    assert not world.sent_to("+12025550199")


def test_whose_account_it_is_hears_that_no_code_left(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, prefix_sends_per_hour=1)
    world.identify()
    world.clock.move(100)
    with pytest.raises(SendLimitReached) as raised:
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, which="1")
    assert raised.value.again_in == HOUR - 100


def test_codes_by_mail_fill_no_cap(sessions: Sessions, clock: ManualClock) -> None:
    world = make_world(sessions, clock, spending_limit=1)
    for turn in range(3):
        contact = f"{turn}@example.com"
        world.add(contact)
        assert ask(world, contact) is None
    ask(world, MARIA)
    assert len(world.sent_to(MARIAS_NUMBER)) == 1


def test_the_breaker_trips_once_and_says_so(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = empty_world(sessions, clock, spending_limit=5)
    emails = crowd(world, *(f"+1{200 + area}5550101" for area in (2, 12, 13, 14, 15)))
    emails += crowd(world, *(f"+1{300 + area}5550101" for area in (1, 2, 3, 4, 5)))
    with capture_logs() as logs:
        for email in emails:
            ask(world, email)
    (tripped,) = events(logs, "spending_breaker_tripped")
    assert tripped["most"] == 5 and tripped["log_level"] == "error"
    assert len(left(world)) == 5
    (row,) = world.rows(Meter, Meter.name == SPENDING)
    assert row.reached_at == clock.now()
    assert [each.name for each in world.backend.traffic.full()] == [SPENDING]


def test_the_breaker_closes_when_its_period_is_over(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, spending_limit=1)
    ask(world, MARIA)
    clock.move(HOUR)
    assert world.backend.traffic.full() == []
    ask(world, JAMES)
    assert len(left(world)) == 2


def test_the_breaker_can_be_closed_by_hand(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, spending_limit=1)
    assert not world.backend.traffic.close_breaker()
    ask(world, MARIA)
    assert world.backend.traffic.close_breaker()
    assert not world.backend.traffic.close_breaker()
    ask(world, JAMES)
    assert len(left(world)) == 2


def test_hundreds_of_mixed_requests_stay_within_the_budget(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = empty_world(sessions, clock, spending_limit=40, prefix_sends_per_hour=8)
    emails = crowd(
        world,
        *(
            f"+1{area}55501{last:02}"
            for area in (202, 212, 312, 415, 646, 787)
            for last in range(0, 100, 5)
        ),
    )
    contacts = [*emails, *(f"nobody-{turn}@example.com" for turn in range(80))]
    for chat in range(250):
        world.backend.visitors.note(f"chat-{chat}", f"93.184.{chat % 50}.1")
    with capture_logs() as logs:
        for turn in range(800):
            ask(world, contacts[turn * 7 % len(contacts)], f"chat-{turn % 250}")
            clock.move(4)
    assert len(left(world)) == 40
    assert len(events(logs, "spending_breaker_tripped")) == 1


def test_of_many_at_once_no_more_leave_than_may(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = empty_world(each_database, clock, spending_limit=5)
    emails = crowd(world, *(f"+1202555{last:04}" for last in range(100, 120)))
    outcomes = at_once(lambda turn: ask(world, emails[turn]), times=20)
    assert outcomes == [None] * 20
    assert len(left(world)) == 5


@pytest.mark.parametrize(
    "number",
    [
        "+19002345678",
        "+18765551234",
        "+881612345678",
        "+870773111632",
        "+442079460958",
        "+449098790000",
        "+99999",
    ],
)
def test_no_code_goes_to_a_number_that_came_on_an_account_otherwise(
    world: World, number: str
) -> None:
    world.add("strange@example.com", numbers=(number,))
    assert ask(world, "strange@example.com") is None
    assert left(world) == []


def test_an_owner_hears_that_such_a_number_gets_no_codes(world: World) -> None:
    world.add("strange@example.com", numbers=("+881612345678",))
    world.backend.identification.begin(CHAT, "strange@example.com", by="email")
    world.backend.identification.check(CHAT, world.code_to("strange@example.com"))
    world.clock.move(600)
    with pytest.raises(NoAuthenticator):
        world.backend.identification.begin_known(CHAT, by="sms")


def test_codes_note_the_country_they_went_to(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.backend.identification.begin("chat-2", JAMES, by="email")
    world.backend.identification.begin("chat-3", NOBODY)
    countries = [row.country for row in world.rows(Challenge)]
    assert sorted(countries) == ["", "", "US"]


def send_many(world: World, *, used: int, unused: int) -> None:
    """Codes to James that had their time, some of them used."""
    for turn in range(used + unused):
        world.backend.identification.begin(f"chat-{turn}", JAMES)
        if turn < used:
            code = world.code_to(JAMES_NUMBER)
            world.backend.identification.check(f"chat-{turn}", code)
        world.clock.move(601)


@pytest.fixture
def watching(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(
        *(sessions, clock),
        code_waits=(1,),
        code_window=60,
        conversion_least=5,
        conversion_floor=50,
        number_sends_per_day=1000,
    )


def test_few_codes_that_are_used_are_said_once(watching: World) -> None:
    send_many(watching, used=2, unused=3)
    with capture_logs() as logs:
        assert watching.backend.traffic.watch() == ["US"]
        assert watching.backend.traffic.watch() == ["US"]
    (said,) = events(logs, "conversion_low")
    assert (said["country"], said["sent"], said["used"]) == ("US", 5, 2)
    assert [each.name for each in watching.backend.traffic.full()] == ["conversion:US"]


def test_codes_that_are_used_again_end_the_alarm(watching: World) -> None:
    send_many(watching, used=2, unused=3)
    watching.backend.traffic.watch()
    send_many(watching, used=6, unused=0)
    with capture_logs() as logs:
        assert watching.backend.traffic.watch() == []
        watching.backend.traffic.watch()
    assert len(events(logs, "conversion_recovered")) == 1
    assert watching.backend.traffic.full() == []


def test_too_few_codes_say_nothing(watching: World) -> None:
    send_many(watching, used=0, unused=4)
    assert watching.backend.traffic.watch() == []


def test_codes_that_are_still_good_are_not_judged(watching: World) -> None:
    send_many(watching, used=0, unused=4)
    watching.backend.identification.begin("chat-9", JAMES)
    assert watching.backend.traffic.watch() == []
