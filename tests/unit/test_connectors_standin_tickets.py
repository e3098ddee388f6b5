"""The stand-ins of Zendesk and Zammad do what the real ones are documented to do."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from bot.connectors.standin.faults import Fault
from tests.unit.ticket_desks import EMAIL, SECRET, TOKEN, Desk, desk, zammad, zendesk

TOKEN_HEADER = {"Authorization": f"Token token={TOKEN}"}


@pytest.fixture
async def at_zendesk(clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk(zendesk, clock, auth=(f"{EMAIL}/token", TOKEN)) as opened:
        yield opened


@pytest.fixture
async def at_zammad(clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk(zammad, clock, headers=TOKEN_HEADER) as opened:
        yield opened


async def requester(at: Desk, external_id: str = "person-1") -> int:
    user = {"name": "A visitor", "external_id": external_id}
    answer = await at.ask("POST", "/api/v2/users/create_or_update", json={"user": user})
    return int(answer.json()["user"]["id"])


async def create(at: Desk, key: str = "k1", **changed: Any) -> httpx.Response:
    ticket = {
        "subject": "Wants a person",
        "external_id": "request-1",
        "requester_id": await requester(at),
        "comment": {"body": "What was said", "public": False},
    }
    return await at.ask(
        "POST",
        "/api/v2/tickets",
        json={"ticket": ticket | changed},
        headers={"Idempotency-Key": key},
    )


async def open_ticket(at: Desk, **changed: Any) -> dict[str, Any]:
    asked = {
        "title": "Wants a person [key-1]",
        "group": "Users",
        "customer": {"login": "person-1", "firstname": "A visitor"},
        "article": {"body": "What was said", "internal": True, "message_id": "<1@x>"},
    }
    answer = await at.ask("POST", "/api/v1/tickets", json=asked | changed)
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


async def told(at: Desk, count: int) -> list[dict[str, Any]]:
    """The events that the listener got, once there are so many."""
    for _ in range(500):
        if len(at.listener.got) >= count:
            break
        await asyncio.sleep(0.01)
    return [json.loads(body) for _, body in at.listener.got]


async def test_zendesk_opens_one_ticket_for_one_key(at_zendesk: Desk) -> None:
    first, second = await create(at_zendesk), await create(at_zendesk)
    assert first.json() == second.json()
    assert len(at_zendesk.stand_in.tickets()) == 1
    lookups = [each.headers["x-idempotency-lookup"] for each in (first, second)]
    assert lookups == ["miss", "hit"]


async def test_zendesk_refuses_another_body_under_the_same_key(
    at_zendesk: Desk,
) -> None:
    await create(at_zendesk)
    other = await create(at_zendesk, subject="Something else")
    assert other.status_code == 400
    assert other.json()["error"] == "IdempotencyRequestError"


async def test_zendesk_forgets_keys_after_two_hours(
    at_zendesk: Desk, clock: ManualClock
) -> None:
    await create(at_zendesk)
    clock.move(7199)
    await create(at_zendesk)
    assert len(at_zendesk.stand_in.tickets()) == 1
    clock.move(1)
    await create(at_zendesk)
    assert len(at_zendesk.stand_in.tickets()) == 2


async def test_zendesk_finds_tickets_by_our_own_id(at_zendesk: Desk) -> None:
    made = (await create(at_zendesk)).json()["ticket"]
    await create(at_zendesk, "k2", external_id="request-2")
    found = await at_zendesk.ask(
        "GET", "/api/v2/tickets", params={"external_id": "request-1"}
    )
    assert [each["id"] for each in found.json()["tickets"]] == [made["id"]]


async def test_zendesk_knows_a_user_by_our_own_id(at_zendesk: Desk) -> None:
    assert await requester(at_zendesk) == await requester(at_zendesk)
    assert await requester(at_zendesk, "person-2") != await requester(at_zendesk)


async def test_zendesk_refuses_a_requester_that_nobody_knows(
    at_zendesk: Desk,
) -> None:
    refused = await create(at_zendesk, requester_id=4711)
    assert (refused.status_code, refused.json()["error"]) == (422, "RecordInvalid")


async def test_zendesk_lists_changes_in_pages_with_their_metadata(
    at_zendesk: Desk,
) -> None:
    made = (await create(at_zendesk)).json()["ticket"]
    path = f"/api/v2/tickets/{made['id']}"
    for key in ("a", "b"):
        ticket = {"comment": {"body": key}, "metadata": {"key": key}}
        await at_zendesk.ask("PUT", path, json={"ticket": ticket})
    page = (await at_zendesk.ask("GET", f"{path}/audits?page[size]=2")).json()
    assert page["meta"]["has_more"]
    rest = (await at_zendesk.ask("GET", page["links"]["next"])).json()
    audits = page["audits"] + rest["audits"]
    assert [each["metadata"]["custom"].get("key") for each in audits] == [
        None,
        "a",
        "b",
    ]
    assert rest["links"]["next"] is None


async def test_zendesk_changes_no_closed_ticket(at_zendesk: Desk) -> None:
    made = (await create(at_zendesk, status="closed")).json()["ticket"]
    asked = {"ticket": {"comment": {"body": "more"}}}
    path = f"/api/v2/tickets/{made['id']}"
    assert (await at_zendesk.ask("PUT", path, json=asked)).status_code == 422
    missing = await at_zendesk.ask("PUT", "/api/v2/tickets/4711", json=asked)
    assert missing.status_code == 404


async def test_zendesk_tells_of_comments_and_of_solving(at_zendesk: Desk) -> None:
    made = (await create(at_zendesk)).json()["ticket"]
    assert await at_zendesk.stand_in.answer(made["id"], "Hello", name="Rita") == [
        204,
        204,
    ]
    await at_zendesk.stand_in.solve(made["id"], name="Rita")
    events = await told(at_zendesk, 4)
    ours, answer, pending, solved = events
    assert ours["event"]["comment"]["author"]["id"] == ours["detail"]["submitter_id"]
    assert answer["type"] == "zen:event-type:ticket.comment_added"
    assert answer["event"]["comment"]["author"]["name"] == "Rita"
    assert answer["event"]["comment"]["is_public"] is True
    assert pending["event"] == {"previous": "NEW", "current": "PENDING"}
    assert solved["event"] == {"previous": "PENDING", "current": "SOLVED"}


async def test_zendesk_signs_the_time_and_the_body(at_zendesk: Desk) -> None:
    made = (await create(at_zendesk)).json()["ticket"]
    await at_zendesk.stand_in.solve(made["id"], name="Rita")
    headers, body = at_zendesk.listener.got[-1]
    at = headers["x-zendesk-webhook-signature-timestamp"]
    expected = hmac.new(SECRET.encode(), at.encode() + body, hashlib.sha256).digest()
    signature = headers["x-zendesk-webhook-signature"]
    assert signature == b64encode(expected).decode()


async def test_zammad_finds_tickets_by_a_part_of_their_title(at_zammad: Desk) -> None:
    made = await open_ticket(at_zammad)
    await open_ticket(at_zammad, title="Another one [key-2]")
    asked = {
        "condition[ticket.title][operator]": "contains",
        "condition[ticket.title][value]": "[key-1]",
        "expand": "true",
    }
    found = await at_zammad.ask("GET", "/api/v1/tickets/search", params=asked)
    assert [each["id"] for each in found.json()] == [made["id"]]


async def test_zammad_keeps_the_message_id_of_an_article(at_zammad: Desk) -> None:
    made = await open_ticket(at_zammad)
    article = {"ticket_id": made["id"], "body": "more", "message_id": "<2@x>"}
    answer = await at_zammad.ask("POST", "/api/v1/ticket_articles", json=article)
    assert answer.status_code == 201
    path = f"/api/v1/ticket_articles/by_ticket/{made['id']}"
    listed = (await at_zammad.ask("GET", path)).json()
    assert [each["message_id"] for each in listed] == ["<1@x>", "<2@x>"]
    assert listed[0]["internal"] is True


async def test_zammad_has_one_customer_for_one_login(at_zammad: Desk) -> None:
    first, second = await open_ticket(at_zammad), await open_ticket(at_zammad)
    assert first["id"] != second["id"]
    assert first["customer_id"] == second["customer_id"]


async def test_zammad_refuses_a_group_that_it_does_not_have(at_zammad: Desk) -> None:
    with pytest.raises(AssertionError, match="No lookup value"):
        await open_ticket(at_zammad, group="Nobody")


async def test_zammad_closes_tickets_over_the_api(at_zammad: Desk) -> None:
    made = await open_ticket(at_zammad)
    path = f"/api/v1/tickets/{made['id']}"
    closed = await at_zammad.ask("PUT", path, json={"state": "closed"})
    assert closed.json()["state"] == "closed"
    missing = await at_zammad.ask("PUT", "/api/v1/tickets/4711", json={})
    assert missing.status_code == 404


async def test_zammad_tells_of_articles_and_of_closing(at_zammad: Desk) -> None:
    made = await open_ticket(at_zammad)
    await told(at_zammad, 1)
    await at_zammad.stand_in.answer(made["id"], "Hi <you>", name="Rita Roe")
    await at_zammad.stand_in.solve(made["id"], name="Rita Roe")
    ours, answer, closed = await told(at_zammad, 3)
    assert ours["article"]["created_by_id"] == ours["ticket"]["created_by_id"]
    assert answer["article"]["body"].startswith("<div>Hi &lt;you&gt;</div>")
    assert answer["article"]["created_by"]["lastname"] == "Roe"
    assert (closed["ticket"]["state"], closed["article"]) == ("closed", {})


async def test_zammad_signs_the_body(at_zammad: Desk) -> None:
    await open_ticket(at_zammad)
    await told(at_zammad, 1)
    headers, body = at_zammad.listener.got[0]
    expected = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    assert headers["x-hub-signature"] == f"sha1={expected}"
    assert headers["x-zammad-delivery"]


@pytest.mark.parametrize("build", [zendesk, zammad])
async def test_who_is_not_known_is_let_nowhere(build: Any, clock: ManualClock) -> None:
    async with desk(build, clock) as closed:
        for method, path, _ in closed.stand_in.api():
            plain = path.replace("{ticket:int}", "1")
            assert (await closed.ask(method, plain)).status_code == 401


async def test_a_planned_fault_is_had_once(at_zammad: Desk) -> None:
    faults = [{"status": 429, "retry_after": 7}, {"status": 500, "taken": True}]
    await at_zammad.ask("POST", "/standin/faults", json=faults)
    with pytest.raises(AssertionError):
        await open_ticket(at_zammad)
    assert at_zammad.stand_in.tickets() == []
    with pytest.raises(AssertionError):
        await open_ticket(at_zammad)
    assert len(at_zammad.stand_in.tickets()) == 1
    await open_ticket(at_zammad)


async def test_a_fault_can_last(at_zendesk: Desk) -> None:
    await at_zendesk.ask("POST", "/standin/faults", json={"always": {"status": 503}})
    answers = [await create_status(at_zendesk) for _ in range(2)]
    await at_zendesk.ask("POST", "/standin/faults", json={"always": None})
    assert [*answers, await create_status(at_zendesk)] == [503, 503, 200]


async def create_status(at: Desk) -> int:
    return (await at.ask("GET", "/api/v2/tickets")).status_code


async def test_a_connection_can_end_after_all_was_taken(at_zammad: Desk) -> None:
    at_zammad.stand_in.faults.planned.append(Fault(cut=True, taken=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await open_ticket(at_zammad)
    assert len(at_zammad.stand_in.tickets()) == 1


async def test_hooks_can_come_twice_and_wrongly_signed(at_zammad: Desk) -> None:
    made = await open_ticket(at_zammad)
    await told(at_zammad, 1)
    at_zammad.stand_in.hooks.times = 2
    at_zammad.stand_in.hooks.forged = True
    await at_zammad.stand_in.answer(made["id"], "Hello", name="Rita")
    (_, first), (headers, second) = at_zammad.listener.got[1:]
    assert first == second
    expected = hmac.new(SECRET.encode(), second, hashlib.sha1).hexdigest()
    assert headers["x-hub-signature"] != f"sha1={expected}"


async def test_an_agent_acts_over_http(at_zendesk: Desk) -> None:
    made = (await create(at_zendesk)).json()["ticket"]
    path = f"/standin/tickets/{made['id']}"
    said = {"text": "Hello", "name": "Rita"}
    answered = await at_zendesk.ask("POST", f"{path}/answers", json=said)
    assert answered.json() == [204, 204]
    solved = await at_zendesk.ask("POST", f"{path}/solve", json={"name": "Rita"})
    assert solved.json() == [204]
    (shown,) = (await at_zendesk.ask("GET", "/standin/tickets")).json()
    assert shown["status"] == "solved"
    assert [each["body"] for each in shown["comments"]] == ["What was said", "Hello"]
