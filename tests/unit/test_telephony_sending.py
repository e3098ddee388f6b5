"""Sending: again when that is harmless, never twice, and in order."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.privacy.logs import Redaction
from bot.telephony.errors import GatewayBusy, GatewayFailed, GatewaySilent
from bot.telephony.gateway import Outgoing, Sent, Way
from bot.telephony.models import Delivery
from bot.telephony.outbox import Outbox
from bot.telephony.suppressions import CONFIRMATION, Suppressions

NUMBER = "+12025550143"
OTHER = "+14155550123"
WAITS = (2, 10, 30)
BUSY = GatewayBusy("20429")
BROKEN = GatewayBusy(None, in_doubt=True)
SILENT = GatewaySilent()

Answer = Sent | GatewayFailed


class Provider:
    """A gateway that answers by a script, and takes everything after its end.

    What it `took` can be found, unless `hidden`.
    """

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.handed: list[str] = []
        self.took: list[tuple[str, str]] = []
        self.looks = 0
        self.mute = False

    def send(self, message: Outgoing) -> Sent:
        self.handed.append(message.text)
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, GatewayFailed):
            raise answer
        self.took.append((f"SM{len(self.took)}", message.text))
        return answer or Sent(self.took[-1][0], "sent")

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        self.looks += 1
        if self.mute:
            raise GatewayBusy
        return [Sent(sid, "sent") for sid, text in self.took if text == message.text]


class Post:
    """An outbox over a provider, and what a test asks of both."""

    def __init__(self, provider: Provider, outbox: Outbox, sessions: Sessions) -> None:
        self.provider = provider
        self.outbox = outbox
        self._sessions = sessions

    def post(
        self,
        text: str = "hello",
        to: str = NUMBER,
        *,
        by: Way = "sms",
        purpose: str = "identify",
    ) -> str:
        with self._sessions.begin() as session:
            return self.outbox.post(
                session, to=to, by=by, text=text, purpose=purpose
            ).id

    def row(self, delivery_id: str) -> Delivery:
        with self._sessions() as session:
            return session.scalars(
                select(Delivery).where(Delivery.id == delivery_id)
            ).one()

    def state(self, delivery_id: str) -> str:
        return self.row(delivery_id).state


@pytest.fixture
def start(
    sessions: Sessions, clock: ManualClock, cipher: Cipher, fingerprints: Fingerprints
) -> Callable[..., Post]:
    def begin(*script: Answer) -> Post:
        provider = Provider(*script)
        outbox = Outbox(*(sessions, clock, cipher, fingerprints, provider), waits=WAITS)
        return Post(provider, outbox, sessions)

    return begin


Start = Callable[..., Post]


def test_what_the_provider_had_no_time_for_is_sent_after_the_wait(
    start: Start, clock: ManualClock
) -> None:
    post = start(BUSY)
    sent = post.post()

    assert post.outbox.drain() == 1
    assert post.state(sent) == "queued"
    clock.move(1.9)
    assert post.outbox.drain() == 0
    clock.move(0.1)
    assert post.outbox.drain() == 1
    assert (post.state(sent), post.provider.looks) == ("sent", 0)


def test_the_waits_grow_and_after_the_last_the_message_is_dead(
    start: Start, clock: ManualClock
) -> None:
    post = start(*[BUSY] * 10)
    sent = post.post()
    moments = []
    for second in range(100):
        if post.outbox.drain():
            moments.append(second)
        clock.move(1)

    assert moments == [0, 2, 12, 42]
    assert (post.state(sent), post.row(sent).error_code) == ("dead", "20429")
    assert post.row(sent).finished_at is not None


def test_a_refusal_is_not_tried_again(start: Start, clock: ManualClock) -> None:
    post = start(GatewayFailed("21211"))
    sent = post.post()
    post.outbox.drain()
    clock.move(100)

    assert post.outbox.drain() == 0
    assert (post.state(sent), post.row(sent).error_code) == ("failed", "21211")


def test_after_a_breakdown_it_is_sent_again_when_the_provider_has_not_got_it(
    start: Start, clock: ManualClock
) -> None:
    post = start(BROKEN)
    sent = post.post()
    post.outbox.drain()
    clock.move(2)

    assert post.outbox.drain() == 1
    assert (post.state(sent), post.provider.looks) == ("sent", 1)
    assert len(post.provider.took) == 1


@pytest.mark.parametrize("failure", [BROKEN, SILENT], ids=["breakdown", "silence"])
def test_what_the_provider_has_got_is_not_sent_again(
    start: Start, clock: ManualClock, failure: GatewayFailed
) -> None:
    post = start(failure)
    sent = post.post("your code is 042042")
    post.outbox.drain()
    post.provider.took.append(("SM-hers", "your code is 042042"))
    clock.move(2)

    assert post.outbox.drain() == 0
    assert (post.state(sent), post.row(sent).provider_id) == ("sent", "SM-hers")
    assert len(post.provider.handed) == 1


def test_an_equal_message_of_before_is_not_taken_for_this_one(
    start: Start, clock: ManualClock
) -> None:
    post = start(Sent("SM0", "sent"), BROKEN)
    first, second = post.post("hello"), post.post("hello")
    post.outbox.drain()
    clock.move(2)
    post.outbox.drain()

    assert [post.row(each).provider_id for each in (first, second)] == ["SM0", "SM1"]
    assert len(post.provider.took) == 2


def test_without_an_answer_it_is_looked_for_twice_and_then_lost(
    start: Start, clock: ManualClock
) -> None:
    post = start(SILENT)
    sent = post.post()
    for _ in range(60):
        post.outbox.drain()
        clock.move(1)

    assert (post.state(sent), post.row(sent).error_code) == ("lost", "lost")
    assert (len(post.provider.handed), post.provider.looks) == (1, 2)


def test_it_is_lost_when_the_provider_never_tells(
    start: Start, clock: ManualClock
) -> None:
    post = start(BROKEN)
    post.provider.mute = True
    sent = post.post()
    for _ in range(100):
        post.outbox.drain()
        clock.move(1)

    assert post.state(sent) == "lost"
    assert (len(post.provider.handed), post.provider.looks) == (1, 3)


def test_a_message_waits_for_the_one_before_it_to_the_same_number(
    start: Start, clock: ManualClock
) -> None:
    post = start(BUSY)
    for text in ("one", "two", "three"):
        post.post(text)
    elsewhere = post.post("elsewhere", OTHER)
    post.outbox.drain()

    assert post.provider.handed == ["one", "elsewhere"]
    assert post.state(elsewhere) == "sent"
    clock.move(2)
    post.outbox.drain()
    assert [text for _, text in post.provider.took] == [
        *("elsewhere", "one", "two", "three")
    ]


def test_a_dead_message_holds_up_nothing(start: Start, clock: ManualClock) -> None:
    post = start(*[BUSY] * 4)
    post.post("one")
    second = post.post("two")
    for _ in range(60):
        post.outbox.drain()
        clock.move(1)

    assert post.state(second) == "sent"


def test_a_call_does_not_wait_for_a_text(start: Start) -> None:
    post = start(BUSY)
    post.post("text")
    call = post.post("call", by="voice")
    post.outbox.drain()

    assert post.state(call) == "sent"


def test_drains_at_once_keep_the_order_of_a_number(start: Start) -> None:
    post = start()
    for number in range(40):
        post.post(str(number))
    together = Barrier(8)

    def drain() -> None:
        together.wait()
        post.outbox.drain()

    threads = [Thread(target=drain) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert post.provider.handed == [str(number) for number in range(40)]


@pytest.mark.parametrize("by", ["sms", "voice"])
def test_nothing_is_sent_to_a_suppressed_number(
    start: Start,
    sessions: Sessions,
    clock: ManualClock,
    fingerprints: Fingerprints,
    by: Way,
) -> None:
    post, suppressions = start(), Suppressions(clock)
    with sessions.begin() as session:
        suppressions.begin(session, fingerprints.of("phone", NUMBER), "keyword")
    unwanted, other = post.post(by=by), post.post("other", OTHER, by=by)

    assert post.outbox.drain() == 1
    assert post.provider.handed == ["other"]
    assert (post.state(unwanted), post.row(unwanted).error_code) == (
        *("suppressed", "21610"),
    )
    assert post.state(other) == "sent"


def test_many_suppressed_messages_hold_up_nothing(
    start: Start, sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    post = start()
    with sessions.begin() as session:
        Suppressions(clock).begin(session, fingerprints.of("phone", NUMBER), "words")
    for _ in range(50):
        post.post()
    last = post.post("other", OTHER)
    post.outbox.drain()

    assert post.state(last) == "sent"
    assert post.provider.handed == ["other"]


def test_a_refusal_is_confirmed_and_an_email_goes_out(
    start: Start, sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    post, address = start(), "maria@example.com"
    with sessions.begin() as session:
        for kind, value in (("phone", NUMBER), ("email", address)):
            Suppressions(clock).begin(session, fingerprints.of(kind, value), "words")
    post.post("No more messages.", purpose=CONFIRMATION)
    post.post("letter", address, by="email")
    post.outbox.drain()

    assert post.provider.handed == ["No more messages.", "letter"]


def test_a_suppression_is_begun_once_ended_once_and_begun_again(
    each_database: Sessions, clock: ManualClock
) -> None:
    suppressions = Suppressions(clock)

    def seen(act: Callable[[], bool]) -> tuple[bool, bool]:
        return act(), suppressions.is_suppressed(session, "a number")

    with each_database.begin() as session:
        assert seen(lambda: suppressions.end(session, "a number")) == (False, False)
        for _ in range(2):
            begin = seen(lambda: suppressions.begin(session, "a number", "words"))
            again = seen(lambda: suppressions.begin(session, "a number", "keyword"))
            assert (begin, again) == ((True, True), (False, True))
            assert not suppressions.is_suppressed(session, "another number")
            assert seen(lambda: suppressions.end(session, "a number")) == (True, False)


def test_what_is_queued_before_a_suppression_is_not_sent_after_it(
    start: Start, sessions: Sessions, clock: ManualClock, fingerprints: Fingerprints
) -> None:
    post = start(BUSY)
    sent = post.post()
    post.outbox.drain()
    with sessions.begin() as session:
        Suppressions(clock).begin(session, fingerprints.of("phone", NUMBER), "words")
    clock.move(2)

    assert post.outbox.drain() == 0
    assert post.state(sent) == "suppressed"


@pytest.mark.parametrize(
    ("script", "event"),
    [
        ([GatewayFailed("20003")], "sender_refused"),
        ([BUSY] * 4, "delivery_dead"),
        ([SILENT], "delivery_lost"),
    ],
)
def test_the_operators_are_told_with_the_code_and_nothing_personal(
    start: Start, clock: ManualClock, script: list[Answer], event: str
) -> None:
    post = start(*script)
    sent = post.post("your code is 042042")
    with capture_logs() as logged:
        for _ in range(60):
            post.outbox.drain()
            clock.move(1)

    (line,) = logged
    assert (line["event"], line["delivery"]) == (event, sent)
    assert line["error_code"] in (20003, 20429, "lost")
    cleaned = Redaction("US")(None, "error", dict(line))
    assert cleaned["error_code"] == line["error_code"], "a log would mask it"
    assert NUMBER[1:] not in str(line) and "042042" not in str(line)


def test_an_ordinary_failure_alarms_nobody(start: Start) -> None:
    post = start(GatewayFailed("21211"))
    post.post()
    with capture_logs() as logged:
        post.outbox.drain()

    assert logged == []
