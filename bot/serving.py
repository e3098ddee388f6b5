"""`serve`: the database brought up to date, the engine started, the app served."""

import asyncio
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from bot import training
from bot.app import create_app
from bot.assembly import open_services
from bot.background import Companion
from bot.engine.process import EngineProcess, engine_command, engine_environment
from bot.engine.token import engine_token
from bot.privacy.logs import set_up_logs
from bot.seeding import seed_and_tell
from bot.services import Services
from bot.settings import LOOPBACK, Settings

GRACE = 5
# Longer than the engine and proxies keep a connection: else one that is closed here for
# being idle may have a request on its way.
KEEP_ALIVE = 75
DEAF = 60
# They tell of every request and every registered action, at INFO.
TALKATIVE = ("alembic", "httpx", "rasa_sdk")
LOOPBACK_ADDRESS = "127.0.0.1"


class ServingFailed(Exception):
    """The app cannot be served; the text says what to do."""


def run(settings: Settings) -> None:
    """Serve until told to stop.

    Raises:
        ServingFailed: a port is taken, or there is no model.
    """
    if not settings.engine_url:
        require_model()
        require_free(settings.engine_port, "BOT_ENGINE_PORT")
    with take_port(settings) as listener:
        _set_up_logs(settings)
        services = open_services(settings)
        if settings.demo:
            seed_and_tell(services)
        _serve(services, listener)


def take_port(settings: Settings) -> socket.socket:
    """Reserve the address that the settings name.

    Raises:
        ServingFailed: it is taken, or is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where a socket knows that it is TCP;
    # else every answer waits 40 ms for the acknowledgement of its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Else what was written for a reader who reads no more is kept for ever.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAF * 1000)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ServingFailed(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}."
            " Is it served already? Set BOT_PORT to use another port."
        ) from None
    return listener


def require_free(port: int, setting: str) -> None:
    """Make sure that nothing listens on a loopback port.

    Raises:
        ServingFailed: something does.
    """
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((LOOPBACK_ADDRESS, port)) == 0:
            raise ServingFailed(
                f"Port {port} is taken, perhaps by an engine that is still running."
                f" Set {setting} to use another port."
            )


def require_model() -> None:
    """Make sure that there is a trained model, and say when it is an old one.

    Raises:
        ServingFailed: there is none.
    """
    if not training.MODEL.exists():
        raise ServingFailed(f"There is no {training.MODEL} yet: run `make train`.")
    if not training.is_current():
        print("The model is older than what it learns from: run `make train`.")


def make_engine(services: Services) -> EngineProcess:
    """The engine as a child process over the trained model."""
    settings = services.settings
    return EngineProcess(
        engine_command(settings, training.MODEL),
        engine_environment(settings, engine_token(settings)),
        is_ready=services.engine.ready,
    )


class Announcer:
    """Says where to look, and when the assistant is ready."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Say where to look."""
        print(where_to_look(self._services.settings), flush=True)
        self._task = asyncio.create_task(self._wait())

    async def stop(self) -> None:
        """Say nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _wait(self) -> None:
        while not await self._services.engine.ready():
            await asyncio.sleep(0.5)
        print("The assistant is ready.", flush=True)


def where_to_look(settings: Settings) -> str:
    """What a person who has just started the server may do now."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{settings.port}"
    lines = [f"Switchboard listens on {url} ({settings.mode})."]
    if settings.host in LOOPBACK:
        default = settings.port == 8000 and settings.host == LOOPBACK_ADDRESS
        chat = "make chat" if default else f'make chat ARGS="--server {url}"'
        lines.append(f"  talk to it           {chat}")
    if settings.demo:
        lines.append(f"  see it in a browser  {url}")
    lines.append(f"  the team's desk      {url}/desk")
    described = "docs" if settings.demo else "openapi.json"
    lines.append(f"  HTTP API             {url}/{described}")
    return "\n".join([*lines, "Ctrl-C stops it."])


def _set_up_logs(settings: Settings) -> None:
    set_up_logs(level=settings.log_level, region=settings.region)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _serve(services: Services, listener: socket.socket) -> None:
    companions: list[Companion] = [Announcer(services)]
    if not services.settings.engine_url:
        companions.insert(0, make_engine(services))
    app = create_app(services, companions=companions)
    config = uvicorn_config(app, services.settings)
    uvicorn.Server(config).run(sockets=[listener])


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the app is served."""
    return uvicorn.Config(
        app,
        log_config=None,
        ws="none",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
    )
