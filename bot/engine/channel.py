"""The engine's only way in: three questions and a deletion, for the app alone."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json
from sqlalchemy.exc import SQLAlchemyError

from bot.engine.errors import (
    BodyRefused,
    ConversationRefused,
    IntentUnknown,
    NotReady,
    TurnError,
    TurnFailed,
)
from bot.engine.messages import Message, Sentences
from bot.engine.turns import Turns, parse, require_ready, require_understanding

SHORTEST_TOKEN = 32
STATUSES: dict[type[TurnError], int] = {
    ConversationRefused: 400,
    IntentUnknown: 400,
    NotReady: 503,
    TurnFailed: 502,
}

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
Shape = TypeVar("Shape", bound=BaseModel)

log = logging.getLogger(__name__)


class LoopbackChannel(InputChannel):
    """Takes messages from whoever holds the engine's token."""

    @classmethod
    def name(cls) -> str:
        return "loopback"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "LoopbackChannel":
        """Read `token` from credentials.yml.

        Raises:
            RasaException: there is none, or its variable was not expanded.
        """
        token = str((credentials or {}).get("token") or "")
        if len(token) < SHORTEST_TOKEN or "$" in token:
            raise RasaException("credentials.yml: the loopback channel has no token")
        return cls(token)

    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}".encode()
        self._turns = Turns()

    def blueprint(self, on_new_message: Callable[..., Awaitable[Any]]) -> Blueprint:
        """The routes; Rasa puts them under /webhooks/loopback."""
        routes = Blueprint("loopback")
        for method, path, handler in (
            ("POST", "/messages", self._say),
            ("POST", "/parse", self._parse),
            ("GET", "/ready", self._ready),
            ("DELETE", "/conversations/<id:str>", self._forget),
        ):
            routes.add_route(self._guarded(handler), path, methods=[method])
        routes.exception(TurnError)(_explain)
        routes.exception(SQLAlchemyError)(_blame_store)
        return routes

    def _guarded(self, handler: Handler) -> Handler:
        """`handler` for those who know the token.

        Not a middleware: sanic 25.12 passes over one that is a bound method.
        """

        @wraps(handler)
        async def guarded(request: Request, **options: Any) -> HTTPResponse:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, self._authorization):
                return json({"error": "the engine's token is needed"}, 401)
            return await handler(request, **options)

        return guarded

    async def _say(self, request: Request) -> HTTPResponse:
        message = _read(request, Message)
        return json(await self._turns.answer(_agent(request), message))

    async def _parse(self, request: Request) -> HTTPResponse:
        sentences = _read(request, Sentences)
        agent = _agent(request)
        require_ready(agent)
        parses = []
        for text in sentences.texts:
            parses.append(await parse(agent, text))
            # Parsing never waits by itself; let a person's message in between.
            await asyncio.sleep(0)
        return json({"parses": parses})

    async def _ready(self, request: Request) -> HTTPResponse:
        agent = _agent(request)
        await require_understanding(agent)
        return json({"ready": True, "model": agent.processor.model_filename})

    async def _forget(self, request: Request, id: str) -> HTTPResponse:
        await require_ready(_agent(request)).forget(id)
        return empty(204)


def _agent(request: Request) -> Agent:
    return getattr(request.app.ctx, "agent", None)


def _read(request: Request, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate_json(request.body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
    fields = sorted({".".join(map(str, fault["loc"])) or "body" for fault in faults})
    long = any(fault["type"] in ("string_too_long", "too_long") for fault in faults)
    raise BodyRefused(fields, 413 if long else 400)


async def _explain(_request: Request, error: TurnError) -> HTTPResponse:
    status = error.status if isinstance(error, BodyRefused) else STATUSES[type(error)]
    return json({"error": str(error)}, status)


async def _blame_store(_request: Request, error: SQLAlchemyError) -> HTTPResponse:
    # The error's own text quotes the statement and its values.
    log.error("the state could not be read or written: %s", type(error).__name__)
    return json({"error": "the state cannot be read or written"}, 503)
