"""A help desk beside the running app, both on real ports: from a visitor and back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.connectors.standin.faults import Fault
from bot.connectors.standin.help_desk import HelpDesk
from bot.connectors.webhook import sign
from bot.conversations.models import Conversation
from tests.unit.help_desks import DONE, SAID, WISH, Ticket
from tests.unit.serving import Stand, Visitor, served, stand_up
from tests.unit.texting import Phone
from tests.unit.ticket_desks import EMAIL, SECRET, STAND_INS, TOKEN

HOOK = "/api/connectors/chatwoot"
SETTINGS: dict[str, dict[str, Any]] = {
    "chatwoot": {"account": 1, "inbox": 1},
    "zendesk": {"email": EMAIL},
    "zammad": {},
}
only_chatwoot = pytest.mark.parametrize("both", ["chatwoot"], indirect=True)


@dataclass
class Both:
    """Our app, and the help desk of a team that keeps it."""

    name: str
    ours: Stand
    theirs: HelpDesk

    async def send(self) -> None:
        """Tell the help desk what is due."""
        sending = self.ours.services.connectors.sending
        await asyncio.to_thread(sending.drain, self.name)

    async def open(self) -> None:
        """Have it opened there; the app's own hands may be at it already."""
        await self.send()
        await until(lambda: self.theirs.tickets() and self.said("note"))

    async def ask(self, chat: str) -> None:
        """Let the person of a conversation ask for somebody."""
        await asyncio.to_thread(self.ours.services.handoff.ask, chat, "talk_to_human")

    def ticket(self) -> Ticket:
        """The only ticket there."""
        (ticket,) = self.theirs.tickets()
        return dict(ticket)

    def said(self, wanted: str) -> list[str]:
        """What the `visitor` said over there, or what was told in a `note`."""
        told = SAID[self.name](self.ticket())
        return [text for who, text in told if who == wanted]

    def heard(self) -> list[str]:
        """What the visitor said over there since they asked for somebody."""
        return [text for text in self.said("visitor") if text != WISH]


@pytest.fixture(params=list(STAND_INS))
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    name, clock = str(request.param), ManualClock()
    theirs = STAND_INS[name]("", clock)
    chosen = {"token": TOKEN, "webhook_secret": SECRET} | SETTINGS[name]
    async with served(theirs.app) as url:
        settings = {f"{name}_{each}": value for each, value in chosen.items()}
        async with stand_up(
            tmp_path, clock, **{f"{name}_url": url}, **settings
        ) as ours:
            base = str(ours.http.base_url).rstrip("/")
            theirs.hooks.url = f"{base}/api/connectors/{name}"
            yield Both(name, ours, theirs)


async def until(true: Callable[[], Any]) -> None:
    """Wait until something is so."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never was so")


async def waiting_visitor(both: Both) -> Visitor:
    """Somebody at the chat who waits for a person."""
    visitor = await both.ours.visitor()
    both.ours.engine.go_on.clear()
    await visitor.say("a person please")
    await both.ask(visitor.conversation)
    both.ours.engine.go_on.set()
    await until(lambda: owner(both, visitor.conversation) == "queue")
    await both.open()
    return visitor


def owner(both: Both, chat: str) -> str:
    return both.ours.services.conversations.read(chat).owner


async def agents_lines(both: Both, visitor: Visitor) -> list[str]:
    """What agents said to a visitor, once what is known of it is done."""
    await asyncio.to_thread(both.ours.services.connectors.inbound.settle)
    return [each["text"] for each in await visitor.read() if each["author"] == "agent"]


async def test_from_a_visitor_of_the_web_to_an_agent_there_and_back(
    both: Both,
) -> None:
    visitor = await waiting_visitor(both)
    assert "Visitor: a person please" in both.said("note")[0]

    talk = both.ticket()["id"]
    said = await both.theirs.answer(talk, "Hello, I am Rita", name="Rita")
    assert set(said) == {204}
    await until(lambda: owner(both, visitor.conversation) == "agent")
    assert await agents_lines(both, visitor) == ["Hello, I am Rita"]

    await visitor.say("my number is +1 202 555 0143", "c2")
    await both.send()
    await until(lambda: both.heard() == ["my number is number ••••"])

    assert await both.theirs.solve(talk, name="Rita") == [204]
    await until(lambda: owner(both, visitor.conversation) == "bot")
    await visitor.say("thanks", "c3")
    await both.send()
    assert len(both.heard()) == 1, "what the assistant answers is not told there"
    ticket = both.ticket()
    assert (ticket.get("status") or ticket["state"]) in DONE


async def test_from_a_phone_that_texts_to_an_agent_there_and_back(both: Both) -> None:
    phone = Phone(both.ours)
    both.ours.engine.go_on.clear()
    await phone.text("a person please")
    await until(lambda: chats(both))
    (chat,) = chats(both)
    await both.ask(chat)
    both.ours.engine.go_on.set()
    await until(lambda: owner(both, chat) == "queue")
    await both.open()

    await both.theirs.answer(both.ticket()["id"], "Hello from Rita", name="Rita")
    await until(lambda: "Hello from Rita" in phone.arrived())
    await phone.text("hello Rita")
    await until(lambda: "hello Rita" in said_here(both, chat))
    await both.send()
    await until(lambda: both.heard() == ["hello Rita"])
    await both.theirs.solve(both.ticket()["id"], name="Rita")
    await until(lambda: owner(both, chat) == "bot")


def chats(both: Both) -> list[str]:
    with both.ours.services.sessions() as session:
        return list(session.scalars(select(Conversation.id)))


def said_here(both: Both, chat: str) -> list[str]:
    lines = both.ours.services.conversations.read(chat).messages
    return [line.text for line in lines]


async def test_what_is_told_twice_is_said_once(both: Both) -> None:
    visitor = await waiting_visitor(both)
    both.theirs.hooks.times = 3
    await both.theirs.answer(both.ticket()["id"], "Hello", name="Rita")
    await until(lambda: owner(both, visitor.conversation) == "agent")
    await both.theirs.solve(both.ticket()["id"], name="Rita")
    await until(lambda: owner(both, visitor.conversation) == "bot")
    assert await agents_lines(both, visitor) == ["Hello"]


async def test_a_wrong_signature_is_refused_and_nothing_is_said(both: Both) -> None:
    visitor = await waiting_visitor(both)
    both.theirs.hooks.forged = True
    lie = await both.theirs.answer(both.ticket()["id"], "I am a liar", name="X")
    assert set(lie) == {403}
    both.theirs.hooks.forged = False
    said = await both.theirs.answer(both.ticket()["id"], "I am Rita", name="Rita")
    assert set(said) == {204}
    await until(lambda: owner(both, visitor.conversation) == "agent")
    assert await agents_lines(both, visitor) == ["I am Rita"]


@only_chatwoot
@pytest.mark.parametrize(
    ("age", "status"), [(0, 204), (299, 204), (301, 403), (-301, 403)]
)
async def test_an_old_webhook_is_refused(both: Both, age: int, status: int) -> None:
    body = b'{"event": "message_created"}'
    moment = str(int(both.ours.clock.now().timestamp()) - age)
    headers = {
        "X-Chatwoot-Timestamp": moment,
        "X-Chatwoot-Signature": f"sha256={sign(SECRET, moment, body)}",
    }
    response = await both.ours.http.post(HOOK, content=body, headers=headers)
    assert response.status_code == status


@only_chatwoot
@pytest.mark.parametrize(
    ("path", "status"), [("/api/connectors/zendesk", 404), (HOOK, 403)]
)
async def test_what_is_not_connected_or_not_signed_is_refused(
    both: Both, path: str, status: int
) -> None:
    response = await both.ours.http.post(path, json={"event": "message_created"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@only_chatwoot
async def test_in_the_hours_somebody_counts_as_there(both: Both) -> None:
    visitor = await waiting_visitor(both)
    assert await asyncio.to_thread(both.ours.services.queueing.release) == ()
    assert owner(both, visitor.conversation) == "queue"


@only_chatwoot
async def test_a_slow_help_desk_holds_up_no_visitor(both: Both) -> None:
    both.theirs.faults.always = Fault(hang=2)
    waiting = asyncio.create_task(waiting_visitor(both))
    await until(lambda: both.theirs.faults.running)
    other = await both.ours.visitor()
    seq = await other.say("are you there")
    assert (await other.answer(seq))["text"] == "echo: are you there"
    assert not waiting.done()
    both.theirs.faults.always = None
    await waiting
    assert both.said("visitor") == [WISH]
