"""Undo links: what is sent, and what is kept of it."""

import re
from datetime import timedelta

import pytest

from bot.accounts.models import Undo
from bot.accounts.undo_links import hash_of
from bot.clock import ManualClock
from bot.database import Sessions
from tests.unit.world import MARIA, World, make_world


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock, public_url="https://help.example.com/")


def offer(world: World, lifetime: int | None = None) -> str:
    with world.sessions.begin() as session:
        return world.parts.undo_links.offer(
            session,
            "number_changed",
            account_id=world.accounts[MARIA],
            lifetime=lifetime,
            old_id="1",
            new_id=None,
        )


def test_a_link_starts_with_the_public_address(world: World) -> None:
    link = offer(world)
    assert re.fullmatch(r"https://help\.example\.com/undo/[\w-]{43}", link)


def test_two_links_are_never_the_same(world: World) -> None:
    assert len({offer(world) for _ in range(100)}) == 100


def test_the_row_keeps_the_hash_and_not_the_token(world: World) -> None:
    token = offer(world).rpartition("/")[2]
    (row,) = world.rows(Undo)
    assert row.token_hash == hash_of(token)
    kept = [str(getattr(row, column.name)) for column in Undo.__table__.columns]
    assert not any(token in value for value in kept)


def test_the_row_names_what_was_changed(world: World) -> None:
    offer(world)
    (row,) = world.rows(Undo)
    assert (row.kind, row.account_id) == ("number_changed", world.accounts[MARIA])
    assert row.data == {"old_id": "1", "new_id": None}
    assert row.used_at is None


def test_a_link_is_good_for_a_day(world: World) -> None:
    offer(world)
    (row,) = world.rows(Undo)
    assert row.expires_at - row.created_at == timedelta(days=1)


def test_a_link_is_good_for_as_long_as_it_is_told(world: World) -> None:
    offer(world, lifetime=3600)
    (row,) = world.rows(Undo)
    assert row.expires_at - row.created_at == timedelta(hours=1)
