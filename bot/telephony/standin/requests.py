"""Requests to the stand-in: forms, who asks, and how refusals are answered."""

import asyncio
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telephony.standin import shapes
from bot.telephony.standin.state import Fault, State

UNAUTHORIZED, NOT_FOUND = 401, 404
BAD_CREDENTIALS, NO_SUCH_THING = 20003, 20404

Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """Twilio's answer to what it does not do."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """The one account that the stand-in knows."""

    sid: str
    token: str


async def form_of(request: Request) -> Mapping[str, str]:
    """The form's fields; of one that is there twice the last."""
    body = (await request.body()).decode()
    return dict(parse_qsl(body, keep_blank_values=True))


class Doorkeeper:
    """Wraps endpoints: asks for credentials, lets planned faults happen."""

    def __init__(self, credentials: Credentials, state: State) -> None:
        self._credentials = credentials
        self._state = state

    def guard(self, endpoint: Endpoint, *, faulty: bool = False) -> Endpoint:
        """The endpoint for the account only; `faulty`: planned faults hit it."""

        async def guarded(request: Request) -> Response:
            self._admit(request)
            fault = self._state.next_fault() if faulty else None
            return await self._answer(endpoint, request, fault)

        return self.open(guarded)

    def open(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint for anybody; refusals are answered as Twilio does."""

        async def answered(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Refused as refused:
                body = shapes.error(refused.status, refused.code)
                return JSONResponse(body, refused.status)

        return answered

    async def _answer(
        self, endpoint: Endpoint, request: Request, fault: Fault | None
    ) -> Response:
        if fault is None:
            return await endpoint(request)
        answer = await endpoint(request) if fault.taken else None
        await asyncio.sleep(fault.hang)
        if fault.status:
            raise Refused(fault.status, fault.code)
        return answer or await endpoint(request)

    def _admit(self, request: Request) -> None:
        known = (self._credentials.sid, self._credentials.token)
        if _basic(request.headers.get("authorization", "")) != known:
            raise Refused(UNAUTHORIZED, BAD_CREDENTIALS)
        account = request.path_params.get("account", self._credentials.sid)
        if account != self._credentials.sid:
            raise Refused(NOT_FOUND, NO_SUCH_THING)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, given = header.partition(" ")
    try:
        name, _, password = b64decode(given, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return "", ""
    return (name, password) if scheme.lower() == "basic" else ("", "")
