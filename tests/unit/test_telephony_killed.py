"""The sender is killed (SIGKILL) at the worst moments; nothing is lost or doubled."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import database
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.telephony.models import Delivery
from bot.telephony.reports import DeliveryReports
from bot.telephony.standin.state import Fault
from tests.standing_in import Twilio, twilio, until
from tests.unit.sender_process import outbox_at

TEXTS = ("one", "two", "three")
LEASE = 61


@dataclass
class Sender:
    """The program in a process of its own, and what is left when it is gone."""

    url: str
    server: Twilio

    def __post_init__(self) -> None:
        self.engine = database.connect(self.url)
        Base.metadata.create_all(self.engine)
        self.sessions: Sessions = database.sessions(self.engine)
        self.process: subprocess.Popen[str] | None = None

    def start(self, *texts: str) -> None:
        """Start it, and wait until its texts are stored."""
        program = [sys.executable, "-m", "tests.unit.sender_process"]
        self.process = subprocess.Popen(
            [*program, self.url, self.server.url, *texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "stored\n"

    def go_on(self) -> None:
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def restart(self, *, after: float, times: int = 8) -> None:
        """Drain as another program, some seconds later and then every few."""
        clock = ManualClock(datetime.now(UTC) + timedelta(seconds=after))
        outbox = outbox_at(self.sessions, self.server.url, clock)
        for _ in range(times):
            outbox.drain()
            clock.move(15)
        until(lambda: self.server.stand_in.is_idle)

    def states(self) -> dict[str, int]:
        with self.sessions() as session:
            return dict(Counter(session.scalars(select(Delivery.state))))

    def arrived(self) -> list[str]:
        return [text.body for text in self.server.state.texts]


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


@pytest.fixture
def sender(server: Twilio, tmp_path: Path) -> Iterator[Sender]:
    until(lambda: server.stand_in.is_idle)
    server.state.texts.clear()
    server.state.faults.clear()
    server.webhook.got.clear()
    made = Sender(f"sqlite:///{tmp_path / 'killed.db'}", server)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    made.engine.dispose()


def test_killed_between_storing_and_sending_each_text_is_sent_once(
    sender: Sender,
) -> None:
    sender.start(*TEXTS)
    sender.kill()
    assert sender.arrived() == []

    sender.restart(after=0)

    assert sender.arrived() == list(TEXTS)
    assert sender.states() == {"sent": 3}


def test_killed_between_sending_and_recording_no_text_is_sent_twice(
    sender: Sender,
) -> None:
    sender.server.state.faults.append(Fault(taken=True, hang=30))
    sender.start(*TEXTS)
    sender.go_on()
    until(lambda: sender.arrived() == ["one"])
    sender.kill()

    sender.restart(after=0, times=1)
    assert sender.arrived() == ["one"], "what is being sent holds up the rest"
    sender.restart(after=LEASE)

    assert sender.arrived() == list(TEXTS)
    # The first was found at Twilio, where it has arrived by now.
    assert sender.states() == {"delivered": 1, "sent": 2}


def test_killed_when_twilio_will_not_say_the_text_is_marked_lost(
    sender: Sender,
) -> None:
    sender.server.state.faults.append(Fault(taken=True, hang=30))
    sender.start(*TEXTS)
    sender.go_on()
    until(lambda: sender.arrived() == ["one"])
    sender.kill()
    # As if it had been too long ago for Twilio's list.
    sender.server.state.texts[0].at -= timedelta(days=400)

    sender.restart(after=LEASE)

    assert sender.arrived() == list(TEXTS)
    assert sender.states() == {"lost": 1, "sent": 2}


def test_killed_before_twilio_took_it_the_text_is_marked_and_not_sent(
    sender: Sender,
) -> None:
    sender.server.state.faults.append(Fault(status=500, code=20500, hang=30))
    sender.start(*TEXTS)
    sender.go_on()
    until(lambda: not sender.server.state.faults)
    sender.kill()

    sender.restart(after=LEASE)

    assert sender.arrived() == ["two", "three"]
    assert sender.states() == {"lost": 1, "sent": 2}


def test_a_lost_text_is_found_again_by_its_report(sender: Sender) -> None:
    sender.server.state.faults.append(Fault(taken=True, hang=30))
    sender.start("one")
    sender.go_on()
    until(lambda: len(sender.server.webhook.got) == 2)
    sender.kill()
    sender.server.state.texts[0].at -= timedelta(days=400)
    sender.restart(after=LEASE)
    assert sender.states() == {"lost": 1}

    reports = DeliveryReports(sender.sessions, ManualClock())
    for path, form, signed in sender.server.webhook.got:
        assert signed
        reports.note(form, delivery_id=path.partition("delivery=")[2])

    assert sender.states() == {"delivered": 1}


@pytest.mark.parametrize("moment", [0, 2, 5])
def test_killed_at_any_moment_no_text_is_doubled(sender: Sender, moment: int) -> None:
    texts = [str(number) for number in range(12)]
    sender.start(*texts)
    sender.go_on()
    until(lambda: len(sender.arrived()) >= 2 * moment)
    sender.kill()

    sender.restart(after=LEASE)

    arrived, states = sender.arrived(), sender.states()
    assert arrived == sorted(set(arrived), key=int)
    assert states.get("sent", 0) == len(arrived)
    assert len(arrived) + states.get("lost", 0) == len(texts)
    assert states.get("lost", 0) <= 1
