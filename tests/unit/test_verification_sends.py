"""When codes may be sent: waits, windows, days."""

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import SendLimitReached, SendTooSoon, VerificationError
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    NOBODY,
    OTHER_CHAT,
    World,
    make_world,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def chats(count: int) -> list[str]:
    return [f"chat-{number}" for number in range(count)]


def refusal(world: World, contact: str, chat: str = CHAT) -> VerificationError | None:
    try:
        world.backend.identification.begin(chat, contact)
    except VerificationError as error:
        return error
    return None


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_waits_grow_with_every_send(world: World, contact: str) -> None:
    waits = []
    for chat in chats(4):
        waits.append(world.backend.identification.begin(chat, contact).again_in)
        world.clock.move(waits[-1])
    assert waits == [60, 120, 300, 600]


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_a_second_before_the_wait_is_over_is_too_soon(
    world: World, contact: str
) -> None:
    world.backend.identification.begin(CHAT, contact)
    world.clock.move(59)
    error = refusal(world, contact)
    assert isinstance(error, SendTooSoon) and error.again_in == 1
    world.clock.move(1)
    assert refusal(world, contact) is None


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_a_sixth_send_waits_for_the_window_to_end(world: World, contact: str) -> None:
    begun = world.clock.now()
    for chat, wait in zip(chats(5), (60, 120, 300, 600, 600), strict=True):
        world.backend.identification.begin(chat, contact)
        world.clock.move(wait)
    error = refusal(world, contact)
    left = 3600 - (world.clock.now() - begun).total_seconds()
    assert isinstance(error, SendLimitReached) and error.again_in == left
    world.clock.move(left)
    assert refusal(world, contact) is None


@pytest.mark.parametrize("contact", [MARIA, NOBODY])
def test_ten_sends_a_day_are_the_most(world: World, contact: str) -> None:
    sent = 0
    for chat in chats(24 * 60 // 10):
        sent += refusal(world, contact, chat) is None
        world.clock.move(599.9)
    assert sent == 10


def test_a_thousand_requests_in_a_day_send_ten_texts(world: World) -> None:
    for _ in range(1000):
        refusal(world, MARIA, f"chat-{world.clock.now().timestamp()}")
        world.clock.move(86)
    assert len(world.sent_to(MARIAS_NUMBER)) == 10


def test_the_limits_hold_in_every_conversation_together(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    assert isinstance(refusal(world, MARIA, OTHER_CHAT), SendTooSoon)


def test_two_spellings_of_a_contact_share_its_limits(world: World) -> None:
    world.backend.identification.begin(CHAT, "(202) 555-0143")
    assert isinstance(refusal(world, "+1 202.555.0143", OTHER_CHAT), SendTooSoon)
    world.backend.identification.begin(CHAT, "Nobody@Example.com")
    assert isinstance(refusal(world, " nobody@example.com", OTHER_CHAT), SendTooSoon)


def test_a_refused_send_changes_nothing(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    assert isinstance(refusal(world, MARIA), SendTooSoon)
    assert world.backend.identification.check(CHAT, code).may_view


def test_a_number_gets_five_texts_an_hour_under_whatever_contact(world: World) -> None:
    for turn in range(30):
        refusal(world, (MARIA, MARIAS_NUMBER)[turn % 2], f"chat-{turn}")
        world.clock.move(110)
    assert len(world.sent_to(MARIAS_NUMBER)) == 5


def test_the_limit_of_the_number_behind_a_contact_does_not_show(world: World) -> None:
    for chat, wait in zip(chats(5), (60, 120, 300, 600, 0), strict=True):
        world.backend.identification.begin(chat, MARIA)
        world.clock.move(wait)
    shown = world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    fresh = world.backend.identification.begin(OTHER_CHAT, "+12025550199")
    assert shown == fresh
    assert len(world.sent_to(MARIAS_NUMBER)) == 5


def test_a_conversation_sends_ten_codes_at_most(world: World) -> None:
    for turn in range(10):
        world.backend.identification.begin(CHAT, f"somebody{turn}@example.com")
    assert isinstance(refusal(world, "somebody11@example.com"), SendLimitReached)


def test_an_offered_number_has_limits_of_its_own(world: World) -> None:
    world.identify()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    with pytest.raises(SendTooSoon):
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
    world.backend.phone_numbers.offer(CHAT, "+12025550178")


def test_a_call_comes_a_minute_after_the_text_at_the_earliest(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, code_waits=(10, 10))
    world.backend.identification.begin(CHAT, MARIA)
    clock.move(59)
    with pytest.raises(SendTooSoon) as refused:
        world.backend.identification.resend(CHAT, by="voice")
    assert refused.value.again_in == 1
    clock.move(1)
    world.backend.identification.resend(CHAT, by="voice")
    assert world.sent_to(MARIAS_NUMBER)[-1].by == "voice"


def test_no_text_leaves_for_an_unknown_contact(world: World) -> None:
    world.backend.identification.begin(CHAT, NOBODY)
    world.backend.identification.begin(CHAT, "+12025550100")
    assert world.outbox.drain() == 0
    assert [row.state for row in world.rows(Delivery)] == ["decoy", "decoy"]
