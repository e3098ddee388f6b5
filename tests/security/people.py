"""Made-up people in any number, for attacks that are tried many times."""

from dataclasses import dataclass

import pyotp

from bot.database import Sessions
from tests.unit.world import World

HOUR = 3600


@dataclass(frozen=True)
class Person:
    """Somebody with one address and one number, who speaks in one conversation."""

    email: str
    number: str
    chat: str
    account_id: str


def person(world: World, turn: int) -> Person:
    """Make the account of the `turn`th person; no two share a block of numbers."""
    email, number = f"person{turn}@example.com", f"+1305{556 + turn % 400}{turn:04}"
    account_id = world.add(email, numbers=(number,))
    return Person(email, number, f"chat-{turn}", account_id)


def with_app(world: World, turn: int) -> tuple[Person, pyotp.TOTP]:
    """The same, with an authenticator app; everything that was proved is over."""
    who = person(world, turn)
    world.identify_twice(who.email, who.number, who.chat)
    app = pyotp.TOTP(world.backend.totp.enrol(who.chat).secret)
    world.backend.totp.confirm(who.chat, app.at(world.clock.now()))
    world.clock.move(HOUR)
    return who, app


def with_saved_codes(world: World, turn: int) -> tuple[Person, tuple[str, ...]]:
    """The same, with recovery codes to save."""
    who = person(world, turn)
    world.identify_twice(who.email, who.number, who.chat)
    codes = world.backend.recovery_codes.issue(who.chat)
    world.clock.move(HOUR)
    return who, codes


def name_of(sessions: Sessions) -> str:
    """What the database is called in a figure."""
    dialects = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    return dialects[sessions.kw["bind"].dialect.name]
