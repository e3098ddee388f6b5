"""Where a web conversation comes from counts, as the proxy before us says it."""

from pathlib import Path

from bot.clock import ManualClock
from bot.verification.models import Visitor
from tests.unit.serving import stand_up

PLACE = {"X-Forwarded-For": "93.184.216.34"}


async def test_a_session_notes_where_its_visitor_is(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as stand:
        for headers in (PLACE, PLACE, {"X-Forwarded-For": "93.184.216.35"}, {}):
            opened = await stand.http.post(
                "/api/web/sessions", json={}, headers=headers
            )
            assert opened.status_code == 201
        with stand.services.sessions() as session:
            rows = session.query(Visitor).all()
    assert len(rows) == 3
    assert len({row.fingerprint for row in rows}) == 2


async def test_forgetting_a_conversation_forgets_where_it_came_from(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with stand_up(tmp_path, clock) as stand:
        opened = await stand.http.post("/api/web/sessions", json={}, headers=PLACE)
        stand.services.conversations.forget(opened.json()["conversation"])
        with stand.services.sessions() as session:
            assert session.query(Visitor).count() == 0
