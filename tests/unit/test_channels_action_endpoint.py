import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.engine.action_endpoint import (
    ActionNameTaken,
    ActionRunner,
    action_router,
    find_actions,
)
from bot.engine.forms import unfill

TOKEN = "a token of the tests"
DOMAIN = {
    "forms": {"number_form": {"required_slots": ["contact", "code"]}},
    "slots": {
        "contact": {"mappings": [{"type": "from_entity", "entity": "email"}]},
        "code": {"mappings": []},
        "extra": {"mappings": [{"conditions": [{"active_loop": "number_form"}]}]},
        "language": {"mappings": [{"type": "from_entity", "entity": "language"}]},
    },
}
Found = list[dict[str, Any]]


class Greet(Action):
    def name(self) -> str:
        return "action_greet"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Found:
        dispatcher.utter_message(response="utter_greet", who=tracker.sender_id)
        return [{"event": "slot", "name": "misses", "value": 0}]


class Fail(Greet):
    def name(self) -> str:
        return "action_fail"

    async def run(self, _speak: Any, _tracker: Any, _domain: Any) -> Found:
        raise RuntimeError("the code 042042 of +12025550143")


class Hang(Greet):
    def name(self) -> str:
        return "action_hang"

    async def run(self, _speak: Any, _tracker: Any, _domain: Any) -> Found:
        await asyncio.sleep(5)
        return []


class Block(Greet):
    def name(self) -> str:
        return "action_block"

    async def run(self, _speak: Any, _tracker: Any, _domain: Any) -> Found:
        time.sleep(0.6)
        return []


class Decline(Greet):
    def name(self) -> str:
        return "action_decline"

    async def run(self, _speak: Any, _tracker: Any, _domain: Any) -> Found:
        raise ActionExecutionRejection("action_decline", "not now")


class ValidateForm(FormValidationAction):
    def name(self) -> str:
        return "validate_number_form"

    def validate_contact(self, *_: Any) -> dict[str, Any]:
        raise RuntimeError("no database")


@pytest.fixture
def runner() -> Iterator[ActionRunner]:
    actions = (Greet(), Fail(), Hang(), Block(), Decline(), ValidateForm())
    runner = ActionRunner(actions, timeout=0.3, domain=DOMAIN)
    yield runner
    runner.close()


@pytest.fixture
async def engine(runner: ActionRunner) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(action_router(runner, TOKEN))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://app",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:
        yield client


def call(action: str, *events: dict[str, Any], **slots: Any) -> dict[str, Any]:
    tracker = {
        "sender_id": "c0ffee",
        "slots": slots,
        "events": list(events),
        "latest_message": {},
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    return {"next_action": action, "sender_id": "c0ffee", "tracker": tracker}


async def post(engine: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await engine.post("/engine/actions", json=body)


async def test_an_action_s_events_and_responses_are_given(
    engine: httpx.AsyncClient,
) -> None:
    response = await post(engine, call("action_greet"))

    assert response.status_code == 200
    body = response.json()
    assert body["events"] == [{"event": "slot", "name": "misses", "value": 0}]
    assert body["responses"][0]["response"] == "utter_greet"
    assert body["responses"][0]["who"] == "c0ffee"


@pytest.mark.parametrize(
    "header",
    [None, "", TOKEN, "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xff"],
)
async def test_nobody_runs_an_action_without_the_token(
    engine: httpx.AsyncClient, header: str | None
) -> None:
    del engine.headers["Authorization"]
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}

    response = await engine.post(
        "/engine/actions", json=call("action_greet"), headers=headers
    )

    assert response.status_code == 401
    assert "events" not in response.json()


async def test_an_unknown_action_is_named(engine: httpx.AsyncClient) -> None:
    response = await post(engine, call("action_nowhere"))

    assert response.status_code == 404
    assert response.json()["action_name"] == "action_nowhere"


async def test_an_action_may_decline(engine: httpx.AsyncClient) -> None:
    response = await post(engine, call("action_decline"))

    assert response.status_code == 400
    assert response.json() == {"error": "not now", "action_name": "action_decline"}


@pytest.mark.parametrize(
    "body", [[], "x", None, {}, {"next_action": "action_greet"}, {"tracker": {}}]
)
async def test_what_is_no_call_is_refused_and_not_repeated(
    engine: httpx.AsyncClient, body: Any
) -> None:
    response = await post(engine, body)

    assert response.status_code == 422
    assert set(response.json()) == {"error"}


async def test_broken_json_is_refused(engine: httpx.AsyncClient) -> None:
    response = await engine.post("/engine/actions", content=b"[" * 100_000)

    assert response.status_code == 422


@pytest.mark.parametrize("action", ["action_fail", "action_hang", "action_block"])
async def test_a_failure_is_said_to_the_person(
    engine: httpx.AsyncClient, action: str
) -> None:
    response = await post(engine, call(action))

    assert response.status_code == 200
    assert response.json() == {
        "events": [],
        "responses": [{"response": "utter_failure"}],
    }


async def test_a_blocking_action_holds_up_nobody_else(
    engine: httpx.AsyncClient,
) -> None:
    blocking = asyncio.create_task(post(engine, call("action_block")))
    await asyncio.sleep(0.05)

    began = time.monotonic()
    await post(engine, call("action_greet"))

    assert time.monotonic() - began < 0.25
    await blocking


async def test_a_failure_s_text_is_not_in_the_log(
    engine: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        await post(engine, call("action_fail"))

    logged = caplog.text + "".join(capsys.readouterr())
    assert "action_failed" in logged and "RuntimeError" in logged
    assert "042042" not in logged and "2025550143" not in logged


async def test_a_failed_validation_takes_back_what_was_filled_and_asks_again(
    engine: httpx.AsyncClient,
) -> None:
    body = call(
        "validate_number_form",
        {"event": "slot", "name": "code", "value": "1"},
        {"event": "user", "text": "[email]"},
        {"event": "slot", "name": "language", "value": "en"},
        {"event": "slot", "name": "requested_slot", "value": "contact"},
        {"event": "action", "name": "number_form"},
        {"event": "slot", "name": "contact", "value": "2"},
        {"event": "slot", "name": "extra", "value": "2"},
        contact="2",
        requested_slot="contact",
    )

    answer = (await post(engine, body)).json()

    assert answer["responses"] == [{"response": "utter_failure"}]
    assert [(event["name"], event["value"]) for event in answer["events"]] == [
        ("extra", None),
        ("contact", None),
        ("requested_slot", "contact"),
    ]


def test_the_domain_of_the_call_goes_first() -> None:
    events = [
        {"event": "user"},
        {"event": "slot", "name": "when", "value": "now"},
        {"event": "slot", "name": "contact", "value": "2"},
    ]
    domain = {"forms": {"number_form": {"required_slots": ["when"]}}}
    body = {**call("validate_number_form", *events), "domain": domain}

    assert [event["name"] for event in unfill(body)] == ["when"]


def test_a_form_that_nothing_describes_loses_everything_new() -> None:
    events = [{"event": "user"}, {"event": "slot", "name": "any", "value": "x"}]

    emptied = unfill({**call("validate_other_form", *events), "domain": {}})

    assert [(event["name"], event["value"]) for event in emptied] == [("any", None)]


def test_the_requested_slot_is_never_set_to_nothing() -> None:
    # That would end the form: exactly what a failure must not do.
    events = [{"event": "user"}, {"event": "slot", "name": "contact", "value": "2"}]

    emptied = unfill({**call("validate_number_form", *events), "domain": DOMAIN})

    assert "requested_slot" not in {event["name"] for event in emptied}


def test_two_actions_of_one_name_are_refused() -> None:
    with pytest.raises(ActionNameTaken, match="action_greet"):
        ActionRunner((Greet(), Greet()), timeout=1, domain={})


def test_every_action_of_the_package_is_found_once_and_gets_the_services() -> None:
    services: Any = object()

    found = find_actions(services)

    names = [action.name() for action in found]
    assert len(names) == len(set(names))
    assert {"action_answer", "action_stop", "action_set_language"} <= set(names)
    assert all(action._services is services for action in found)
