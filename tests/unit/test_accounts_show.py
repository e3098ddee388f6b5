"""An account as operators see it."""

import json

import pytest

from bot.accounts.errors import AccountNotFound
from bot.accounts.show import demo_accounts, show
from bot.clock import ManualClock
from bot.database import Sessions
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    NEW_NUMBER,
    NOBODY,
    World,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def shown(world: World, email: str = JAMES) -> dict[str, object]:
    return show(world.sessions, world.fingerprints, email)


def test_an_unknown_address_is_not_found(world: World) -> None:
    assert outcome(shown, world, NOBODY) is AccountNotFound


def test_an_address_is_found_in_any_spelling(world: World) -> None:
    assert shown(world, " James@EXAMPLE.com")["language"] == "en"


def test_numbers_are_masked_with_their_states(world: World) -> None:
    world.identify(JAMES, JAMES_NUMBER)
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, which="1")
    listed = [
        (number["masked"], number["state"], number["gets_codes"])
        for number in shown(world)["numbers"]  # type: ignore[attr-defined]
    ]
    assert listed == [
        ("•••-•••-0123", "verified", True),
        ("•••-•••-0199", "verified", False),
        ("•••-•••-0177", "pending", False),
    ]


def test_authenticators_are_listed_with_their_states(world: World) -> None:
    world.identify_twice(JAMES, JAMES_NUMBER)
    codes = world.backend.recovery_codes.issue(CHAT)
    world.backend.recovery_codes.use(CHAT, codes[0])
    world.backend.totp.enrol(CHAT)
    world.prove_new()
    world.clock.move(1)
    world.backend.phone_numbers.change(CHAT)
    listed = {
        (row["kind"], row["number"], row["state"], row["codes_left"])
        for row in shown(world)["authenticators"]  # type: ignore[attr-defined]
    }
    assert listed == {
        ("sms", "•••-•••-0123", "disabled", None),
        ("sms", "•••-•••-0199", "usable", None),
        ("sms", "•••-•••-0177", "usable", None),
        ("recovery_codes", None, "usable", 9),
        ("totp", None, "pending", None),
    }


def test_the_last_twenty_events_are_listed_newest_first(world: World) -> None:
    for turn in range(25):
        world.clock.move(86_400)
        world.backend.identification.begin(f"chat-{turn}", JAMES)
    events = shown(world)["events"]
    moments = [event["at"] for event in events]  # type: ignore[attr-defined]
    assert len(moments) == 20
    assert moments == sorted(moments, reverse=True)
    assert moments[0] == world.clock.now().isoformat()


def test_there_are_no_cases_yet(world: World) -> None:
    assert shown(world)["cases"] == []


def test_nothing_personal_is_shown(world: World) -> None:
    world.identify()
    world.prove_new()
    world.clock.move(1)
    world.backend.phone_numbers.change(CHAT)
    text = json.dumps(shown(world, MARIA))
    for secret in ("2025550143", "2025550177", MARIA, "Somebody"):
        assert secret not in text


def test_the_demos_people_have_fictional_numbers_only() -> None:
    numbers = [number for person in demo_accounts() for number in person.numbers]
    assert numbers and all(number[5:10] == "55501" for number in numbers)
