"""Conversations, an assistant and a desk over one database, without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.agents.models import Agent
from bot.clock import ManualClock
from bot.connectors import assembly as connectors
from bot.connectors.assembly import Connectors
from bot.connectors.errors import NotTaken
from bot.connectors.port import Connector
from bot.conversations.lines import BACK, Line, MessageView, Option
from bot.conversations.models import Conversation
from bot.conversations.saying import Saying
from bot.conversations.service import Conversations
from bot.conversations.wording import Wording
from bot.database import Sessions
from bot.handoff import assembly as handoff
from bot.handoff.assembly import Handoff
from bot.handoff.desk import Colleague
from bot.handoff.models import HandoffRequest
from bot.language import detect
from bot.review.noticing import notice
from tests.unit.world import CHAT, World, make_world

SECRET = "a secret of the webhook's other end"


class Mailbox:
    """Another system: keeps what it is told, unless it is to refuse."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, dict[str, str]]] = []
        self.refused: list[bytes] = []
        self.fault: str | None = None

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        if self.fault is not None:
            self.refused.append(body)
            raise NotTaken(self.fault)
        self.taken.append((body, headers))


@dataclass
class DeskWorld:
    """What a test of the desk may do and look at."""

    world: World
    sessions: Sessions
    clock: ManualClock
    team: Handoff
    connectors: Connectors
    conversations: Conversations
    mailbox: Mailbox
    told: list[str]

    def start(self, chat: str = CHAT, language: str = "en") -> None:
        now = self.clock.now()
        with self.sessions.begin() as session:
            session.add(
                Conversation(
                    id=chat,
                    channel="web",
                    language=language,
                    language_fixed=True,
                    created_at=now,
                    last_at=now,
                )
            )

    def agent(self, name: str = "Lee", **values: Any) -> Colleague:
        """Somebody whose desk is open."""
        values = {"status": "available", "role": "agent"} | values
        agent = Agent(
            id=f"agent-{name.lower()}",
            email=f"{name.lower()}@example.com",
            name=name,
            password_hash="",
            totp_encrypted=b"",
            created_at=self.clock.now(),
            seen_at=self.clock.now(),
            **values,
        )
        with self.sessions.begin() as session:
            session.add(agent)
        return Colleague(agent.id, name)

    def seen(self, agent: Colleague) -> None:
        """Let an agent's desk give a sign."""
        with self.sessions.begin() as session:
            session.get_one(Agent, agent.id).seen_at = self.clock.now()

    def say(self, text: str = "hello", chat: str = CHAT) -> int:
        return self.conversations.hear(chat, text=text).seq

    def answer(self, seq: int, text: str = "I see", chat: str = CHAT) -> bool:
        """The assistant's answer; whether it was let through."""
        options = (Option("Go on", "/affirm"),)
        line = Line(text, kind="options", options=options)
        return bool(self.conversations.reply(chat, seq, (line,)))

    def ask(self, chat: str = CHAT, reason: str = "talk_to_human") -> None:
        """Let the person ask for somebody, and the assistant say that it heard."""
        seq = self.say("a person please", chat)
        self.team.requests.ask(chat, reason)
        assert self.answer(seq, chat=chat)

    def back(self, chat: str = CHAT) -> int:
        return self.conversations.hear(chat, payload=BACK).seq

    def lines(self, chat: str = CHAT) -> tuple[MessageView, ...]:
        return self.conversations.read(chat).messages

    def log(self, chat: str = CHAT) -> list[tuple[str, str]]:
        return [(line.author, line.text) for line in self.lines(chat)]

    def owner(self, chat: str = CHAT) -> str:
        return self.conversations.read(chat).owner

    def request(self, chat: str = CHAT) -> HandoffRequest:
        """The newest request of a conversation."""
        rows = self.world.rows(HandoffRequest, HandoffRequest.conversation_id == chat)
        return max(rows, key=lambda row: (row.requested_at, row.state != "closed"))

    def requests(self, chat: str = CHAT) -> list[HandoffRequest]:
        return self.world.rows(HandoffRequest, HandoffRequest.conversation_id == chat)


def make_desk(
    sessions: Sessions,
    clock: ManualClock,
    helpers: Sequence[Connector] = (),
    **chosen: Any,
) -> DeskWorld:
    """A desk without people, and one conversation with the assistant.

    `helpers`: the help desks that are connected.
    """
    secret = {"webhook_secret": SECRET}
    world, mailbox = make_world(sessions, clock, **secret | chosen), Mailbox()
    told: list[str] = []
    outlets = connectors.build_outlets(world.parts, connectors=helpers, poster=mailbox)
    outbox = outlets.outbox
    team = handoff.build(
        world.parts,
        world.team,
        saying=Saying([outbox.said]),
        tell=told.append,
        events=outbox,
        count_agents=outlets.count_agents,
    )
    numbers = iter(range(1_000_000))
    conversations = Conversations(
        sessions,
        clock,
        settings=world.settings,
        disclosures=world.backend.disclosures,
        detect=detect,
        new_id=lambda: f"chat-{next(numbers)}",
        wording=Wording(),
        on_heard=[outbox.heard],
        saying=Saying([outbox.said]),
        on_replied=[team.queueing.join, notice],
        on_chosen={BACK: team.queueing.leave},
    )
    both_ways = connectors.build(world.parts.outside, outlets, team.desk)
    made = DeskWorld(
        *(world, sessions, clock, team, both_ways, conversations, mailbox, told)
    )
    made.start()
    return made
