"""Links that arrived, and what happens when somebody follows them."""

import re

from bot.accounts.journal import Journal
from bot.accounts.models import Undo
from bot.accounts.undo_links import hash_of
from bot.accounts.undoing import Undoing
from tests.unit.world import World

LINK = re.compile(r"/undo/([\w-]{43})")


def undoing(world: World) -> Undoing:
    """The service over the world's own reversers."""
    return Undoing(
        world.sessions,
        world.clock,
        world.backend.reversers | world.handoff.reversers,
        Journal(world.clock),
        world.outbox,
    )


def token_to(world: World, address: str) -> str:
    """The token in the newest link that arrived at an address."""
    found = [LINK.findall(message.text) for message in world.sent_to(address)]
    return str([token for tokens in found for token in tokens][-1])


def undo_of(world: World, token: str) -> Undo:
    """The row behind a token."""
    (row,) = world.rows(Undo, Undo.token_hash == hash_of(token))
    return row
