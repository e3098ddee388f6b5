"""S21: nothing that is typed makes the server call another host.

Every connection that this process opens is seen by an audit hook of Python itself, so
that no library can go around it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.assembly import build_services
from bot.clock import ManualClock
from bot.database import Base
from bot.schema import load_models
from bot.seed import seed
from bot.services import Services
from bot.telephony.errors import GatewayFailed
from bot.telephony.gateway import Outgoing
from bot.telephony.purposes import CONVERSATION
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.line_types import UNKNOWN, TwilioLineTypes
from bot.telephony.twilio.lookups import Lookups
from tests.security.goals import Goal
from tests.standing_in import SID, TOKEN, Twilio, twilio
from tests.unit.test_telephony_lookups import HOSTILE
from tests.unit.test_telephony_twilio import gateway
from tests.unit.world import make_settings, outcome

ELSEWHERE = (
    *("http://169.254.169.254/latest/meta-data/", "http://[::1]:8000/desk/api/me"),
    *("http://2130706433/", "http://0x7f.1/", "gopher://127.0.0.1:6379/_FLUSHALL"),
    *("file:///etc/passwd", "ftp://example.com/", "//example.com/x", "\\\\host\\share"),
    *("http://example.com@127.0.0.1/", "https://example.com#@localhost/", "ldap://x/"),
    *("maria@[127.0.0.1]", "maria@169.254.169.254", "maria@example.com@evil.example"),
    *("maria@evil.example?x=http://localhost", "${jndi:ldap://evil.example/a}"),
    *("tel:+12025550143;phone-context=evil.example", "sip:+12025550143@evil.example"),
    *("+12025550143@evil.example", "data:text/plain,x", "jar:http://evil.example!/"),
)
TYPED = tuple(dict.fromkeys((*HOSTILE, *ELSEWHERE)))


class Connections:
    """Addresses that were connected to or looked up while it is open."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self._open = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        # A hook is never taken away again, so it only listens when it is open.
        if not self._open:
            return
        if event == "socket.connect":
            self.seen.append(arguments[1])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append(arguments[0])

    @contextmanager
    def listen(self) -> Iterator[list[Any]]:
        self.seen, self._open = [], True
        yield self.seen
        self._open = False


@pytest.fixture(scope="module")
def connections() -> Connections:
    return Connections()


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


@pytest.fixture
def services(tmp_path: Path, server: Twilio) -> Iterator[Services]:
    settings = make_settings(
        state_dir=tmp_path,
        gateway="twilio",
        line_types="twilio",
        twilio_account_sid=SID,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_code_sender="+12065550101",
        twilio_conversation_sender="+12065550102",
        twilio_voice_sender="+12065550103",
        twilio_base_url=server.url,
        public_url="https://bot.example.com",
    )
    made = build_services(settings, clock=ManualClock())
    load_models()
    Base.metadata.create_all(made.database)
    seed(made)
    yield made
    made.database.dispose()


def outgoing(to: str, by: Any) -> Outgoing:
    return Outgoing("x" * 32, to, by, "hello", CONVERSATION, "en")


def allowed(server: Twilio) -> set[Any]:
    """Where the settings say that Twilio is, as sockets name it."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    return {host, (host, int(port))}


def test_what_is_typed_is_put_into_no_request(
    server: Twilio, connections: Connections, goal: Goal
) -> None:
    lines = TwilioLineTypes(Lookups(twilio_client(server.account(timeout=0.5))))
    sender = gateway(server)
    with connections.listen() as seen:
        for typed in TYPED:
            assert lines.look_up(typed) == UNKNOWN
            if "@" not in typed:
                for by in ("sms", "voice"):
                    with pytest.raises(GatewayFailed):
                        sender.send(outgoing(typed, by))
    assert seen == []
    assert len(TYPED) >= 60
    goal("S21", f"0 connections for {len(TYPED)} hostile strings as a destination")


def test_whatever_is_typed_only_the_carrier_is_called(
    services: Services, server: Twilio, connections: Connections, goal: Goal
) -> None:
    with connections.listen() as seen:
        for number, typed in enumerate(TYPED):
            chat = services.conversations.start("web")
            outcome(partial(services.conversations.hear, chat, text=typed))
            outcome(services.identification.begin, f"chat-{number}", typed)
            outcome(services.identification.begin, f"mail-{number}", f"x@{typed}")
        services.outbox.drain()
    assert set(seen) <= allowed(server)
    goal("S21", f"0 connections but to the carrier for {len(TYPED)} strings typed")


def test_a_connection_is_noticed(server: Twilio, connections: Connections) -> None:
    lookups = Lookups(twilio_client(server.account(timeout=0.5)))
    with connections.listen() as seen:
        TwilioLineTypes(lookups).look_up("+12025550143")
    assert set(seen) & allowed(server)
