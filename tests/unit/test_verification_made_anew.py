"""An answer that was broken off is made anew: nothing is sent or counted twice."""

from dataclasses import dataclass

import pyotp
import pytest
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.models import Delivery
from bot.verification.errors import CodeUsed, CodeWrong, SendTooSoon
from bot.verification.models import Authenticator, Challenge, Proof, Throttle
from tests.unit.world import CHAT, MARIA, MARIAS_NUMBER, World, make_world

STRANGER = "nobody@example.com"


@dataclass
class Reading:
    """The line that is being answered."""

    line: int | None = 1

    def __call__(self, _session: Session, _conversation_id: str) -> int | None:
        return self.line


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock, reading: Reading) -> World:
    return make_world(sessions, clock, answering=reading)


@pytest.fixture
def kept(world: World, reading: Reading) -> tuple[str, str]:
    """A code of Maria's app, and a saved one; nothing is proved any more."""
    reading.line = None
    world.identify_twice()
    app = pyotp.TOTP(world.backend.totp.enrol(CHAT).secret)
    world.backend.totp.confirm(CHAT, app.at(world.clock.now()))
    saved = world.backend.recovery_codes.issue(CHAT)
    world.clock.move(3600)
    world.backend.identification.begin(CHAT, MARIA)
    reading.line = 2
    return app.at(world.clock.now()), saved[0]


def refuse(world: World, code: str) -> int:
    """Guess wrongly; gives the tries left."""
    with pytest.raises(CodeWrong) as caught:
        world.backend.identification.check(CHAT, code)
    return caught.value.guesses_left


@pytest.mark.parametrize("contact", [MARIA, STRANGER])
def test_a_code_is_sent_once_for_one_line(world: World, contact: str) -> None:
    first = world.backend.identification.begin(CHAT, contact)
    again = world.backend.identification.begin(CHAT, contact)

    assert again == first
    assert len(world.rows(Challenge)) == len(world.rows(Delivery)) == 1


def test_another_line_is_another_wish(world: World, reading: Reading) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    reading.line = 2

    with pytest.raises(SendTooSoon):
        world.backend.identification.begin(CHAT, MARIA)


@pytest.mark.parametrize("line", [2, None])
@pytest.mark.parametrize("contact", [MARIA, STRANGER])
def test_a_wrong_guess_counts_once_for_one_line(
    world: World, reading: Reading, contact: str, line: int | None
) -> None:
    world.backend.identification.begin(CHAT, contact)
    wrong, reading.line = "000000", line

    left = [refuse(world, wrong) for _ in range(3)]

    counted = 1 if line else 3
    assert left == ([4, 4, 4] if line else [4, 3, 2])
    assert [each.attempts for each in world.rows(Challenge)] == [counted]
    assert counted in {each.failures for each in world.rows(Throttle)}
    noted = world.rows(AuditEvent, AuditEvent.name == "code_refused")
    assert len(noted) == counted
    failures = [each.failures_total for each in world.rows(Authenticator)]
    assert max(failures) == (counted if contact == MARIA else 0)


def test_another_guess_for_the_same_line_counts(world: World, reading: Reading) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    reading.line = 2
    wrong = world.wrong_code(MARIAS_NUMBER)

    assert [refuse(world, each) for each in (wrong, wrong[::-1])] == [4, 3]


def test_the_same_guess_for_another_line_counts(world: World, reading: Reading) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    left = []
    for line in (2, 3):
        reading.line = line
        left.append(refuse(world, "000000"))

    assert left == [4, 3]


def test_a_right_code_proves_once_and_is_right_again(
    world: World, reading: Reading
) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    reading.line, code = 2, world.code_to(MARIAS_NUMBER)

    first = world.backend.identification.check(CHAT, code)
    again = world.backend.identification.check(CHAT, code)

    assert again == first
    assert len(world.rows(Proof)) == 1
    assert [each.attempts for each in world.rows(Challenge)] == [1]


def test_a_code_of_an_app_proves_once_and_is_right_again(
    world: World, reading: Reading, kept: tuple[str, str]
) -> None:
    code, _ = kept
    before = len(world.rows(Proof))
    for _ in range(2):
        world.backend.totp.check(CHAT, code)
    reading.line = 3

    with pytest.raises(CodeUsed):
        world.backend.totp.check(CHAT, code)
    assert len(world.rows(Proof)) == before + 1


def test_a_saved_code_is_used_up_once_and_is_right_again(
    world: World, reading: Reading, kept: tuple[str, str]
) -> None:
    _, code = kept
    left = [world.backend.recovery_codes.use(CHAT, code) for _ in range(2)]
    reading.line = 3

    assert left == [9, 9]
    with pytest.raises(CodeUsed):
        world.backend.recovery_codes.use(CHAT, code)
