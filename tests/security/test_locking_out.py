"""S23: whoever guesses at somebody's factor does not lock its owner out.

A thousand wrong guesses close the factor that was guessed at, and codes asked for
under the contact that was guessed under: that limit is the same for contacts that
nobody has. Each other factor still gets its owner in, who names another contact.
"""

from collections.abc import Callable
from itertools import count

import pyotp
import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.gateway import Way
from bot.verification.errors import VerificationError
from bot.verification.models import Proof
from tests.security.goals import Goal
from tests.unit.world import MARIA, MARIAS_NUMBER, World, make_world, outcome

GUESSES = 1000
A_WEEK = 7 * 24 * 3600
WRONG = "7K2M-9QX4-0ABC-DEFG-HJKM-1234"


class Owner:
    """Maria with a number, an address, an app and a sheet of saved codes."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.identify_twice()
        chat = "conversation-1"
        self.app = pyotp.TOTP(world.backend.totp.enrol(chat).secret)
        world.backend.totp.confirm(chat, self.app.at(world.clock.now()))
        world.clock.move(60)
        world.identify_twice(chat="conversation-2")
        self.saved = list(world.backend.recovery_codes.issue("conversation-2"))
        world.clock.move(A_WEEK)

    def by_number(self, chat: str) -> None:
        self._by_code(chat, MARIAS_NUMBER, "sms")

    def by_email(self, chat: str) -> None:
        self._by_code(chat, MARIA, "email")

    def by_app(self, chat: str) -> None:
        # No code may leave, which is no matter: the app is asked for.
        outcome(self.world.backend.identification.begin, chat, MARIA)
        self.world.backend.totp.check(chat, self.app.at(self.world.clock.now()))

    def by_saved_code(self, chat: str) -> None:
        outcome(self.world.backend.identification.begin, chat, MARIA)
        self.world.backend.recovery_codes.use(chat, self.saved.pop())

    def _by_code(self, chat: str, to: str, by: Way) -> None:
        self.world.backend.identification.begin(chat, MARIAS_NUMBER, by=by)
        self.world.backend.identification.check(chat, self.world.code_to(to))

    def gets_in(self, way: str, chat: str) -> bool:
        """Whether a way gives its owner a proof."""
        try:
            getattr(self, f"by_{way}")(chat)
        except VerificationError:
            return False
        known = (Proof.conversation_id == chat, Proof.revoked_at.is_(None))
        return bool(self.world.rows(Proof, *known))


def at_codes(world: World, chat: str, by: Way) -> None:
    identification = world.backend.identification
    outcome(lambda: identification.begin(chat, MARIA, by=by))
    for _ in range(5):
        outcome(identification.check, chat, "000000")


def at_app(world: World, chat: str) -> None:
    outcome(world.backend.identification.begin, chat, MARIA)
    for _ in range(5):
        outcome(world.backend.totp.check, chat, "000000")


def at_saved_codes(world: World, chat: str) -> None:
    outcome(world.backend.identification.begin, chat, MARIA)
    for _ in range(5):
        outcome(world.backend.recovery_codes.use, chat, WRONG)


ATTACKS: dict[str, Callable[[World, str], None]] = {
    "number": lambda world, chat: at_codes(world, chat, "sms"),
    "email": lambda world, chat: at_codes(world, chat, "email"),
    "app": at_app,
    "saved_code": at_saved_codes,
}
WAYS = tuple(ATTACKS)


@pytest.mark.long
@pytest.mark.parametrize("attacked", ATTACKS)
def test_the_owner_gets_in_by_each_other_factor(
    sessions: Sessions, clock: ManualClock, attacked: str, goal: Goal
) -> None:
    world = make_world(sessions, clock)
    owner = Owner(world)
    chats = (f"hostile-{number}" for number in count())
    for _ in range(GUESSES // 5):
        ATTACKS[attacked](world, next(chats))
        clock.move(600)
    # Codes that were asked for in the attack's last day keep new ones waiting.
    clock.move(24 * 3600)

    got_in = {}
    for way in (each for each in WAYS if each != attacked):
        got_in[way] = owner.gets_in(way, f"owner-{way}")
        clock.move(3600)
    assert all(got_in.values()), got_in
    others = len(got_in)
    goal(
        "S23",
        f"{others} of {others} other ways in after {GUESSES} guesses at the {attacked}",
    )
