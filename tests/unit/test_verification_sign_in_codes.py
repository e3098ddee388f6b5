"""A code for the website's sign-in page, asked for in the chat."""

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    NoAuthenticator,
    NoCodePending,
    NotSignedIn,
    SendLimitReached,
)
from bot.verification.errors import SendTooSoon as TooSoon
from bot.verification.models import Challenge, sign_in_thread
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    OMAR,
    World,
    make_world,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    made = make_world(sessions, clock)
    made.identify()
    made.clock.move(60)
    return made


def prove_view(world: World) -> None:
    """Let the website vouch for Maria."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, CHAT, world.accounts[MARIA], method="session", scope="view"
        )


def test_it_goes_to_the_account_in_view_by_the_way_asked_for(world: World) -> None:
    sent = world.backend.identification.resend_sign_in(CHAT, by="voice")
    assert (sent.to_masked, sent.by) == ("•••-•••-0143", "voice")
    assert world.sent_to(MARIAS_NUMBER)[-1].by == "voice"


def test_it_proves_nothing_in_the_chat(world: World) -> None:
    world.backend.identification.resend_sign_in(CHAT)
    assert not world.backend.identification.standing(CHAT).code_pending
    with pytest.raises(NoCodePending):
        world.backend.identification.check("another-chat", world.code_to(MARIAS_NUMBER))


def test_it_takes_the_place_of_the_sign_in_code_before(world: World) -> None:
    world.backend.identification.resend_sign_in(CHAT)
    world.clock.move(120)
    world.backend.identification.resend_sign_in(CHAT)
    thread = sign_in_thread(world.accounts[MARIA])
    codes = world.rows(Challenge, Challenge.conversation_id == thread)
    assert sorted(code.superseded_at is None for code in codes) == [False, True]


def test_a_second_one_has_to_wait(world: World) -> None:
    world.backend.identification.resend_sign_in(CHAT)
    with pytest.raises(TooSoon):
        world.backend.identification.resend_sign_in(CHAT)


def test_a_limit_of_the_number_is_told_and_nothing_is_sent(world: World) -> None:
    for turn in range(4):
        world.clock.move(600)
        world.backend.identification.begin(f"chat-{turn}", MARIA)
    prove_view(world)
    sent = len(world.sent_to(MARIAS_NUMBER))
    with pytest.raises(SendLimitReached):
        world.backend.identification.resend_sign_in(CHAT)
    assert len(world.sent_to(MARIAS_NUMBER)) == sent


def test_without_an_account_in_view_there_is_none(world: World) -> None:
    with pytest.raises(NotSignedIn):
        world.backend.identification.resend_sign_in("a-stranger's-chat")


def test_an_account_without_a_number_gets_none(world: World) -> None:
    world.identify(OMAR, OMAR, chat="omar's-chat")
    with pytest.raises(NoAuthenticator):
        world.backend.identification.resend_sign_in("omar's-chat")
