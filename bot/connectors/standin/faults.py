"""What goes wrong at a stand-in: planned for the next requests, or for all of them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; after `hang` seconds it is answered.

    `status`: answered instead of what was to be said, with Retry-After in seconds and
    how many requests are `remaining` to the account. `cut`: the connection ends in the
    midst of the answer. `taken`: what was asked is done all the same.
    """

    status: int = 0
    retry_after: int | None = None
    remaining: int | None = None
    taken: bool = False
    cut: bool = False
    hang: float = 0

    @property
    def spoils(self) -> bool:
        """Whether the answer does not come as it would have."""
        return self.cut or bool(self.status)


class CutOff(Response):
    """An answer that breaks off after its headers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


@dataclass
class Faults:
    """The faults to come: `planned` one by one, `always` while it is set.

    `running`: requests that wait for their fault.
    """

    planned: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    running: int = 0

    def guard(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, into which faults run."""

        async def guarded(request: Request) -> Response:
            fault = self._next()
            if fault is None:
                return await endpoint(request)
            taken = fault.taken or not fault.spoils
            answer = await endpoint(request) if taken else Response()
            self.running += 1
            await asyncio.sleep(fault.hang)
            self.running -= 1
            return _spoilt(fault) if fault.spoils else answer

        return guarded

    async def plan(self, request: Request) -> Response:
        """`POST /standin/faults`: a list of faults; `{"always": ...}` sets that one."""
        told = await request.json()
        if isinstance(told, dict):
            always = told.get("always")
            self.always = Fault(**always) if always else None
        else:
            self.planned.extend(Fault(**each) for each in told)
        return Response(status_code=204)

    def _next(self) -> Fault | None:
        return self.planned.popleft() if self.planned else self.always


def _spoilt(fault: Fault) -> Response:
    if fault.cut:
        return CutOff()
    told = {
        "Retry-After": fault.retry_after,
        "X-Rate-Limit-Remaining": fault.remaining,
    }
    headers = {name: str(each) for name, each in told.items() if each is not None}
    return JSONResponse({"error": "planned"}, fault.status, headers)
