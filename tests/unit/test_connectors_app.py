"""A help desk beside the running app, both on real ports: from a visitor and back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.connectors.standin.chatwoot import ChatwootStandIn
from bot.connectors.standin.faults import Fault
from bot.connectors.webhook import sign
from bot.conversations.models import Conversation
from tests.unit.serving import Stand, Visitor, served, stand_up
from tests.unit.texting import Phone

TOKEN, SECRET = "a token", "a secret of the webhook"
HOOK = "/api/connectors/chatwoot"


@dataclass
class Both:
    """Our app, and the Chatwoot of a team that keeps it."""

    ours: Stand
    theirs: ChatwootStandIn

    async def send(self) -> None:
        """Tell Chatwoot what is due."""
        sending = self.ours.services.connectors.sending
        await asyncio.to_thread(sending.drain, "chatwoot")

    async def ask(self, chat: str) -> None:
        """Let the person of a conversation ask for somebody."""
        await asyncio.to_thread(self.ours.services.handoff.ask, chat, "talk_to_human")

    def talk(self) -> Any:
        (talk,) = self.theirs.state.talks.values()
        return talk

    def heard(self) -> list[str]:
        """What the visitor said over there."""
        return [
            each["content"]
            for each in self.talk().messages
            if each["message_type"] == "incoming"
        ]


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    clock = ManualClock()
    theirs = ChatwootStandIn(token=TOKEN, secret=SECRET, hook_url="", clock=clock)
    async with (
        served(theirs.app) as url,
        stand_up(
            tmp_path,
            clock,
            chatwoot_url=url,
            chatwoot_account=1,
            chatwoot_inbox=1,
            chatwoot_token=TOKEN,
            chatwoot_webhook_secret=SECRET,
        ) as ours,
    ):
        theirs.hooks.url = str(ours.http.base_url).rstrip("/") + HOOK
        yield Both(ours, theirs)


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
    await both.send()
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
    assert both.heard() == ["a person please"]
    note = both.talk().messages[0]
    assert note["private"] and "Visitor: a person please" in note["content"]

    talk = both.talk().id
    assert await both.theirs.answer(talk, "Hello, I am Rita", name="Rita") == [204]
    await until(lambda: owner(both, visitor.conversation) == "agent")
    assert await agents_lines(both, visitor) == ["Hello, I am Rita"]

    await visitor.say("my number is +1 202 555 0143", "c2")
    await both.send()
    assert both.heard()[1:] == ["my number is number ••••"]

    assert await both.theirs.solve(talk, name="Rita") == [204]
    await until(lambda: owner(both, visitor.conversation) == "bot")
    await visitor.say("thanks", "c3")
    await both.send()
    assert len(both.heard()) == 2, "what the assistant answers is not told there"
    assert both.talk().status == "resolved"


async def test_from_a_phone_that_texts_to_an_agent_there_and_back(both: Both) -> None:
    phone = Phone(both.ours)
    both.ours.engine.go_on.clear()
    await phone.text("a person please")
    await until(lambda: chats(both))
    (chat,) = chats(both)
    await both.ask(chat)
    both.ours.engine.go_on.set()
    await until(lambda: owner(both, chat) == "queue")
    await both.send()

    await both.theirs.answer(both.talk().id, "Hello from Rita", name="Rita")
    await until(lambda: "Hello from Rita" in phone.arrived())
    await phone.text("hello Rita")
    await until(lambda: "hello Rita" in said_here(both, chat))
    await both.send()
    assert both.heard()[1:] == ["hello Rita"]
    await both.theirs.solve(both.talk().id, name="Rita")
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
    await both.theirs.answer(both.talk().id, "Hello", name="Rita")
    await until(lambda: owner(both, visitor.conversation) == "agent")
    await both.theirs.solve(both.talk().id, name="Rita")
    await until(lambda: owner(both, visitor.conversation) == "bot")
    assert await agents_lines(both, visitor) == ["Hello"]


async def test_a_wrong_signature_is_refused_and_nothing_is_said(both: Both) -> None:
    visitor = await waiting_visitor(both)
    both.theirs.hooks.forged = True
    assert await both.theirs.answer(both.talk().id, "I am a liar", name="X") == [403]
    both.theirs.hooks.forged = False
    assert await both.theirs.answer(both.talk().id, "I am Rita", name="Rita") == [204]
    await until(lambda: owner(both, visitor.conversation) == "agent")
    assert await agents_lines(both, visitor) == ["I am Rita"]


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


@pytest.mark.parametrize(
    ("path", "status"), [("/api/connectors/zendesk", 404), (HOOK, 403)]
)
async def test_what_is_not_connected_or_not_signed_is_refused(
    both: Both, path: str, status: int
) -> None:
    response = await both.ours.http.post(path, json={"event": "message_created"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_in_the_hours_somebody_counts_as_there(both: Both) -> None:
    visitor = await waiting_visitor(both)
    assert await asyncio.to_thread(both.ours.services.queueing.release) == ()
    assert owner(both, visitor.conversation) == "queue"


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
    assert both.heard() == ["a person please"]
