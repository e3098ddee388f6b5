"""Fifty accounts that want one number at the same moment."""

from typing import Any

from bot.accounts.models import PhoneNumber
from bot.telephony.lines import Line
from bot.telephony.numbers import parse
from tests.unit.world import NEW_NUMBER, World, at_once

RACERS = 50


def contest(world: World, wanted: str = NEW_NUMBER) -> list[Any]:
    """Let fifty accounts, each with both proofs, switch to one number at once."""
    chats = [f"chat-{turn} for {wanted}" for turn in range(RACERS)]
    for turn, chat in enumerate(chats):
        email, own = f"racer{turn}-{wanted[1:]}@example.com", own_number(turn, wanted)
        qualify(world, world.add(email, numbers=(own,)), chat, wanted)
    return at_once(lambda turn: world.backend.phone_numbers.change(chats[turn]))


def own_number(turn: int, wanted: str) -> str:
    """A racer's number before the race, nobody else's in any race of a test."""
    return f"+1305{wanted[-3:]}{turn:04}"


def qualify(world: World, account: str, chat: str, wanted: str) -> None:
    """Give a conversation both proofs behind the backend's back."""
    parts = world.parts
    with world.sessions.begin() as session:
        own = parts.directory.numbers(session, account)[0]
        new = parts.new_numbers.put(
            session,
            parse(wanted, region="US"),
            Line("mobile", None, "test"),
            account_id=account,
            conversation_id=chat,
            replaces_id=own.id,
        )
        parts.proofs.grant(session, chat, account, method="sms", scope="change")
        parts.proofs.grant(
            session,
            chat,
            account,
            method="sms",
            scope="possession",
            number_fingerprint=new.fingerprint,
        )


def owners(world: World, wanted: str = NEW_NUMBER) -> list[PhoneNumber]:
    """Who has the number that was raced for."""
    fingerprint = world.fingerprints.of("phone", wanted)
    return world.rows(
        PhoneNumber,
        PhoneNumber.fingerprint == fingerprint,
        PhoneNumber.state == "verified",
    )
