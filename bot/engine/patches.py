"""Changes to Rasa 3.6.21 itself. Each says what it cures; each has a test.

Each function changes the module that it is given.
"""

import asyncio
import logging
import re
from functools import wraps
from graphlib import TopologicalSorter
from typing import Any, cast

from bot.engine.mending import Changes

# Seconds; the app gives an action less than this, so it always answers first.
ACTION_CALL_LIMIT = 15
NAME = re.compile(r"\{(\w+)\}")

log = logging.getLogger(__name__)


class ActionFailed(BaseException):
    """A custom action could not be run; the turn is given up and nothing is stored.

    Not an `Exception`: `MessageProcessor._run_action` swallows those, and would go on
    as if the action had succeeded (a form whose validation failed counts as filled).
    """

    def __init__(self, action: str) -> None:
        super().__init__(f"the action {action} could not be run")
        self.action = action


def send_no_telemetry(telemetry: Any) -> None:
    """Keep Rasa from writing a telemetry id to the home folder and from calling out."""

    def telemetry_is_off() -> bool:
        return False

    telemetry.initialize_telemetry = telemetry_is_off
    telemetry.is_telemetry_enabled = telemetry_is_off


def listen_on_loopback(constants: Any) -> None:
    """Make `rasa run` listen on 127.0.0.1; its own default is every interface."""
    constants.DEFAULT_SERVER_INTERFACE = "127.0.0.1"


def compile_result_schema(actions: Any) -> None:
    """Check an action's result with a schema compiled once.

    `RemoteAction._validate_action_result` checks the schema itself, a constant, each
    time: three quarters of a short message's CPU time.
    """
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    schema = actions.RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def validate(_action: Any, result: Any) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is not None:
            raise error
        return True

    actions.RemoteAction._validate_action_result = validate


def look_up_events(events: Any) -> None:
    """Find an event's class in a table.

    `Event.resolve_by_type` lists all subclasses anew for each event it reads.
    """
    search = events.Event.resolve_by_type
    kinds = events.rasa.shared.utils.common.all_subclasses(events.Event)
    table = {kind.type_name: kind for kind in reversed(kinds)}

    def resolve(type_name: str, default: Any = None) -> Any:
        return table.get(type_name) or search(type_name, default)

    events.Event.resolve_by_type = staticmethod(resolve)


def raise_store_errors(agent: Any) -> None:
    """Let the tracker store's errors reach the caller.

    `FailSafeTrackerStore` answers an error with an empty conversation in memory: the
    person is greeted anew and the turn is lost.
    """

    def bare_store(tracker_store: Any) -> Any:
        return tracker_store

    agent.FailSafeTrackerStore = bare_store


def give_up_failed_turns(actions: Any) -> None:
    """End the turn when a custom action fails, and wait seconds for it, not minutes.

    Rejections (status 400) stay what they are: they let another action run.
    """
    actions.DEFAULT_REQUEST_TIMEOUT = ACTION_CALL_LIMIT
    call = actions.RemoteAction.run

    async def run(action: Any, *args: Any, **options: Any) -> Any:
        try:
            return await call(action, *args, **options)
        except actions.ActionExecutionRejection:
            raise
        except Exception as error:
            log.exception("the action %s could not be run", action.name())
            raise ActionFailed(action.name()) from error

    actions.RemoteAction.run = run


def trust_trained_domain(provider: Any) -> None:
    """Read a model's domain once, as what training has written.

    `Domain.from_path` parses the file four times and checks it against a schema: a
    tenth of the time to start.
    """

    # Training checks the signatures of all components.
    @wraps(provider.DomainProvider.load.__func__)
    def load(kind: Any, /, *, model_storage: Any, resource: Any, **_: Any) -> Any:
        from rasa.shared.utils.io import read_yaml_file

        with model_storage.read_from(resource) as folder:
            domain = provider.Domain.from_dict(read_yaml_file(folder / "domain.yml"))
        return kind(model_storage, resource, domain)

    provider.DomainProvider.load = classmethod(load)


def take_calls_without_domain(executor: Any) -> None:
    """Let `rasa run actions` run what an engine of `enable_selective_domain` sends.

    rasa-sdk 3.21 answers a call without a domain with 449, which only later versions
    of Rasa understand; before, it ran the action with an empty domain.
    """
    execute = executor.ActionExecutor.run

    async def run(self: Any, call: dict[str, Any]) -> Any:
        return await execute(self, {"domain": {}, **call})

    executor.ActionExecutor.run = run


def fill_known_names(interpolator: Any) -> None:
    """Fill in the names that have a value, and leave other braces as they are.

    A button's payload has braces of its own. `interpolate_text` fails at them, writes
    an error with a stack trace to the log, and fills in nothing.
    """

    def interpolate_text(response: str, values: dict[str, Any]) -> str:
        def value_of(match: re.Match[str]) -> str:
            name = match[1]
            return str(values[name]) if name in values else match[0]

        return NAME.sub(value_of, response)

    interpolator.interpolate_text = interpolate_text


def run_nodes_in_order(dask: Any) -> None:
    """Run a graph's nodes one after the other, in an order found once.

    `DaskGraphRunner.run` sorts the graph anew for each message and each prediction,
    and hands every node to a pool of one thread: a tenth of a turn.
    """

    def plan(runner: Any, targets: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        plans = vars(runner).setdefault("_plans", {})
        if targets not in plans:
            schema = runner._graph_schema.minimal_graph_schema(list(targets))
            needs = {
                name: list(node.needs.values()) for name, node in schema.nodes.items()
            }
            order = TopologicalSorter(needs).static_order()
            # What is no node is an input.
            plans[targets] = [(name, needs[name]) for name in order if name in needs]
        return cast(list[tuple[str, list[str]]], plans[targets])

    def run(
        self: Any, inputs: dict[str, Any] | None = None, targets: Any = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, needs in plan(self, wanted):
                done[name] = self._instantiated_nodes[name](*(done[n] for n in needs))
        except RuntimeError as error:
            raise dask.GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    dask.DaskGraphRunner.run = run


def keep_connections(endpoints: Any) -> None:
    """Call actions over connections that stay open for a moment.

    `EndpointConfig.session` opens one for each call.
    """
    connectors: dict[Any, Any] = {}

    def connector() -> Any:
        loop = asyncio.get_running_loop()
        if loop not in connectors:
            # Shorter than an action server keeps them (uvicorn: 5 seconds), so that
            # none is used that is being closed.
            connectors[loop] = endpoints.aiohttp.TCPConnector(keepalive_timeout=2)
        return connectors[loop]

    def session(self: Any) -> Any:
        auth = self.basic_auth and endpoints.aiohttp.BasicAuth(
            self.basic_auth["username"], self.basic_auth["password"]
        )
        return endpoints.aiohttp.ClientSession(
            headers=self.headers,
            auth=auth or None,
            timeout=endpoints.aiohttp.ClientTimeout(
                total=endpoints.DEFAULT_REQUEST_TIMEOUT
            ),
            connector=connector(),
            connector_owner=False,
        )

    endpoints.EndpointConfig.session = session


PATCHES: Changes = {
    "rasa.telemetry": [send_no_telemetry],
    "rasa.core.constants": [listen_on_loopback],
    "rasa.core.actions.action": [compile_result_schema, give_up_failed_turns],
    "rasa.shared.core.events": [look_up_events],
    "rasa.graph_components.providers.domain_provider": [trust_trained_domain],
    "rasa.core.agent": [raise_store_errors],
    "rasa.core.nlg.interpolator": [fill_known_names],
    "rasa.engine.runner.dask": [run_nodes_in_order],
    "rasa.utils.endpoints": [keep_connections],
    "rasa_sdk.executor": [take_calls_without_domain],
}
