"""The endpoint that runs the custom actions for the engine, inside the app.

Rasa meets a failed action with silence, and counts a form as filled when its
validation fails. Here a failure becomes an answer that the person hears, and takes
back what the form was about to believe.
"""

import asyncio
import hmac
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.engine.forms import unfill
from bot.faults import describe

if TYPE_CHECKING:
    from actions.base import BotAction
    from bot.services import Services

Call = dict[str, Any]
FAILURE = "utter_failure"
AT_ONCE = 16
logger = structlog.get_logger(__name__)


class ActionNameTaken(Exception):
    """Two actions have the same name; the text tells which."""


class ActionRunner:
    """Runs actions off the event loop, each within `timeout` seconds.

    `domain` is what actions see when the engine leaves its own out of a call.
    """

    def __init__(
        self, actions: Iterable[Action], *, timeout: float, domain: Call
    ) -> None:
        self._executor = ActionExecutor()
        self._timeout = timeout
        self._domain = domain
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="action")
        for action in actions:
            self._register(action)

    def _register(self, action: Action) -> None:
        if action.name() in self._executor.actions:
            raise ActionNameTaken(action.name())
        self._executor.register_action(action)

    @property
    def names(self) -> frozenset[str]:
        """The names of all actions that can be run."""
        return frozenset(self._executor.actions)

    async def run(self, call: Call) -> Call:
        """Run the action of a call; gives its events and responses.

        Raises:
            ActionNotFoundException: nobody has registered that name.
            ActionExecutionRejection: the action declined, which is an answer too.
        """
        # Without a domain the SDK would validate no slot at all, and say nothing.
        call["domain"] = call.get("domain") or self._domain
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: asyncio.run(self._executor.run(call))
        )
        try:
            result = await asyncio.wait_for(running, self._timeout)
        except (ActionNotFoundException, ActionExecutionRejection):
            raise
        except Exception as error:
            name = str(call["next_action"])
            logger.error("action_failed", action=name, **describe(error))
            return failure(call)
        return failure(call) if result is None else result.model_dump()

    def close(self) -> None:
        """Take no more calls; an action that hangs is left to itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def failure(call: Call) -> Call:
    """What the engine gets in place of a failed action's answer."""
    return {"events": unfill(call), "responses": [{"response": FAILURE}]}


def find_actions(
    services: "Services | None", package: str = "actions"
) -> list["BotAction"]:
    """An instance of every action in a package, made with the services."""
    from actions.base import BotAction

    found: dict[type[BotAction], None] = {}
    for module in _modules(importlib.import_module(package)):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, BotAction) and not inspect.isabstract(kind):
                found.setdefault(kind)
    return [kind(services) for kind in found]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(item.name)


def action_router(runner: ActionRunner, token: str) -> APIRouter:
    """`POST /engine/actions`, as Rasa calls its action server."""
    router = APIRouter(include_in_schema=False)

    @router.post("/engine/actions")
    async def run_action(request: Request) -> Response:
        if not _authorised(request, token):
            return _refusal(401, "the engine's token is needed")
        call = await _read(request)
        if call is None:
            return _refusal(422, "a call names its action and holds a tracker")
        name = call["next_action"]
        try:
            return JSONResponse(await runner.run(call))
        except ActionNotFoundException:
            return _refusal(404, f"no action {name!r} is registered", name)
        except ActionExecutionRejection as rejection:
            return _refusal(400, rejection.message, name)

    return router


def _authorised(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    expected = f"Bearer {token}"
    return hmac.compare_digest(given.encode(), expected.encode())


async def _read(request: Request) -> Call | None:
    try:
        call = await request.json()
    except (ValueError, RecursionError):
        return None
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
        return None
    return call if isinstance(call.get("next_action"), str) else None


def _refusal(status: int, error: str, action: str | None = None) -> JSONResponse:
    body = {"error": error} | ({} if action is None else {"action_name": action})
    return JSONResponse(body, status)
