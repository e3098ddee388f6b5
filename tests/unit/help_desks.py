"""A desk of our own, and a help desk over HTTP that works beside it."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.channels.connectors import refused
from bot.clock import ManualClock
from bot.connectors.errors import ConnectorError
from bot.connectors.models import RemoteDelivery
from bot.connectors.port import Connector, Notice
from bot.connectors.refs import RefRows
from bot.connectors.sending import WAITS
from bot.connectors.standin.faults import Fault
from bot.connectors.standin.help_desk import HelpDesk
from bot.database import Sessions
from tests.standing_in import served_beside
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.ticket_desks import STAND_INS, connector
from tests.unit.world import CHAT

# What a visitor of the desk's world asks with.
WISH = "a person please"

Ticket = dict[str, Any]


@dataclass
class Way:
    """The way back in, open once there is a desk of our own."""

    name: str
    desk: DeskWorld | None = None
    refused: list[str] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        notice = Notice(dict(request.headers), await request.body())
        assert self.desk is not None
        inbound = self.desk.connectors.inbound
        try:
            await asyncio.to_thread(inbound.receive, self.name, notice)
        except ConnectorError as error:
            self.refused.append(type(error).__name__)
            return refused(error).response()
        return Response(status_code=204)


@dataclass
class Beside:
    """Both desks, and a visitor who is in the first chat."""

    ours: DeskWorld
    theirs: HelpDesk
    connector: Connector
    url: str
    way: Way

    @property
    def name(self) -> str:
        return self.connector.name

    def fail(self, *faults: Fault) -> None:
        self.theirs.faults.planned.extend(faults)

    def send(self) -> int:
        """Tell what is due, and hear what is told back about it."""
        taken = self.ours.connectors.sending.drain(self.name)
        self.settle()
        return taken

    def send_all(self) -> None:
        """Tell everything, however long it takes."""
        for wait in (0, *WAITS):
            self.ours.clock.move(wait)
            self.send()
            if not self.waiting():
                return
        raise AssertionError("it was never taken")

    def settle(self) -> None:
        for _ in range(500):
            if self.theirs.hooks.is_idle:
                break
            time.sleep(0.01)
        self.ours.connectors.inbound.settle()

    def act(self, act: str, chat: str = CHAT, **told: Any) -> list[int]:
        """Let an agent over there do something; gives what we answered."""
        url = f"{self.url}/standin/tickets/{self.ticket(chat)['id']}/{act}"
        answer = httpx.post(url, json={"name": "Rita"} | told, trust_env=False)
        self.settle()
        statuses: list[int] = answer.json()
        return statuses

    def answer(self, text: str, chat: str = CHAT, **told: Any) -> list[int]:
        return self.act("answers", chat, text=text, **told)

    def waiting(self, state: str = "queued") -> list[RemoteDelivery]:
        mine = RemoteDelivery.connector == self.name
        return self.ours.world.rows(RemoteDelivery, RemoteDelivery.state == state, mine)

    def tickets(self) -> list[Ticket]:
        tickets: list[Ticket] = self.theirs.tickets()
        return tickets

    def ticket(self, chat: str = CHAT) -> Ticket:
        """The newest ticket of a conversation."""
        request = self.ours.request(chat)
        with self.ours.sessions() as session:
            ref = RefRows(session, self.name).of(request.id)
        assert ref is not None, "nothing is open there"
        return next(each for each in self.tickets() if str(each["id"]) == ref.remote_id)

    def heard(self, chat: str = CHAT) -> list[str]:
        """What the visitor said over there, in their name, since they asked."""
        spoken = [text for who, text in self.said(chat) if who == "visitor"]
        # Some are told the last words before it was opened as the visitor's, too.
        assert spoken.count(WISH) <= 1
        return [text for text in spoken if text != WISH]

    def notes(self, chat: str = CHAT) -> list[str]:
        """What only agents see."""
        return [text for who, text in self.said(chat) if who == "note"]

    def said(self, chat: str = CHAT) -> list[tuple[str, str]]:
        """What was said over there: by the visitor, an agent, or as a note."""
        return list(SAID[self.name](self.ticket(chat)))

    def person(self, chat: str = CHAT) -> str:
        """What the visitor is called over there."""
        return str(self.ticket(chat)[PERSON[self.name]])

    def is_done(self, chat: str = CHAT) -> bool:
        ticket = self.ticket(chat)
        return (ticket.get("status") or ticket["state"]) in DONE


def _at_chatwoot(talk: Ticket) -> Iterator[tuple[str, str]]:
    for each in talk["messages"]:
        visitors = each["message_type"] == "incoming"
        yield _who(visitors, private=each["private"]), each["content"]


def _at_zendesk(ticket: Ticket) -> Iterator[tuple[str, str]]:
    for each in ticket["comments"]:
        visitors = each["author_id"] == ticket["requester_id"]
        yield _who(visitors, private=not each["public"]), each["body"]


def _at_zammad(ticket: Ticket) -> Iterator[tuple[str, str]]:
    for each in ticket["articles"]:
        visitors = each["sender"] == "Customer"
        yield _who(visitors, private=each["internal"]), each["body"]


def _who(visitors: bool, *, private: bool) -> str:
    return "note" if private else "visitor" if visitors else "agent"


SAID = {"chatwoot": _at_chatwoot, "zendesk": _at_zendesk, "zammad": _at_zammad}
PERSON = {
    "chatwoot": "contact_id",
    "zendesk": "requester_id",
    "zammad": "customer_id",
}
DONE = ("resolved", "solved", "closed")


@contextmanager
def beside(
    name: str, sessions: Sessions, clock: ManualClock, *, timeout: float = 10
) -> Iterator[Beside]:
    """Both desks, until the block is left; ours waits so long for an answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    way = Way(name)
    theirs = STAND_INS[name](f"{url}/hook", clock)
    bridge = connector(name, clock, url, timeout=timeout)
    ours = make_desk(sessions, clock, [bridge])
    way.desk = ours
    routes = [Route("/hook", way.take, methods=["POST"]), Mount("/", theirs.app)]
    with served_beside(Starlette(routes=routes), listener):
        yield Beside(ours, theirs, bridge, url, way)
