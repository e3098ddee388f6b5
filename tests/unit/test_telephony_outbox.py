"""The outbox: written with the decision, sent once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Lock

import pytest
from sqlalchemy import event, func, select

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony.errors import GatewayFailed
from bot.telephony.gateway import ConsoleGateway, Gateway, Outgoing, Sent, Way
from bot.telephony.models import Delivery
from bot.telephony.outbox import Outbox, SentMessage

NUMBER = "+12025550143"
EMAIL = "maria@example.com"
THREADS = 24
MESSAGES = 60

MakeOutbox = Callable[..., Outbox]


class RecordingGateway:
    """Notes what it is given, and answers as told."""

    def __init__(self, answer: Sent | Exception | None = None) -> None:
        self.given: list[tuple[str, str, str]] = []
        self._answer = answer or Sent("id", "sent")
        self._lock = Lock()

    def send(self, message: Outgoing) -> Sent:
        with self._lock:
            self.given.append((message.to, message.by, message.text))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        return ()


@pytest.fixture
def make_outbox(
    clock: ManualClock, cipher: Cipher, fingerprints: Fingerprints
) -> MakeOutbox:
    def make(sessions: Sessions, gateway: Gateway | None = None) -> Outbox:
        sent_by = gateway or ConsoleGateway()
        return Outbox(sessions, clock, cipher, fingerprints, sent_by)

    return make


def _post(
    outbox: Outbox,
    sessions: Sessions,
    to: str | None = NUMBER,
    *,
    by: Way = "sms",
    text: str = "hello",
) -> Delivery:
    with sessions.begin() as session:
        return outbox.post(session, to=to, by=by, text=text, purpose="code")


def _only(sessions: Sessions) -> Delivery:
    with sessions() as session:
        return session.scalars(select(Delivery)).one()


def test_a_message_is_sent_after_the_decision(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    _post(outbox, sessions)

    assert gateway.given == []
    assert outbox.drain() == 1
    assert gateway.given == [(NUMBER, "sms", "hello")]


def test_a_message_is_not_sent_when_the_decision_fails(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    with pytest.raises(ZeroDivisionError), sessions.begin() as session:
        outbox.post(session, to=NUMBER, by="sms", text="hello", purpose="code")
        _ = 1 / 0

    assert outbox.drain() == 0
    assert gateway.given == []


def test_a_message_is_sent_once(sessions: Sessions, make_outbox: MakeOutbox) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    _post(outbox, sessions)

    assert [outbox.drain(), outbox.drain()] == [1, 0]
    assert len(gateway.given) == 1


def test_messages_are_sent_in_the_order_of_posting(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    for number in range(50):
        _post(outbox, sessions, text=str(number))
        clock.move(1)

    assert outbox.drain() == 50
    assert [text for _, _, text in gateway.given] == [str(each) for each in range(50)]


def test_messages_of_one_moment_keep_their_order_too(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    for number in range(50):
        _post(outbox, sessions, text=str(number))

    assert outbox.drain() == 50
    assert [text for _, _, text in gateway.given] == [str(each) for each in range(50)]


def test_drains_in_parallel_send_each_message_once(
    each_database: Sessions, make_outbox: MakeOutbox
) -> None:
    gateway = RecordingGateway(Sent("id", "delivered"))
    outbox = make_outbox(each_database, gateway)
    for number in range(MESSAGES):
        _post(outbox, each_database, text=str(number))
    together = Barrier(THREADS)

    def drain(_: int) -> int:
        together.wait()
        return outbox.drain()

    with ThreadPoolExecutor(THREADS) as pool:
        counts = list(pool.map(drain, range(THREADS)))

    assert sum(counts) == MESSAGES
    texts = Counter(text for _, _, text in gateway.given)
    assert texts == Counter(str(number) for number in range(MESSAGES))
    with each_database() as session:
        states = session.scalars(select(Delivery.state).distinct()).all()
    assert states == ["delivered"]


@pytest.mark.parametrize(
    ("answer", "state", "error_code", "is_sent", "is_finished"),
    [
        (Sent("id", "sent"), "sent", None, True, False),
        (Sent("id", "delivered"), "delivered", None, True, True),
        (Sent("id", "undelivered", "30003"), "undelivered", "30003", True, True),
        (Sent("id", "failed", "21211"), "failed", "21211", False, True),
        (GatewayFailed("20429"), "failed", "20429", False, True),
        (GatewayFailed(), "failed", None, False, True),
    ],
)
def test_the_outcome_is_noted(
    sessions: Sessions,
    make_outbox: MakeOutbox,
    clock: ManualClock,
    answer: Sent | Exception,
    state: str,
    error_code: str | None,
    *,
    is_sent: bool,
    is_finished: bool,
) -> None:
    outbox = make_outbox(sessions, RecordingGateway(answer))
    _post(outbox, sessions)
    clock.move(5)
    outbox.drain()

    row = _only(sessions)
    assert (row.state, row.error_code) == (state, error_code)
    assert row.sent_at == (clock.now() if is_sent else None)
    assert row.finished_at == (clock.now() if is_finished else None)


def test_one_refusal_does_not_hold_up_the_rest(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    outbox = make_outbox(sessions, RecordingGateway(GatewayFailed("21211")))
    for _ in range(30):
        _post(outbox, sessions)

    assert outbox.drain() == 30


def test_a_drain_that_died_is_never_repeated(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    dying = make_outbox(sessions, RecordingGateway(MemoryError()))
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    _post(dying, sessions)
    with pytest.raises(MemoryError):
        dying.drain()

    assert outbox.drain() == 0
    assert _only(sessions).state == "queued"
    clock.move(61)
    assert outbox.drain() == 0
    assert gateway.given == []
    assert (_only(sessions).state, _only(sessions).error_code) == ("lost", "lost")


def test_a_late_outcome_finds_a_lost_message(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    class SlowGateway(ConsoleGateway):
        def send(self, message: Outgoing) -> Sent:
            clock.move(61)
            make_outbox(sessions).drain()
            return Sent("id", "delivered")

    outbox = make_outbox(sessions, SlowGateway())
    _post(outbox, sessions)
    outbox.drain()

    assert _only(sessions).state == "delivered"


def test_a_decoy_is_never_sent(sessions: Sessions, make_outbox: MakeOutbox) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    _post(outbox, sessions, to=None)

    assert outbox.drain() == 0
    assert gateway.given == []
    row = _only(sessions)
    assert (row.state, row.to_encrypted, row.to_fingerprint) == ("decoy", None, None)


def test_a_decoy_makes_the_same_statements(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    outbox = make_outbox(sessions)
    statements: list[str] = []
    engine = sessions.kw["bind"]
    event.listen(
        engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )

    _post(outbox, sessions)
    real, statements[:] = list(statements), []
    _post(outbox, sessions, to=None)

    assert statements == real
    assert real


def test_a_decoy_costs_the_same_work(
    sessions: Sessions,
    clock: ManualClock,
    cipher: Cipher,
    fingerprints: Fingerprints,
) -> None:
    calls: list[str] = []

    class CountingCipher(Cipher):
        def __init__(self) -> None:
            pass

        def encrypt(self, text: str) -> bytes:
            calls.append(f"encrypt {len(text)}")
            return cipher.encrypt(text)

    class CountingFingerprints(Fingerprints):
        def __init__(self) -> None:
            pass

        def of(self, kind: str, value: str) -> str:
            calls.append(f"fingerprint {kind} {len(value)}")
            return fingerprints.of(kind, value)

    outbox = Outbox(
        sessions, clock, CountingCipher(), CountingFingerprints(), ConsoleGateway()
    )
    _post(outbox, sessions)
    real, calls[:] = list(calls), []
    _post(outbox, sessions, to=None)

    assert calls == real
    assert len(real) == 3


def test_nothing_personal_is_stored_in_the_clear(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions, text="your code is 042042")

    row = _only(sessions)
    stored = repr({key: value for key, value in vars(row).items() if key[0] != "_"})
    assert "2025550143" not in stored and "042042" not in stored
    assert row.to_masked == "•••-•••-0143"


def test_an_email_is_masked_too(sessions: Sessions, make_outbox: MakeOutbox) -> None:
    _post(make_outbox(sessions), sessions, EMAIL, by="email")

    assert _only(sessions).to_masked == "m•••@example.com"


def test_the_demo_shows_what_arrived(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    outbox = make_outbox(sessions)
    start = clock.now()
    _post(outbox, sessions, text="first")
    clock.move(1)
    _post(outbox, sessions, text="second", by="voice")
    _post(outbox, sessions, EMAIL, text="letter", by="email")
    _post(outbox, sessions, "+14155550123", text="other")
    outbox.drain()

    assert outbox.sent_to(NUMBER) == [
        SentMessage("first", "sms", "code", start),
        SentMessage("second", "voice", "code", clock.now()),
    ]
    assert [each.text for each in outbox.sent_to(EMAIL)] == ["letter"]


def test_the_demo_does_not_show_what_never_arrived(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    gateway = ConsoleGateway({NUMBER: "30007"})
    outbox = make_outbox(sessions, gateway)
    _post(outbox, sessions)
    outbox.drain()
    _post(outbox, sessions)

    assert outbox.sent_to(NUMBER) == []


def test_the_console_fails_for_those_it_was_told_of(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    outbox = make_outbox(sessions, ConsoleGateway({NUMBER: "30007"}))
    _post(outbox, sessions)
    outbox.drain()

    row = _only(sessions)
    assert (row.state, row.error_code) == ("undelivered", "30007")


def test_waking_tells_the_listener(
    sessions: Sessions, clock: ManualClock, cipher: Cipher, fingerprints: Fingerprints
) -> None:
    woken: list[bool] = []
    outbox = Outbox(
        *(sessions, clock, cipher, fingerprints, ConsoleGateway()),
        on_wake=lambda: woken.append(True),
    )
    outbox.wake()

    assert woken == [True]


def test_waking_without_a_listener_does_nothing(
    sessions: Sessions, make_outbox: MakeOutbox
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions)
    outbox.wake()

    assert _only(sessions).state == "queued"


def test_old_texts_and_addresses_are_erased_and_outcomes_stay(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions)
    outbox.drain()
    clock.move(60)
    _post(outbox, sessions, to=None)

    assert outbox.forget_bodies(clock.now()) == 1
    assert outbox.sent_to(NUMBER) == []
    with sessions() as session:
        kept = session.scalar(
            select(func.count()).where(Delivery.body_encrypted.is_not(None))
        )
        states = session.scalars(select(Delivery.state)).all()
    assert kept == 1
    assert sorted(states) == ["decoy", "delivered"]


def test_what_is_still_queued_is_not_erased(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    gateway = RecordingGateway()
    outbox = make_outbox(sessions, gateway)
    _post(outbox, sessions)
    clock.move(60)

    assert outbox.forget_bodies(clock.now()) == 0
    assert outbox.drain() == 1
    assert gateway.given == [(NUMBER, "sms", "hello")]


def test_messages_are_deleted_after_thirty_days_to_the_second(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions)
    outbox.drain()
    _post(outbox, sessions, to=None)

    clock.move(30 * 86_400)
    assert outbox.forget_old() == 0
    clock.move(1)
    assert outbox.forget_old() == 2


def test_a_message_that_waits_is_not_deleted(
    sessions: Sessions, make_outbox: MakeOutbox, clock: ManualClock
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions)
    clock.move(31 * 86_400)

    assert outbox.forget_old() == 0
    assert _only(sessions).state == "queued"


def test_what_was_sent_to_an_address_is_erased_with_every_trace_of_it(
    sessions: Sessions, make_outbox: MakeOutbox, fingerprints: Fingerprints
) -> None:
    outbox = make_outbox(sessions)
    _post(outbox, sessions)
    outbox.drain()

    with sessions.begin() as session:
        outbox.forget_addresses(session, [fingerprints.of("phone", NUMBER)])

    erased = _only(sessions)
    assert (erased.to_masked, erased.to_fingerprint) == ("", None)
    assert (erased.to_encrypted, erased.body_encrypted) == (None, None)
    assert erased.state == "delivered"
