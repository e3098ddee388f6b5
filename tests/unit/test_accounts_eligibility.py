"""Whether a number could get codes: told to anybody, and nothing else with it."""

import pytest

from bot.accounts.errors import LookupLimit
from bot.accounts.numbers import Eligible
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.errors import (
    EmergencyNumber,
    NumberError,
    NumberRefused,
    NumberUnreadable,
)
from bot.telephony.models import Delivery
from bot.verification.models import Challenge
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
    statements,
)

HOUR = 3600


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def ask(world: World, number: str = NEW_NUMBER, chat: str = CHAT) -> object:
    return outcome(world.backend.phone_numbers.eligibility, chat, number)


def test_a_number_that_could_get_codes_is_told_with_its_ways(world: World) -> None:
    told = ask(world, "(202) 555-0177")
    assert told == Eligible("•••-•••-0177", ("sms", "voice"), "fixed_or_mobile", "US")


def test_a_landline_could_be_called(world: World) -> None:
    told = ask(world, "+12125550160")
    assert told == Eligible("•••-•••-0160", ("voice",), "landline", "US")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("my number", NumberUnreadable),
        ("911", EmergencyNumber),
        ("+1 900 234 5678", NumberRefused),
        ("+44 7400 123456", NumberRefused),
        ("+1 212 555 0150", NumberRefused),
    ],
)
def test_a_number_that_gets_no_codes_is_refused(
    world: World, typed: str, error: type[NumberError]
) -> None:
    assert ask(world, typed) is error


def test_nothing_is_sent_and_nothing_is_kept_of_it(world: World) -> None:
    ask(world)
    assert not world.rows(Delivery)
    assert not world.rows(Challenge)


def test_ten_are_told_in_an_hour(world: World) -> None:
    for ending in range(10):
        assert isinstance(ask(world, f"+1202555017{ending}"), Eligible)
    world.clock.move(1800)
    with pytest.raises(LookupLimit) as refused:
        world.backend.phone_numbers.eligibility(CHAT, NEW_NUMBER)
    assert refused.value.again_in == 1800


def test_the_hour_ends_to_the_second(world: World) -> None:
    for _ in range(10):
        ask(world)
    world.clock.move(HOUR - 1)
    assert ask(world) is LookupLimit
    world.clock.move(1)
    assert isinstance(ask(world), Eligible)


def test_what_was_refused_is_not_counted(world: World) -> None:
    for _ in range(10):
        ask(world)
    world.clock.move(HOUR - 1)
    for _ in range(20):
        ask(world)
    world.clock.move(1)
    assert isinstance(ask(world), Eligible)


def test_a_number_that_cannot_be_read_costs_nothing(world: World) -> None:
    for _ in range(20):
        assert ask(world, "my number") is NumberUnreadable
    assert isinstance(ask(world), Eligible)


def test_a_number_that_is_refused_costs_a_look_up(world: World) -> None:
    for _ in range(10):
        assert ask(world, "+1 212 555 0150") is NumberRefused
    assert ask(world) is LookupLimit


def test_every_conversation_counts_for_itself(world: World) -> None:
    for _ in range(11):
        ask(world)
    assert isinstance(ask(world, chat=OTHER_CHAT), Eligible)


def test_a_number_in_use_is_asked_about_like_a_free_one(world: World) -> None:
    made, told = [], []
    for number in (MARIAS_NUMBER, "+12025550144"):
        with statements(world.sessions) as seen:
            told.append(ask(world, number, f"chat-{number}"))
        made.append(seen)
    assert made[0] == made[1]
    assert [vars(each) | {"masked": ""} for each in told] == [
        vars(told[0]) | {"masked": ""}
    ] * 2


@pytest.mark.parametrize("adds", [True, False])
def test_a_number_in_use_is_offered_like_a_free_one(world: World, adds: bool) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    made, told = [], []
    for number in (MARIAS_NUMBER, "+13125550143"):
        with statements(world.sessions) as seen:
            told.append(
                world.backend.phone_numbers.offer(CHAT, number, which="1", adds=adds)
            )
        made.append(seen)
    assert made[0] == made[1]
    assert told[0] == told[1]


def test_a_place_gets_thirty_in_an_hour_in_all_its_conversations(world: World) -> None:
    chats = [f"chat-{turn}" for turn in range(31)]
    for chat in chats:
        world.backend.visitors.note(chat, "93.184.216.34")
    told = [ask(world, chat=chat) for chat in chats]
    assert [isinstance(each, Eligible) for each in told] == [True] * 30 + [False]
    assert told[-1] is LookupLimit
    assert isinstance(ask(world, chat="a chat of another place"), Eligible)
