"""The app on a real loopback socket, with visitors that speak HTTP to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from bot.app import create_app
from bot.assembly import build_services
from bot.clock import ManualClock
from bot.database import Base
from bot.services import Services
from bot.settings import Settings
from bot.telephony.gateway import Gateway
from tests.unit.engine_double import EngineDouble


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve `app` until the block is left; gives its address."""
    listener = socket.socket()
    # Little is written ahead, so that a slow reader needs no long log to be slow.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, ws="none", access_log=False)
    config.timeout_graceful_shutdown = 2
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@dataclass
class Stand:
    """A served app with an engine that does as told."""

    services: Services
    engine: EngineDouble
    clock: ManualClock
    http: httpx.AsyncClient
    app: FastAPI

    async def visitor(self, **session: str) -> "Visitor":
        return await Visitor(self.http).arrive(**session)


@asynccontextmanager
async def stand_up(
    folder: Path,
    clock: ManualClock,
    *,
    gateway: Gateway | None = None,
    **settings: Any,
) -> AsyncIterator[Stand]:
    """Serve the whole product over a database in `folder`, but for the engine."""
    async with EngineDouble() as engine:
        given = {"state_dir": folder, "engine_url": engine.url, **settings}
        services = build_services(Settings(**given), clock=clock, gateway=gateway)
        Base.metadata.create_all(services.database)
        app = create_app(services)
        async with (
            served(app) as url,
            httpx.AsyncClient(base_url=url, timeout=10) as http,
        ):
            yield Stand(services, engine, clock, http, app)


class Visitor:
    """Somebody with a browser."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.headers: dict[str, str] = {}
        self.conversation = ""

    async def arrive(self, **session: str) -> "Visitor":
        response = await self.http.post("/api/web/sessions", json=session)
        assert response.status_code == 201, response.text
        opened = response.json()
        self.conversation = opened["conversation"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}
        return self

    async def post(self, body: Any) -> httpx.Response:
        return await self.http.post(
            "/api/web/messages", json=body, headers=self.headers
        )

    async def say(self, text: str, client_id: str = "c1") -> int:
        response = await self.post({"client_id": client_id, "text": text})
        assert response.status_code == 202, response.text
        return int(response.json()["seq"])

    async def read(self, after: int = 0) -> list[dict[str, Any]]:
        response = await self.http.get(
            "/api/web/messages", params={"after": after}, headers=self.headers
        )
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    async def answer(self, seq: int) -> dict[str, Any]:
        """The first line of somebody else after `seq`."""
        for _ in range(500):
            for message in await self.read(seq):
                if message["author"] != "visitor":
                    return message
            await asyncio.sleep(0.01)
        raise AssertionError("no answer came")
