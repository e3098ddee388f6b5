"""The patches of Rasa: each cures its fault, which is there without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import rasa
import rasa.core.agent
import rasa.core.constants
import rasa.shared.utils.common
import rasa.telemetry
import ruamel.yaml
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import interpolator
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import (
    ExecutionContext,
    GraphComponent,
    GraphSchema,
    SchemaNode,
)
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.engine.patches import ACTION_CALL_LIMIT, ActionFailed
from tests.engine_bot import python, read_domain

RESULT = {"events": [], "responses": [{"text": "hello"}]}


class Endpoint:
    """An action endpoint that answers with a value, or fails with an error."""

    url = "http://127.0.0.1/"

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.kwargs: dict[str, Any] = {}
        self.timeout: float | None = None

    async def request(self, timeout: float, **_options: Any) -> Any:
        self.timeout = timeout
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Plus(GraphComponent):
    """A node that adds one and counts how often it did."""

    calls = 0

    @classmethod
    def create(cls, **_given: Any) -> "Plus":
        return cls()

    def add(self, given: int) -> int:
        Plus.calls += 1
        return given + 1


async def call(endpoint: Endpoint) -> list[Event]:
    domain = read_domain()
    return await RemoteAction("action_count", endpoint).run(
        CollectingOutputChannel(),
        TemplatedNaturalLanguageGenerator(domain.responses),
        DialogueStateTracker.from_events("c", [], domain.slots),
        domain,
    )


def test_they_are_made_for_this_version_of_rasa() -> None:
    assert rasa.__version__ == "3.6.21"


def test_rasa_listens_on_loopback() -> None:
    assert rasa.core.constants.DEFAULT_SERVER_INTERFACE == "127.0.0.1"


def test_rasa_itself_would_listen_everywhere() -> None:
    script = (
        "from rasa.core import constants; print(constants.DEFAULT_SERVER_INTERFACE)"
    )
    assert python.run_unmended(script) == "0.0.0.0"


TELEMETRY = "import rasa.telemetry; print(rasa.telemetry.initialize_telemetry())"


def test_no_telemetry_id_is_written(tmp_path: Path) -> None:
    script = "from bot.engine.runtime import prepare; prepare()\n" + TELEMETRY
    assert python.run(script, HOME=str(tmp_path)) == "False"
    assert list(tmp_path.rglob("*.yml")) == []


def test_rasa_itself_would_write_a_telemetry_id(tmp_path: Path) -> None:
    python.run_unmended(TELEMETRY, HOME=str(tmp_path), RASA_TELEMETRY_ENABLED="false")
    assert list(tmp_path.rglob("*.yml")) != []


def test_an_action_result_is_checked_without_checking_the_schema_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        pytest.fail("the schema was checked again")

    monkeypatch.setattr(Draft202012Validator, "check_schema", fail)
    assert RemoteAction("a", None)._validate_action_result(RESULT)


@pytest.mark.parametrize("result", [None, [], {"events": "none"}, {"responses": [1]}])
def test_an_action_result_of_another_shape_is_refused(result: Any) -> None:
    with pytest.raises(ValidationError):
        RemoteAction("a", None)._validate_action_result(result)


def test_rasa_itself_would_check_the_schema_each_time() -> None:
    script = (
        "from jsonschema import Draft202012Validator as kind\n"
        "kind.check_schema = classmethod(lambda *a, **k: print('checked'))\n"
        "from rasa.core.actions.action import RemoteAction\n"
        "RemoteAction('a', None)._validate_action_result({'events': []})\n"
    )
    assert python.run_unmended(script * 2) == "checked\nchecked"


def test_the_class_of_an_event_is_found_without_listing_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_kind: type) -> None:
        pytest.fail("all classes were listed")

    monkeypatch.setattr(rasa.shared.utils.common, "all_subclasses", fail)
    assert Event.resolve_by_type("slot") is SlotSet
    assert Event.resolve_by_type("user") is UserUttered


def test_the_table_holds_what_rasa_itself_would_find() -> None:
    kinds = rasa.shared.utils.common.all_subclasses(Event)
    names = {kind.type_name for kind in kinds if kind.__module__ == Event.__module__}
    names.discard(None)
    script = (
        "from rasa.shared.core.events import Event\n"
        f"for name in {sorted(names)!r}: print(name, Event.resolve_by_type(name))"
    )
    found = [f"{name} {Event.resolve_by_type(name)}" for name in sorted(names)]
    assert python.run_unmended(script).splitlines() == found


def test_an_unknown_event_is_still_an_error() -> None:
    with pytest.raises(ValueError, match="Unknown event"):
        Event.resolve_by_type("party")


def test_rasa_itself_would_list_all_classes() -> None:
    script = (
        "import rasa.shared.utils.common as common\n"
        "from rasa.shared.core.events import Event\n"
        "listed = common.all_subclasses\n"
        "common.all_subclasses = lambda kind: print('listed') or listed(kind)\n"
        "Event.resolve_by_type('slot')"
    )
    assert python.run_unmended(script).startswith("listed")


def test_the_tracker_store_is_used_as_it_is() -> None:
    store = InMemoryTrackerStore(read_domain())
    assert rasa.core.agent.Agent(tracker_store=store).tracker_store is store


def test_rasa_itself_would_hide_the_stores_errors() -> None:
    script = (
        "from rasa.core.agent import Agent\nprint(type(Agent().tracker_store).__name__)"
    )
    assert python.run_unmended(script) == "FailSafeTrackerStore"


async def test_an_action_that_works_gives_its_events() -> None:
    endpoint = Endpoint({"events": [{"event": "slot", "name": "name", "value": "Ann"}]})
    assert await call(endpoint) == [SlotSet("name", "Ann")]
    assert endpoint.timeout == ACTION_CALL_LIMIT


@pytest.mark.parametrize(
    "answer",
    [
        ClientResponseError(500, "failed", "{}"),
        ClientResponseError(401, "refused", "{}"),
        ConnectionRefusedError(),
        TimeoutError(),
        None,
        {"events": [{"event": "party"}]},
        {"events": 7},
    ],
)
async def test_an_action_that_fails_ends_the_turn(answer: Any) -> None:
    with pytest.raises(ActionFailed) as failed:
        await call(Endpoint(answer))
    assert failed.value.action == "action_count"


def test_rasa_itself_would_go_on_after_the_failure() -> None:
    # What `MessageProcessor._run_action` catches and logs.
    assert not issubclass(ActionFailed, Exception)
    source = Path(rasa.core.agent.__file__).with_name("processor.py").read_text()
    assert "the actions events are lost" in source


async def test_an_action_may_still_decline() -> None:
    declined = '{"action_name": "action_count", "error": "no"}'
    with pytest.raises(ActionExecutionRejection):
        await call(Endpoint(ClientResponseError(400, "declined", declined)))


@contextmanager
def stored(folder: Path) -> Iterator[Path]:
    read_domain().persist(folder / "domain.yml")
    yield folder


def load_domain(folder: Path) -> Domain:
    provider = DomainProvider.load(
        config={},
        model_storage=SimpleNamespace(read_from=stored),
        resource=folder,
        execution_context=None,
    )
    return provider.provide_inference()


def test_the_domain_of_a_model_is_what_was_trained(tmp_path: Path) -> None:
    assert load_domain(tmp_path).as_dict() == read_domain().as_dict()
    assert load_domain(tmp_path).as_dict() == Domain.from_path(tmp_path).as_dict()


def test_the_domain_of_a_model_is_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed, load = [], ruamel.yaml.YAML.load
    monkeypatch.setattr(
        ruamel.yaml.YAML, "load", lambda *args: parsed.append(1) or load(*args)
    )
    load_domain(tmp_path)
    assert len(parsed) == 1
    Domain.from_path(tmp_path)
    assert len(parsed) > 3


def test_rasa_itself_would_read_it_the_slow_way() -> None:
    script = (
        "import inspect\n"
        "from rasa.graph_components.providers.domain_provider import DomainProvider\n"
        "print('Domain.from_path' in inspect.getsource(DomainProvider.load))"
    )
    assert python.run_unmended(script) == "True"


CALL = {
    "next_action": "action_greet",
    "tracker": {"sender_id": "c", "slots": {}, "events": [], "latest_message": {}},
}


async def test_the_action_server_takes_a_call_without_a_domain() -> None:
    executor = ActionExecutor()
    executor.register_function("action_greet", lambda dispatcher, tracker, domain: [])
    result = await executor.run(CALL)
    assert result.model_dump()["events"] == []


def test_the_action_server_itself_would_ask_for_the_domain() -> None:
    script = (
        "import asyncio\nfrom rasa_sdk.executor import ActionExecutor\n"
        "executor = ActionExecutor()\n"
        "executor.register_function('action_greet', lambda a, b, c: [])\n"
        f"asyncio.run(executor.run({CALL!r}))"
    )
    with pytest.raises(RuntimeError, match="ActionMissingDomainException"):
        python.run_unmended(script)


BUTTON = {"title": "{name}, call me", "payload": '/resend_code{"way": "voice"}'}


def test_a_payload_keeps_its_braces_beside_a_name_that_is_filled_in() -> None:
    filled = interpolator.interpolate(dict(BUTTON), {"name": "Ana"})
    assert filled == {**BUTTON, "title": "Ana, call me"}


def test_a_name_without_a_value_stays() -> None:
    assert interpolator.interpolate("{number}: {name}", {"name": "Ana"}) == (
        "{number}: Ana"
    )


def test_rasa_itself_would_write_an_error_for_a_payload() -> None:
    script = (
        "from rasa.core.nlg.interpolator import interpolate_text\n"
        f"interpolate_text({BUTTON['payload']!r}, {{}})"
    )
    assert "The specified slot name does not exist" in python.run_unmended(script)


SUMS = GraphSchema(
    {
        "one": SchemaNode({"given": "start"}, Plus, "create", "add", {}),
        "two": SchemaNode({"given": "one"}, Plus, "create", "add", {}),
        "other": SchemaNode({"given": "one"}, Plus, "create", "add", {}),
    }
)


def sums(schema: GraphSchema = SUMS) -> DaskGraphRunner:
    return DaskGraphRunner.create(schema, None, ExecutionContext(schema))


def test_a_graph_gives_its_targets_and_runs_nothing_else() -> None:
    Plus.calls = 0
    assert sums().run({"start": 1}, targets=["two"]) == {"two": 3}
    assert Plus.calls == 2


def test_a_graph_is_sorted_once() -> None:
    runner = sums()
    with patch.object(GraphSchema, "minimal_graph_schema") as sort:
        sort.return_value = SUMS
        for start in (1, 2):
            runner.run({"start": start}, targets=["two", "other"])
    assert sort.call_count == 1


def test_an_error_of_a_node_reaches_the_caller() -> None:
    with pytest.raises(GraphComponentException):
        sums().run({"start": "one"}, targets=["two"])


def test_rasa_itself_would_sort_the_graph_each_time() -> None:
    script = (
        "from rasa.engine.runner.dask import DaskGraphRunner as kind\n"
        "from rasa.engine.graph import GraphSchema, ExecutionContext\n"
        "GraphSchema.minimal_graph_schema = lambda self, *a: print('sorted') or self\n"
        "none = GraphSchema({})\n"
        "runner = kind.create(none, None, ExecutionContext(none))\n"
        "runner.run(targets=[]); runner.run(targets=[])\n"
    )
    assert python.run_unmended(script) == "sorted\nsorted"


async def test_calls_of_an_action_share_a_connection() -> None:
    connectors = []
    for _ in range(2):
        async with EndpointConfig("http://127.0.0.1/").session() as session:
            connectors.append(session.connector)
    first, second = connectors
    assert first is second
    assert not first.closed
    await first.close()


def test_rasa_itself_would_open_one_for_each_call() -> None:
    script = (
        "import asyncio\n"
        "from rasa.utils.endpoints import EndpointConfig\n"
        "async def owns():\n"
        "    async with EndpointConfig('http://127.0.0.1/').session() as session:\n"
        "        return session.connector_owner\n"
        "print(asyncio.run(owns()))\n"
    )
    assert python.run_unmended(script) == "True"
