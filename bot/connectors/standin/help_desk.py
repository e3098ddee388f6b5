"""What the stand-ins of help desks have in common: faults, and an agent's acts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.connectors.standin.faults import Endpoint, Faults
from bot.connectors.standin.hooks import Hooks

OWN = "/standin/tickets"
UNAUTHORIZED = 401

# Method, path and endpoint of a part of the API.
Part = tuple[str, str, Endpoint]


class HelpDesk(ABC):
    """The application, and what a test or an operator may do behind its back.

    Whoever asks has to send the header that is named `admission` as it is given here.
    """

    admission = "authorization"

    def __init__(self, hooks: Hooks, *, authorization: str) -> None:
        self.faults = Faults()
        self.hooks = hooks
        self._authorization = authorization
        self.app = Starlette(routes=[*self._admitted(), *self._own()])

    @abstractmethod
    def api(self) -> Sequence[Part]:
        """What the connector asks for."""

    @abstractmethod
    def tickets(self) -> Any:
        """Every ticket, and what was said in it."""

    @abstractmethod
    async def answer(
        self,
        ticket_id: int,
        text: str,
        *,
        name: str,
        public: bool = True,
        ends: bool = False,
    ) -> list[int]:
        """Let an agent say something; gives what the webhooks were answered.

        `ends`: with it the ticket is done.
        """

    @abstractmethod
    async def solve(self, ticket_id: int, *, name: str) -> list[int]:
        """Let an agent close a ticket; gives what the webhooks were answered."""

    def _admitted(self) -> list[Route]:
        return [
            Route(path, self.faults.guard(self._admit(endpoint)), methods=[method])
            for method, path, endpoint in self.api()
        ]

    def _admit(self, endpoint: Endpoint) -> Endpoint:
        async def admitted(request: Request) -> Response:
            if request.headers.get(self.admission) != self._authorization:
                return JSONResponse({"error": "Invalid credentials"}, UNAUTHORIZED)
            return await endpoint(request)

        return admitted

    def _own(self) -> list[Route]:
        return [
            Route(OWN, self._show),
            Route(f"{OWN}/{{ticket:int}}/answers", self._say, methods=["POST"]),
            Route(f"{OWN}/{{ticket:int}}/solve", self._close, methods=["POST"]),
            Route("/standin/faults", self.faults.plan, methods=["POST"]),
        ]

    async def _show(self, _request: Request) -> Response:
        return JSONResponse(self.tickets())

    async def _say(self, request: Request) -> Response:
        told = await request.json()
        return JSONResponse(await self.answer(request.path_params["ticket"], **told))

    async def _close(self, request: Request) -> Response:
        told = await request.json()
        return JSONResponse(await self.solve(request.path_params["ticket"], **told))
