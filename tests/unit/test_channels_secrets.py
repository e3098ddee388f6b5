"""Secrets on the web channel: filled in for their visitor, and nowhere else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.conversations.models import Message
from tests.unit.serving import Stand, Visitor, stand_up
from tests.unit.streaming import Stream

CODES = ["ABCD-EFGH", "JKMN-PQRS"]


@pytest.fixture
async def stand(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, clock) as stand:
        yield stand


async def show(stand: Stand, visitor: Visitor) -> str:
    """Let the bot answer with a line that names a secret; gives the secret's id."""
    services = stand.services
    with services.sessions.begin() as session:
        showing = services.showings.put(
            session, visitor.conversation, "recovery_codes", {"codes": CODES}
        )
    stand.engine.replies = [{"text": "Keep these:", "custom": {"showing": showing}}]
    await visitor.say("my codes, please")
    await visitor.answer(1)
    return showing


async def first_event(stand: Stand, visitor: Visitor, after: int) -> dict[str, Any]:
    headers = {**visitor.headers, "Last-Event-ID": str(after)}
    async with stand.http.stream("GET", "/api/web/events", headers=headers) as events:
        event: dict[str, Any] = json.loads((await Stream(events).next())["data"])
        return event


async def test_a_secret_is_shown_until_the_visitor_goes_on(stand: Stand) -> None:
    visitor = await stand.visitor()
    showing = await show(stand, visitor)

    shown = (await visitor.read(1))[0]["data"]
    stand.engine.replies = None
    await visitor.say("I wrote them down", client_id="c2")
    later = (await visitor.read(1))[0]["data"]

    assert shown == {
        "showing": showing,
        "secret": {"kind": "recovery_codes", "codes": CODES},
    }
    assert later == {"showing": showing, "gone": True}


async def test_events_show_what_reading_shows(stand: Stand) -> None:
    visitor = await stand.visitor()
    showing = await show(stand, visitor)

    shown = await first_event(stand, visitor, 1)
    stand.clock.move(600)
    later = await first_event(stand, visitor, 1)

    assert shown["data"]["secret"]["codes"] == CODES
    assert later["data"] == {"showing": showing, "gone": True}


async def test_the_log_and_the_engine_hold_nothing_of_it(stand: Stand) -> None:
    visitor = await stand.visitor()
    showing = await show(stand, visitor)
    await visitor.read()

    with stand.services.sessions() as session:
        line = session.get_one(Message, (visitor.conversation, 2))
    assert line.data == {"showing": showing}
    assert CODES[0] not in json.dumps(stand.engine.heard)


async def test_another_conversation_that_names_it_gets_nothing(stand: Stand) -> None:
    visitor, other = await stand.visitor(), await stand.visitor()
    showing = await show(stand, visitor)

    await other.say("my codes, please")
    answer = await other.answer(1)

    assert answer["data"] == {"showing": showing, "gone": True}


async def test_forgetting_a_conversation_forgets_its_secrets(stand: Stand) -> None:
    visitor = await stand.visitor()
    showing = await show(stand, visitor)
    services = stand.services

    await asyncio.to_thread(services.conversations.forget, visitor.conversation)

    assert services.showings.read(visitor.conversation, [showing]) == {}
