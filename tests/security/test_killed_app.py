"""The app is killed again and again while 200 people talk to it, and started again.

Each of them asks, gives a contact and guesses a code wrongly; what they send they send
again until it is taken, as the widget does. In the end everything is as if nothing had
happened: every line once and answered once, every code sent once, every guess counted
once.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.demo import DemoPerson
from bot.accounts.models import EmailAddress
from bot.conversations.models import Conversation, Message
from bot.services import Services
from bot.telephony.models import Delivery
from bot.verification.models import Challenge, Proof
from tests.security.goals import Goal
from tests.security.running import Product, product

pytestmark = pytest.mark.long

PEOPLE = 200
KILLS = 10
AT_ONCE = 12
PATIENCE = 120.0
WRONG = "000000"
PLACE = re.compile(r"you are next|with \d+ ahead of you", re.I)
STRANGER = "nobody-{}@example.com"
SAYS: tuple[tuple[str, ...], ...] = (
    ("my code never came", "{email}", WRONG),
    ("which phone number is on my account?", "{email}", WRONG),
    ("hola, no me llega el código", STRANGER, WRONG),
    ("I want to talk to a person", "why do you need my number"),
)
ALL_LINES = sum(len(SAYS[place % len(SAYS)]) for place in range(PEOPLE))


def email(place: int) -> str:
    return f"person-{place}@example.com"


MADE = tuple(DemoPerson(email(place), f"Person {place}") for place in range(PEOPLE))


@dataclass
class Crowd:
    """Everybody who talks, and how far they have come."""

    url: str
    answered: int = 0
    conversations: dict[int, str] = field(default_factory=dict)
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def talk(self) -> None:
        room = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            await asyncio.gather(
                *(self._talk(http, room, place) for place in range(PEOPLE))
            )

    async def until(self, answered: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: self.answered >= answered)

    async def _talk(
        self, http: httpx.AsyncClient, room: asyncio.Semaphore, place: int
    ) -> None:
        async with room:
            opened = await insist(lambda: http.post("/api/web/sessions", json={}))
            self.conversations[place] = opened["conversation"]
            headers = {"Authorization": f"Bearer {opened['token']}"}
            for turn, text in enumerate(SAYS[place % len(SAYS)]):
                said = text.format(place, email=email(place))
                await self._say(http, headers, {"client_id": f"c{turn}", "text": said})

    async def _say(
        self, http: httpx.AsyncClient, headers: dict[str, str], body: dict[str, str]
    ) -> None:
        path = "/api/web/messages"
        sent = await insist(lambda: http.post(path, json=body, headers=headers))
        seq = sent["seq"]
        asked = {"after": seq}
        while True:
            read = await insist(lambda: http.get(path, params=asked, headers=headers))
            if any(line["author"] == "bot" for line in read["messages"]):
                break
            await asyncio.sleep(0.1)
        async with self.progress:
            self.answered += 1
            self.progress.notify_all()


async def insist(ask: Callable[[], Awaitable[httpx.Response]]) -> Any:
    """Ask again for as long as nobody is there, as the widget does."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                response = await ask()
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if response.is_success:
                return response.json()
            assert response.status_code >= 500, response.text
            await asyncio.sleep(0.1)


async def kill_at(running: Product, crowd: Crowd, moments: list[int]) -> None:
    for moment in moments:
        await crowd.until(moment)
        await asyncio.to_thread(running.kill)
        await asyncio.to_thread(running.start)


async def live(running: Product, moments: list[int]) -> Crowd:
    crowd = Crowd(running.url)
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.talk())
        group.create_task(kill_at(running, crowd, moments))
    await asyncio.sleep(3)  # what is queued goes out every two seconds
    return crowd


def state(services: Services, crowd: Crowd) -> dict[int, Any]:
    """What is left of everybody's visit, without moments and ids."""
    with Session(services.database) as session:
        owner = {
            row.account_id: row.fingerprint
            for row in session.scalars(select(EmailAddress))
        }
        return {
            place: {
                "lines": _lines(session, conversation),
                "owner": session.get_one(Conversation, conversation).owner,
                "codes": _codes(session, services, place),
                "challenges": _challenges(session, conversation, owner),
                "proofs": session.scalars(
                    select(Proof.method).where(Proof.conversation_id == conversation)
                ).all(),
            }
            for place, conversation in crowd.conversations.items()
        }


def _lines(session: Session, conversation: str) -> list[tuple[str, str, str]]:
    query = (
        select(Message)
        .where(Message.conversation_id == conversation)
        .order_by(Message.seq)
    )
    # Who is before whom in the line is not the same in two runs anyway.
    return [
        (line.author, line.kind, PLACE.sub("", line.text))
        for line in session.scalars(query)
    ]


def _codes(session: Session, services: Services, place: int) -> dict[str, int]:
    to = services.fingerprints.of("email", email(place))
    query = select(Delivery.state).where(Delivery.to_fingerprint == to)
    return dict(Counter(session.scalars(query)))


def _challenges(
    session: Session, conversation: str, owner: dict[str, str]
) -> list[tuple[Any, ...]]:
    query = (
        select(Challenge)
        .where(Challenge.conversation_id == conversation)
        .order_by(Challenge.position)
    )
    return [
        (each.purpose, each.by, each.attempts, owner.get(each.account_id or ""))
        for each in session.scalars(query)
    ]


async def test_ten_kills_change_nothing(tmp_path: Path, goal: Goal) -> None:
    chance = random.Random(20261128)
    moments = sorted(chance.sample(range(10, ALL_LINES - 20), KILLS))
    ends: list[dict[int, Any]] = []

    for name, killed_at in (("calm", []), ("killed", moments)):
        with product(tmp_path / name, MADE) as running:
            crowd = await live(running, killed_at)
            services = running.services()
            ends.append(state(services, crowd))
            services.database.dispose()

    calm, killed = ends
    different = [place for place in calm if calm[place] != killed[place]]
    assert len(calm) == len(killed) == PEOPLE
    assert {place: (calm[place], killed[place]) for place in different} == {}
    goal(
        "S32",
        f"killed {KILLS} times: {len(different)} of {PEOPLE} visits end otherwise",
    )
