"""Agents with browsers at the desk of a served app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyotp

from bot.agents.models import Role
from bot.agents.passwords import Passwords
from bot.channels.desk.gate import COOKIE, CSRF
from bot.clock import ManualClock
from tests.unit.desk_team import PASSWORD, QUICK
from tests.unit.serving import Stand, stand_up

MARIA = "maria@example.com"


@dataclass
class Agent:
    """Somebody with a browser who is signed in, unless they have signed out."""

    http: httpx.AsyncClient
    cookie: str = ""
    me: dict[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """What the desk's own page sends along."""
        home = {"Origin": str(self.http.base_url).rstrip("/")}
        known = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        csrf = {CSRF: self.me["csrf"]} if self.me else {}
        return home | known | csrf

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.send("GET", path, params=query or None)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.send("POST", path, json=body)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return await self.http.request(
            method, f"/desk/api/{path}", headers=headers, **options
        )

    async def chat(self, chat: str, act: str, **body: Any) -> httpx.Response:
        return await self.post(f"conversations/{chat}/{act}", **body)


@dataclass
class DeskStand:
    """A served app with a team."""

    stand: Stand
    apps: dict[str, pyotp.TOTP] = field(default_factory=dict)

    def add(self, name: str, role: Role = "agent") -> str:
        """Add an agent; gives the e-mail address."""
        email = f"{name.lower()}@example.com"
        roster = self.stand.services.agents.roster
        enrolment = roster.add(email, name=name, role=role, password=PASSWORD)
        self.apps[email] = pyotp.TOTP(enrolment.secret)
        return email

    def credentials(self, email: str) -> dict[str, str]:
        """What signs an agent in; half a minute later, since each code counts once."""
        self.stand.clock.move(30)
        code = self.apps[email].at(int(self.stand.clock.now().timestamp()))
        return {"email": email, "password": PASSWORD, "code": code}

    async def sign_in(self, email: str) -> Agent:
        agent = Agent(self.stand.http)
        response = await agent.post("sign-in", **self.credentials(email))
        assert response.status_code == 200, response.text
        agent.cookie = response.headers["set-cookie"].split(";")[0].partition("=")[2]
        agent.me = response.json()
        return agent

    async def agent(self, name: str = "Lee", role: Role = "agent") -> Agent:
        """Somebody new, signed in."""
        return await self.sign_in(self.add(name, role))

    def waiting(self, text: str = "a person, please", *, proved: bool = False) -> str:
        """A conversation that asks for a person; `proved`: Maria has shown herself."""
        services = self.stand.services
        chat = services.conversations.start("web", language="en")
        services.conversations.hear(chat, text=text)
        if proved:
            self.prove(chat)
        services.handoff.ask(chat, "talk_to_human")
        services.ownership.take_over(chat, owner="queue")
        return chat

    def prove(self, chat: str, email: str = MARIA) -> None:
        """Let somebody show in a conversation that an account is theirs."""
        from bot.chat import identity_token

        services = self.stand.services
        token = identity_token(services.settings, email, now=services.clock.now())
        services.identification.sign_in(chat, token)


@asynccontextmanager
async def desk_up(folder: Path, **settings: Any) -> AsyncIterator[DeskStand]:
    """Serve the product; passwords are hashed quickly."""
    async with stand_up(folder, ManualClock(), **settings) as stand:
        team = stand.services.agents
        for service in (team.roster, team.sign_in):
            assert isinstance(service._passwords, Passwords)
            service._passwords = QUICK
        yield DeskStand(stand)
