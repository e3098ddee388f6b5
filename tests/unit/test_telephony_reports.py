"""Reports: signed callbacks that come out of order, twice, or about nothing of ours."""

from collections.abc import Callable
from itertools import permutations

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.telephony.calls import Calls
from bot.telephony.gateway import ConsoleGateway, Way
from bot.telephony.models import Delivery
from bot.telephony.outbox import Outbox
from bot.telephony.reports import DeliveryReports
from bot.telephony.twilio.statuses import OUTCOMES

NUMBER = "+12025550143"
SID, CALL = f"SM{'1' * 32}", f"CA{'2' * 32}"

Put = Callable[..., str]


@pytest.fixture
def put(
    sessions: Sessions, clock: ManualClock, cipher: Cipher, fingerprints: Fingerprints
) -> Put:
    """Write a delivery down as it is after some try to send it."""

    def write(
        state: str = "sent",
        provider_id: str | None = SID,
        *,
        by: Way = "sms",
        purpose: str = "identify",
        text: str = "Your code is: 0, 4, 2.",
    ) -> str:
        outbox = Outbox(sessions, clock, cipher, fingerprints, ConsoleGateway())
        with sessions.begin() as session:
            row = outbox.post(
                *(session,),
                to=NUMBER,
                by=by,
                text=text,
                purpose=purpose,
                language="es",
            )
            row.state, row.provider_id = state, provider_id
            return row.id

    return write


@pytest.fixture
def reports(sessions: Sessions, clock: ManualClock) -> DeliveryReports:
    return DeliveryReports(sessions, clock)


@pytest.fixture
def calls(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Calls:
    return Calls(sessions, clock, cipher, lifetime=600)


def row(sessions: Sessions) -> Delivery:
    with sessions() as session:
        return session.scalars(select(Delivery)).one()


def message(status: str, code: str | None = None, sid: str = SID) -> dict[str, str]:
    form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status}
    return form | ({"ErrorCode": code} if code else {})


def call(status: str, sid: str = CALL) -> dict[str, str]:
    return {"CallSid": sid, "CallStatus": status}


def test_a_delivery_is_finished_by_its_report(
    sessions: Sessions, clock: ManualClock, put: Put, reports: DeliveryReports
) -> None:
    put()
    clock.move(3)

    assert reports.note(message("delivered"))
    done = row(sessions)
    assert (done.state, done.error_code, done.finished_at) == (
        *("delivered", None, clock.now()),
    )


def test_a_failure_brings_its_code(
    sessions: Sessions, put: Put, reports: DeliveryReports
) -> None:
    put()

    assert reports.note(message("undelivered", "30003"))
    assert (row(sessions).state, row(sessions).error_code) == ("undelivered", "30003")


@pytest.mark.parametrize("end", ["delivered", "undelivered"])
@pytest.mark.parametrize(
    "order",
    sorted(set(permutations(["queued", "sent", "END", "END"]))),
    ids=lambda order: "-".join(order),
)
def test_in_any_order_and_twice_the_end_is_the_same(
    sessions: Sessions,
    put: Put,
    reports: DeliveryReports,
    order: tuple[str, ...],
    end: str,
) -> None:
    put()
    code = "30005" if end == "undelivered" else None
    changes = [
        reports.note(message(end, code) if status == "END" else message(status))
        for status in order
    ]

    assert (row(sessions).state, row(sessions).error_code) == (end, code)
    assert sum(changes) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("delivered", "undelivered"), ("undelivered", "delivered")]
)
def test_what_is_finished_stays_so(
    sessions: Sessions, put: Put, reports: DeliveryReports, first: str, second: str
) -> None:
    put()
    reports.note(message(first, "30003"))
    before = row(sessions)

    assert not reports.note(message(second, "30008"))
    assert (row(sessions).state, row(sessions).error_code) == (
        before.state,
        before.error_code,
    )


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": SID},
        {"MessageStatus": "delivered"},
        {"MessageSid": "", "MessageStatus": "delivered"},
        {"MessageSid": SID, "MessageStatus": "received"},
        {"MessageSid": SID, "MessageStatus": "flying"},
        {"CallSid": SID, "MessageStatus": "delivered"},
        message("delivered", sid=f"SM{'9' * 32}"),
        message("delivered", sid="'; DROP TABLE delivery; --"),
    ],
)
def test_what_is_unknown_changes_nothing(
    sessions: Sessions, put: Put, reports: DeliveryReports, form: dict[str, str]
) -> None:
    put()

    assert not reports.note(form, delivery_id="unknown too")
    assert row(sessions).state == "sent"


@pytest.mark.parametrize("code", ["", "abc", "3000", "300030", "30003; +12025550143"])
def test_a_code_that_is_none_is_not_stored(
    sessions: Sessions, put: Put, reports: DeliveryReports, code: str
) -> None:
    put()
    reports.note(message("undelivered", code))

    assert (row(sessions).state, row(sessions).error_code) == ("undelivered", None)


@pytest.mark.parametrize("state", ["queued", "lost", "dead"])
@pytest.mark.parametrize("status", sorted(OUTCOMES))
def test_a_message_whose_first_answer_was_lost_is_found_by_our_own_id(
    sessions: Sessions, put: Put, reports: DeliveryReports, state: str, status: str
) -> None:
    ours = put(state, None)

    assert reports.note(message(status), delivery_id=ours)
    assert (row(sessions).state, row(sessions).provider_id) == (OUTCOMES[status], SID)
    assert row(sessions).sent_at is not None


@pytest.mark.parametrize("state", ["suppressed", "failed", "decoy"])
def test_what_never_left_is_not_moved(
    sessions: Sessions, put: Put, reports: DeliveryReports, state: str
) -> None:
    ours = put(state, None)

    assert not reports.note(message("delivered"), delivery_id=ours)
    assert row(sessions).state == state


def test_our_own_id_moves_no_delivery_with_another_of_twilios(
    sessions: Sessions, put: Put, reports: DeliveryReports
) -> None:
    ours = put()
    other = f"SM{'7' * 32}"

    assert not reports.note(message("undelivered", sid=other), delivery_id=ours)
    assert row(sessions).state == "sent"


def test_a_message_that_is_reported_is_not_sent_again(
    sessions: Sessions, put: Put, reports: DeliveryReports, outbox: Outbox
) -> None:
    ours = put("queued", None)
    reports.note(message("sent"), delivery_id=ours)

    assert outbox.drain() == 0
    assert row(sessions).provider_id == SID


@pytest.fixture
def outbox(
    sessions: Sessions, clock: ManualClock, cipher: Cipher, fingerprints: Fingerprints
) -> Outbox:
    return Outbox(sessions, clock, cipher, fingerprints, ConsoleGateway())


# Calls


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("busy", "undelivered", "busy"),
        ("no-answer", "undelivered", "no-answer"),
        ("failed", "undelivered", None),
        ("canceled", "undelivered", None),
        # Nobody pressed a key: a machine, or somebody who hung up.
        ("completed", "undelivered", "no-answer"),
    ],
)
def test_a_call_whose_code_nobody_heard_did_not_arrive(
    sessions: Sessions,
    put: Put,
    reports: DeliveryReports,
    status: str,
    state: str,
    code: str | None,
) -> None:
    put("sent", CALL, by="voice")

    assert reports.note(call(status))
    assert (row(sessions).state, row(sessions).error_code) == (state, code)


def test_a_call_whose_code_was_heard_arrived(
    sessions: Sessions, put: Put, reports: DeliveryReports, calls: Calls
) -> None:
    ours = put("sent", CALL, by="voice")

    speech = calls.answer(ours, CALL)
    assert speech is not None
    assert (speech.text, speech.language) == ("Your code is: 0, 4, 2.", "es")
    assert row(sessions).state == "delivered"
    assert not reports.note(call("completed"))
    assert row(sessions).state == "delivered"


def test_a_notice_arrived_when_the_call_is_over(
    sessions: Sessions, put: Put, reports: DeliveryReports
) -> None:
    put("sent", CALL, by="voice", purpose="notice")

    assert reports.note(call("completed"))
    assert row(sessions).state == "delivered"


def test_the_same_call_is_told_the_same_again(put: Put, calls: Calls) -> None:
    ours = put("sent", CALL, by="voice")

    assert calls.answer(ours, CALL) == calls.answer(ours, CALL) is not None


def test_a_call_is_answered_before_its_request_is(
    sessions: Sessions, put: Put, calls: Calls
) -> None:
    ours = put("queued", None, by="voice")

    assert calls.answer(ours, CALL) is not None
    assert (row(sessions).state, row(sessions).provider_id) == ("delivered", CALL)


def test_another_call_is_told_nothing(
    sessions: Sessions, put: Put, calls: Calls
) -> None:
    ours = put("sent", CALL, by="voice")

    assert calls.answer(ours, f"CA{'9' * 32}") is None
    assert calls.answer("unknown", f"CA{'9' * 32}") is None
    assert row(sessions).state == "sent"


def test_a_text_is_never_spoken(sessions: Sessions, put: Put, calls: Calls) -> None:
    ours = put("sent", CALL)

    assert calls.answer(ours, CALL) is None
    assert row(sessions).state == "sent"


@pytest.mark.parametrize("state", ["undelivered", "failed", "suppressed"])
def test_a_call_that_is_over_is_told_nothing(
    put: Put, calls: Calls, state: str
) -> None:
    ours = put(state, CALL, by="voice")

    assert calls.answer(ours, CALL) is None


def test_a_code_that_has_expired_is_not_spoken(
    put: Put, calls: Calls, clock: ManualClock
) -> None:
    ours = put("sent", CALL, by="voice")
    clock.move(600)

    assert calls.answer(ours, CALL) is None


def test_a_text_that_was_erased_is_not_spoken(
    sessions: Sessions, put: Put, calls: Calls, outbox: Outbox, clock: ManualClock
) -> None:
    ours = put("sent", CALL, by="voice")
    clock.move(1)
    outbox.forget_bodies(clock.now())

    assert calls.answer(ours, CALL) is None
