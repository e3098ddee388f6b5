"""The stand-in for Twilio on a real socket, and a webhook that keeps what it gets."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qsl

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from twilio.request_validator import RequestValidator

from bot.clock import Clock
from bot.telephony.standin.app import StandIn
from bot.telephony.standin.requests import Credentials
from bot.telephony.twilio.account import TwilioAccount

SID, TOKEN = f"AC{'0a' * 16}", "a token of the tests"
CODES, CHAT, VOICE = "+12065550101", "+12065550102", "+12065550103"
# Beside the project, where its maintainers have them; see `shared/twilio` there.
DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "twilio"


@dataclass(frozen=True)
class Exchange:
    """One request that the stand-in got, and its answer."""

    method: str
    path: str
    query: list[tuple[str, str]]
    form: list[tuple[str, str]]
    status: int
    answer: Any


@dataclass
class Webhook:
    """What was posted to it: path, query and form; and whether it was signed."""

    token: str
    answer: Callable[[str, dict[str, str]], str] = lambda path, form: ""
    got: list[tuple[str, dict[str, str], bool]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        signature = request.headers.get("x-twilio-signature", "")
        signed = RequestValidator(self.token).validate(
            str(request.url), form, signature
        )
        path = str(request.url).partition("/hook")[2]
        self.got.append((path, form, signed))
        return Response(self.answer(path, form), media_type="text/xml")

    def statuses(self, key: str = "MessageStatus") -> list[str]:
        return [form[key] for _, form, _ in self.got if key in form]


@dataclass
class Twilio:
    """A served stand-in; everything that it was asked is in `exchanges`."""

    stand_in: StandIn
    url: str
    webhook: Webhook
    exchanges: list[Exchange]

    @property
    def state(self) -> Any:
        return self.stand_in.state

    def account(self, **changed: Any) -> TwilioAccount:
        """The account to talk to it with."""
        return account(self.url, **changed)


def account(url: str, **changed: Any) -> TwilioAccount:
    """The tests' account at a stand-in."""
    given = {
        "sid": SID,
        "auth_tokens": (SecretStr(TOKEN),),
        "code_sender": CODES,
        "conversation_sender": CHAT,
        "voice_sender": VOICE,
        "base_url": url,
        "public_url": f"{url}/hook",
        "timeout": 5.0,
    }
    return TwilioAccount(**(given | changed))


@contextmanager
def twilio(clock: Clock | None = None) -> Iterator[Twilio]:
    """Serve a stand-in until the block is left."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    stand_in = StandIn(
        Credentials(SID, TOKEN), incoming_url=f"{url}/hook/incoming", clock=clock
    )
    stand_in.state.behaviour.delay = 0.01
    webhook, exchanges = Webhook(TOKEN), []
    routes = [
        Route("/hook/{rest:path}", webhook.take, methods=["POST"]),
        Mount("/", Recorder(stand_in.app, exchanges)),
    ]
    with served_beside(Starlette(routes=routes), listener):
        yield Twilio(stand_in, url, webhook, exchanges)


@contextmanager
def served_beside(
    app: Starlette,
    listener: socket.socket,
    *,
    lifespan: Literal["auto", "off"] = "auto",
) -> Iterator[None]:
    """Serve an app in a thread of its own until the block is left."""
    config = uvicorn.Config(
        app, log_config=None, ws="none", access_log=False, lifespan=lifespan
    )
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Recorder:
    """Notes every request to Twilio's own paths, and its answer."""

    def __init__(self, app: ASGIApp, exchanges: list[Exchange]) -> None:
        self._app = app
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/standin"):
            await self._app(scope, receive, send)
            return
        asked, told = bytearray(), bytearray()
        status = 0

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            told.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, hear, tell)
        self._exchanges.append(
            Exchange(
                scope["method"],
                scope["path"],
                parse_qsl(scope["query_string"].decode(), keep_blank_values=True),
                parse_qsl(bytes(asked).decode(), keep_blank_values=True),
                status,
                json.loads(bytes(told)),
            )
        )


def until(true: Callable[[], Any], *, seconds: float = 10) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds * 200)):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never was so")
