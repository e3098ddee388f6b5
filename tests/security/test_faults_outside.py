"""What is outside misbehaves: a gateway that hangs, reports a day late, a clock."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.gateway import ConsoleGateway, Outgoing, Sent
from bot.telephony.models import Delivery
from bot.telephony.outbox import Outbox
from bot.telephony.reports import DeliveryReports
from bot.verification.errors import (
    CodeUsed,
    SendLimitReached,
    SendTooSoon,
    VerificationError,
)
from bot.verification.models import Challenge, Proof
from tests.security.goals import Goal
from tests.unit.world import CHAT, MARIA, MARIAS_NUMBER, OMAR, World, make_world

HOUR = 3600
SLOW_NUMBER, SID = "+14155550123", f"SM{'1' * 32}"


class HangingGateway(ConsoleGateway):
    """Does not come back for one number until it is let go, as after 30 seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs, self.let_go = threading.Event(), threading.Event()
        self.sent: list[str] = []

    def send(self, message: Outgoing) -> Sent:
        if message.to == SLOW_NUMBER and not self.let_go.is_set():
            self.hangs.set()
            self.let_go.wait(30)
        self.sent.append(message.to)
        return super().send(message)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def gateway() -> Iterator[HangingGateway]:
    made = HangingGateway()
    yield made
    made.let_go.set()


def test_a_gateway_that_hangs_holds_up_nobody_else(
    world: World, gateway: HangingGateway, goal: Goal
) -> None:
    outbox = Outbox(
        *(world.sessions, world.clock, world.cipher, world.fingerprints, gateway)
    )
    others = [f"+120255501{place:02}" for place in range(40)]
    with world.sessions.begin() as session:
        for number in (SLOW_NUMBER, *others):
            outbox.post(session, to=number, by="sms", text="x", purpose="identify")
    hanging = threading.Thread(target=outbox.drain)
    hanging.start()
    assert gateway.hangs.wait(10)

    outbox.drain()
    meanwhile = list(gateway.sent)
    gateway.let_go.set()
    hanging.join(10)
    outbox.drain()

    assert sorted(meanwhile) == others
    assert sorted(gateway.sent) == sorted((SLOW_NUMBER, *others))
    goal(
        "S32",
        f"gateway hangs: {len(meanwhile)} of {len(others)} others sent, each once",
    )


@pytest.mark.parametrize("status", ["delivered", "undelivered"])
def test_a_report_a_day_late_opens_nothing(
    world: World, status: str, goal: Goal
) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    with world.sessions.begin() as session:
        row = session.get_one(Delivery, world.rows(Delivery)[0].id)
        row.state, row.provider_id, row.finished_at = "sent", SID, None
    world.clock.move(25 * HOUR)
    world.backend.retention.purge()

    reports = DeliveryReports(world.sessions, world.clock)
    for _ in range(2):
        reports.note({"MessageSid": SID, "MessageStatus": status})

    assert world.rows(Delivery)[0].state == status
    assert world.rows(Challenge) == []
    with pytest.raises(VerificationError):
        world.backend.identification.check(CHAT, code)
    assert world.rows(Proof) == []
    goal("S32", f"a report {status!r} a day late: 1 row finished, 0 proofs")


def test_a_clock_that_jumps_back_gives_nothing_back(world: World, goal: Goal) -> None:
    world.identify()
    used = world.code_to(MARIAS_NUMBER)
    world.clock.move(-HOUR)

    with pytest.raises(CodeUsed):
        world.backend.identification.check(CHAT, used)
    assert len(world.rows(Proof)) == 1
    goal("S32", "the clock jumps back: a used code stays used")


def test_a_clock_that_jumps_back_refills_no_sends(world: World, goal: Goal) -> None:
    """The five sends of a window stay used, and the waits are not shorter."""
    sent = 0
    for _ in range(40):
        try:
            world.backend.identification.begin(CHAT, OMAR, by="email")
            sent += 1
        except (SendTooSoon, SendLimitReached):
            world.clock.move(60)
        if sent == 3:
            world.clock.at -= timedelta(minutes=3)

    assert sent <= 5
    assert len(world.rows(Delivery)) == sent
    goal(
        "S32", f"the clock jumps back after 3 sends: {sent} of at most 5 in the window"
    )
