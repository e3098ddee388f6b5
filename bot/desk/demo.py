"""The demo's desk: two agents whose secrets everybody knows, and who waits for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.accounts.errors import SeedRefused
from bot.agents.errors import AgentExists
from bot.agents.models import Role
from bot.chat import identity_token
from bot.conversations.lines import Line
from bot.documents import parse
from bot.services import Services
from bot.verification.randomness import FixedRandomness

WAITING_FILE = Path(__file__).with_name("demo.yml")


@dataclass(frozen=True)
class DemoAgent:
    """A made-up agent, with a password that protects nothing."""

    email: str
    name: str
    role: Role
    password: str


@dataclass(frozen=True)
class SeededAgent:
    """An agent that was made now, and the key for their app."""

    agent: DemoAgent
    key: str


AGENTS = (
    DemoAgent("lee@example.com", "Lee", "agent", "demo: queue and coffee"),
    DemoAgent("sam@example.com", "Sam", "supervisor", "demo: second pair of eyes"),
)


def seed_desk(services: Services) -> tuple[SeededAgent, ...]:
    """Make the agents that are not there yet, and with the first who waits for them.

    Raises:
        SeedRefused: this is not the demo.
    """
    if not services.settings.demo:
        raise SeedRefused
    empty = not services.agents.roster.listed()
    made = tuple(_made(services))
    if empty:
        for waiting in parse(WAITING_FILE.read_text(encoding="utf-8")):
            _let_wait(services, waiting)
    return made


def _made(services: Services) -> list[SeededAgent]:
    made = []
    for agent in AGENTS:
        try:
            enrolment = services.agents.roster.add(
                agent.email,
                name=agent.name,
                role=agent.role,
                password=agent.password,
                randomness=FixedRandomness(seed=agent.email),
            )
        except AgentExists:
            continue
        made.append(SeededAgent(agent, enrolment.secret))
    return made


def _let_wait(services: Services, waiting: Mapping[str, Any]) -> None:
    chat = services.conversations.start("web", language=waiting["language"])
    if email := waiting.get("email"):
        now = services.clock.now()
        token = identity_token(services.settings, email, now=now)
        services.identification.sign_in(chat, token)
    said, answered = waiting["lines"]
    seq = services.conversations.hear(chat, text=said).seq
    services.handoff.ask(chat, waiting["reason"], frustrated=waiting["frustrated"])
    services.conversations.reply(chat, seq, (Line(answered),))
