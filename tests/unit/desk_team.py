"""A team for tests: agents who can be signed in, with an app whose codes are known."""

from dataclasses import dataclass
from typing import Any

import pyotp
from argon2 import PasswordHasher

from bot.agents import assembly
from bot.agents.assembly import Team
from bot.agents.models import Role
from bot.agents.passwords import Passwords
from bot.agents.sign_in import Opened
from bot.agents.signed_in import SignedIn
from bot.clock import ManualClock
from bot.verification.assembly import Outside

PASSWORD = "correct horse battery"
LEE, SAM, KIM, ALEX = (f"{name}@example.com" for name in ("lee", "sam", "kim", "alex"))
# The least that argon2 can be asked for: what is tested is not its strength.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Desk:
    """The services on agents, and the apps of those who were added."""

    team: Team
    clock: ManualClock
    apps: dict[str, pyotp.TOTP]

    def add(self, email: str, role: Role = "agent", name: str | None = None) -> str:
        """Add an agent; gives the id."""
        shown = name or email.split("@")[0].title()
        enrolment = self.team.roster.add(
            email, name=shown, role=role, password=PASSWORD
        )
        self.apps[email] = pyotp.TOTP(enrolment.secret)
        return next(
            each.id for each in self.team.roster.listed() if each.email == email
        )

    def code(self, email: str) -> str:
        return self.apps[email].at(int(self.clock.now().timestamp()))

    def open(self, email: str, *, address: str = "192.0.2.1", **given: Any) -> Opened:
        """Sign in, half a minute after whatever came before: each code counts once."""
        self.clock.move(30)
        typed = {"password": PASSWORD, "code": self.code(email), **given}
        return self.team.sign_in.sign_in(email, **typed, address=address)

    def sign_in(self, email: str) -> SignedIn:
        return self.team.sessions.recognise(self.open(email).token)


def make_team(outside: Outside, clock: ManualClock) -> Desk:
    """A team without people."""
    numbers = iter(range(1_000_000))
    team = assembly.build(
        outside, new_token=lambda: f"token-{next(numbers)}", passwords=QUICK
    )
    return Desk(team, clock, {})
