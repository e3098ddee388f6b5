"""Signs that somebody types: short-lived, and told at once."""

import pytest

from bot.clock import ManualClock
from bot.conversations.typing import TypingSigns


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def signs(clock: ManualClock, told: list[str]) -> TypingSigns:
    return TypingSigns(clock, told.append)


def test_a_sign_lasts_six_seconds(signs: TypingSigns, clock: ManualClock) -> None:
    signs.note("chat", "agent", "Lee")
    clock.move(5.9)
    sign = signs.latest("chat", "agent")
    assert sign is not None and sign.name == "Lee"
    clock.move(0.1)
    assert signs.latest("chat", "agent") is None


def test_each_side_and_each_conversation_has_its_own(signs: TypingSigns) -> None:
    signs.note("chat", "visitor")

    assert signs.latest("chat", "visitor")
    assert signs.latest("chat", "agent") is None
    assert signs.latest("other", "visitor") is None


def test_every_sign_is_told(signs: TypingSigns, told: list[str]) -> None:
    signs.note("chat", "visitor")
    signs.note("chat", "agent", "Lee")

    assert told == ["chat", "chat"]


def test_old_signs_are_not_kept(signs: TypingSigns, clock: ManualClock) -> None:
    for number in range(100):
        signs.note(f"chat-{number}", "visitor")
    clock.move(60)
    signs.note("chat", "visitor")

    assert len(signs._signs) == 1
