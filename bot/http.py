"""Problem details (RFC 9457): how every refusal over HTTP looks."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.faults import describe

MEDIA_TYPE = "application/problem+json"
KIND = "urn:switchboard:problem:"
KILOBYTE = 1024
TOO_LARGE = 413

logger = structlog.get_logger(__name__)


class ProblemDetails(BaseModel):
    """Why a request was refused, and what to do about it."""

    type: str = Field(examples=[f"{KIND}session-invalid"])
    title: str
    status: int
    detail: str


class Problem(Exception):
    """A refusal; `name` ends the problem's type, `detail` says what to do.

    `more` is what a program may want to know beside it (RFC 9457, 3.2).
    """

    def __init__(
        self,
        status: int,
        name: str,
        title: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: str | None,
    ) -> None:
        super().__init__(name)
        self.more = more
        self.status = status
        self.details = ProblemDetails(
            type=f"{KIND}{name}", title=title, status=status, detail=detail
        )
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem as an HTTP response."""
        return JSONResponse(
            self.details.model_dump() | self.more,
            self.status,
            headers={**self.headers, "Cache-Control": "no-store"},
            media_type=MEDIA_TYPE,
        )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI tells of refusals: each is a problem."""
    return {status: {"model": ProblemDetails} for status in statuses}


def malformed() -> Problem:
    """The body is not JSON."""
    return Problem(
        400, "malformed-json", "Malformed JSON", "Send one JSON object in UTF-8."
    )


def too_large(limit: str) -> Problem:
    """The body has more bytes than are read."""
    detail = f"Send {limit} or less in one request."
    return Problem(TOO_LARGE, "body-too-large", "Body too large", detail)


def invalid(error: RequestValidationError) -> Problem:
    """The body or a parameter does not fit; values are not repeated."""
    faults = [item for item in error.errors() if item["type"] != "json_invalid"]
    if len(faults) < len(error.errors()):
        return malformed()
    detail = "; ".join(dict.fromkeys(_say(item) for item in faults))
    return Problem(422, "invalid-request", "Invalid request", detail)


def _say(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "Leave out fields that are not documented."
    place = ".".join(str(part) for part in fault["loc"] if isinstance(part, str))
    return f"{place}: {fault['msg']}."


def plain(error: HTTPException) -> Problem:
    """A refusal of the framework: no such path, no such method, ..."""
    if error.status_code == 400:
        return malformed()
    if error.status_code == TOO_LARGE:
        return too_large(error.detail)
    phrase = HTTPStatus(error.status_code).phrase
    name = phrase.lower().replace(" ", "-")
    detail = "See /openapi.json for what can be asked."
    return Problem(error.status_code, name, phrase, detail, error.headers)


def unexpected() -> Problem:
    """Something here failed; the log says what."""
    detail = "Try again in a moment; the log of the server says what failed."
    return Problem(500, "failed", "Something failed", detail)


def database_away() -> Problem:
    """The database is locked, full, or being restarted; nothing was written."""
    return Problem(
        503,
        "database-away",
        "Database away",
        "Nothing was done. Ask the same again in 2 seconds.",
        {"Retry-After": "2"},
    )


def speak_problems(app: FastAPI) -> None:
    """Answer every refusal of `app` with problem details."""

    async def on_problem(_request: Request, error: Any) -> Response:
        return Problem.response(error)

    async def on_invalid(_request: Request, error: Any) -> Response:
        return invalid(error).response()

    async def on_plain(_request: Request, error: Any) -> Response:
        return plain(error).response()

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_plain)


def describe_problems(app: FastAPI) -> None:
    """Let OpenAPI say that refusals are problem details, as they are."""
    plain_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for path in plain_openapi()["paths"].values():
                for operation in path.values():
                    _correct(operation["responses"])
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _correct(responses: dict[str, Any]) -> None:
    for status, response in list(responses.items()):
        content = response.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        named = schema.get("$ref", "").rsplit("/")[-1]
        if named == "HTTPValidationError":
            # FastAPI adds it wherever there is a parameter, wrong or not.
            del responses[status]
        elif named == ProblemDetails.__name__:
            content[MEDIA_TYPE] = content.pop("application/json")


class Boundary:
    """Lets no exception out: its text could quote what a person typed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            logger.error("request_failed", **describe(error))
            if not started:
                away = isinstance(error, OperationalError)
                problem = database_away() if away else unexpected()
                await problem.response()(scope, receive, send)


class BodyLimits:
    """Reads no body beyond its limit; `limits` are bytes by path prefix, in order."""

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await too_large(_kilobytes(limit)).response()(scope, receive, send)
            return
        await self._app(scope, _limited(receive, limit), send)

    def _limit(self, path: str) -> int:
        return next(
            limit for prefix, limit in self._limits.items() if path.startswith(prefix)
        )


def _limited(receive: Receive, limit: int) -> Receive:
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            # The one kind of error that FastAPI lets pass while it reads a body.
            raise HTTPException(TOO_LARGE, _kilobytes(limit))
        return message

    return receive_limited


def _kilobytes(size: int) -> str:
    return f"{size // KILOBYTE} KB"
