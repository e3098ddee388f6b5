"""A visitor ends the chat: the help desk hears it, and what is gone stays gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.connectors.models import RemoteDelivery
from bot.handoff.desk import Colleague
from tests.unit.serving import Stand, Visitor, stand_up

RITA = Colleague("chatwoot", "Rita", oversees=True, elsewhere=True)
# Nobody is there: what is to be told can be looked at.
AWAY = {
    "chatwoot_url": "http://127.0.0.1:9",
    "chatwoot_account": 1,
    "chatwoot_inbox": 1,
    "chatwoot_token": "a token",
}


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock(), **AWAY) as stand:
        yield stand


async def leave(visitor: Visitor) -> str:
    answer = await visitor.http.delete("/api/web/conversation", headers=visitor.headers)
    return str(answer.json()["forgotten"])


def told(stand: Stand) -> list[tuple[str, dict[str, object]]]:
    with stand.services.sessions() as session:
        rows = session.query(RemoteDelivery).order_by(RemoteDelivery.id)
        return [(row.kind, row.body) for row in rows]


async def test_who_leaves_an_agent_is_said_to_have_left(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.services.desk.take(visitor.conversation, RITA)
    assert await leave(visitor) == "device"
    assert told(stand)[-1] == ("line", {"left": True})


async def test_who_leaves_before_anybody_came_has_abandoned_it(stand: Stand) -> None:
    visitor = await stand.visitor()
    stand.services.handoff.ask(visitor.conversation, "talk_to_human")
    assert await leave(visitor) == "everything"
    assert [kind for kind, _ in told(stand)] == ["open", "close"]
    assert told(stand)[-1][1]["outcome"] == "abandoned"


async def test_who_asked_for_nobody_is_told_of_to_nobody(stand: Stand) -> None:
    visitor = await stand.visitor()
    await visitor.answer(await visitor.say("hello"))
    assert await leave(visitor) == "everything"
    assert told(stand) == []
