"""The services of the desk over one database, and agents who ask them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.accounts.models import PhoneNumber
from bot.agents.models import Agent, DeskAudit, Role
from bot.agents.signed_in import SignedIn
from bot.clock import ManualClock
from bot.database import Sessions
from bot.desk import assembly
from bot.desk.assembly import DeskServices
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT, World


@dataclass
class Office:
    """What tests of the desk's services stand on; Maria is in the first chat."""

    desk: DeskWorld
    team: DeskServices

    @property
    def world(self) -> World:
        return self.desk.world

    def who(self, name: str = "Lee", role: Role = "agent") -> SignedIn:
        """Somebody who is signed in."""
        agent_id = f"agent-{name.lower()}"
        with self.desk.sessions() as session:
            known = session.get(Agent, agent_id)
        if known is None:
            self.desk.agent(name, role=role)
        until = self.desk.clock.now() + timedelta(hours=12)
        return SignedIn(agent_id, name, role, "available", "csrf", "hash", until)

    def number(self, last_digits: str) -> PhoneNumber:
        """The row of a number, as it is now."""
        (row,) = self.world.rows(PhoneNumber, PhoneNumber.masked.endswith(last_digits))
        return row

    def acts(self, *which: Any) -> list[str]:
        """What is noted, oldest first."""
        query = select(DeskAudit.act).where(*which).order_by(DeskAudit.at)
        with self.desk.sessions() as session:
            return list(session.scalars(query))

    def last_line(self, chat: str = CHAT) -> str:
        return self.desk.lines(chat)[-1].text


def make_office(sessions: Sessions, clock: ManualClock, **chosen: Any) -> Office:
    """Maria, James and Omar have accounts; nobody has shown whose is theirs."""
    desk = make_desk(sessions, clock, **chosen)
    world = desk.world
    team = assembly.build(
        world.parts.outside,
        world.team,
        desk.team,
        suspension=world.backend.suspension,
        conversations=desk.conversations,
        tell=desk.told.append,
    )
    return Office(desk, team)
