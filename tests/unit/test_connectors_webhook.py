"""Events for another system: stored first, signed, told until they are taken."""

import hmac
import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.connectors.errors import NotTaken
from bot.connectors.models import RemoteDelivery
from bot.connectors.outbox import Outbox
from bot.connectors.sending import LEASE, WAITS, Sending
from bot.connectors.webhook import HttpPoster, Webhook, sign
from bot.database import Sessions
from tests.unit.desk_world import SECRET, DeskWorld, Mailbox, make_desk
from tests.unit.world import CHAT, MARIA, MARIAS_NUMBER, at_once


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock) -> DeskWorld:
    return make_desk(sessions, clock)


def told(desk: DeskWorld) -> list[dict[str, Any]]:
    desk.connectors.sending.drain("webhook")
    return [json.loads(body) for body, _ in desk.mailbox.taken]


def states(desk: DeskWorld) -> list[str]:
    return [row.state for row in desk.world.rows(RemoteDelivery)]


def test_a_handoff_is_told_from_the_wish_to_the_end(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.ask()
    for act in (
        lambda: desk.team.desk.take(CHAT, lee),
        lambda: desk.team.desk.resolve(CHAT, lee, "solved"),
    ):
        desk.clock.move(1)
        act()
    events = told(desk)
    assert sorted(event["event"] for event in events) == [
        "handoff.queued",
        "handoff.requested",
        "handoff.resolved",
        "handoff.taken",
    ]
    end = next(each for each in events if each["event"] == "handoff.resolved")
    assert end["request"]["conversation"] == CHAT
    assert end["request"]["disposition"] == "solved"
    assert end["at"] == desk.clock.now().isoformat()


def test_nothing_personal_is_told(desk: DeskWorld) -> None:
    desk.world.identify()
    lee = desk.agent()
    desk.say(f"I am {MARIA}, call me on {MARIAS_NUMBER}")
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.reply(CHAT, lee, "Hello Maria", client_id="1")
    desk.team.desk.resolve(CHAT, lee, "solved")
    said = json.dumps(told(desk)).lower()
    for word in ("maria", MARIAS_NUMBER[2:], "call me", "lee@", "hello"):
        assert word not in said


def test_the_signature_is_over_the_time_and_the_body(desk: DeskWorld) -> None:
    desk.ask()
    told(desk)
    body, headers = desk.mailbox.taken[0]
    moment = headers["Switchboard-Timestamp"]
    assert int(moment) == int(desk.clock.now().timestamp())
    expected = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, "sha256")
    assert headers["Switchboard-Signature"] == f"sha256={expected.hexdigest()}"
    assert headers["Switchboard-Delivery"] == json.loads(body)["id"]


def test_another_secret_or_body_has_another_signature() -> None:
    signatures = {
        sign("a", "1", b"{}"),
        sign("b", "1", b"{}"),
        sign("a", "2", b"{}"),
        sign("a", "1", b"{ }"),
    }
    assert len(signatures) == 4


def test_what_was_taken_is_told_once(desk: DeskWorld) -> None:
    desk.ask()
    assert len(told(desk)) == len(told(desk)) == 1
    assert states(desk) == ["sent"]


def test_what_is_refused_is_told_again_later(desk: DeskWorld) -> None:
    desk.ask()
    desk.mailbox.fault = "503"
    told(desk)
    desk.clock.move(WAITS[0] - 1)
    told(desk)
    assert len(desk.mailbox.refused) == 1
    desk.mailbox.fault = None
    desk.clock.move(1)
    (event,) = told(desk)
    assert json.loads(desk.mailbox.refused[0]) == event
    assert states(desk) == ["sent"]


def test_waits_grow_and_in_the_end_it_is_given_up_for_all_to_see(
    desk: DeskWorld,
) -> None:
    desk.ask()
    desk.mailbox.fault = "ConnectError"
    assert list(WAITS) == sorted(WAITS)
    for wait in WAITS:
        told(desk)
        desk.clock.move(wait)
    assert desk.connectors.outbox.listed("dead") == ()
    told(desk)
    (dead,) = desk.connectors.outbox.listed("dead")
    assert (dead.name, dead.fault) == ("handoff.requested", "ConnectError")
    assert dead.tries == len(WAITS) + 1 == len(desk.mailbox.refused)


def test_what_was_given_up_can_be_told_again(desk: DeskWorld) -> None:
    desk.ask()
    with desk.sessions.begin() as session:
        session.query(RemoteDelivery).update({"state": "dead", "tries": 102})
    assert told(desk) == []
    assert desk.connectors.outbox.revive() == 1
    assert len(told(desk)) == 1
    assert desk.connectors.outbox.listed("queued") == ()
    assert desk.connectors.outbox.listed("dead") == ()


def test_one_that_was_being_told_when_the_process_ended_is_told_again(
    desk: DeskWorld,
) -> None:
    desk.ask()
    poster = Mailbox()
    poster.post = _die  # type: ignore[method-assign]
    webhook = Webhook(desk.clock, poster, SECRET)
    ended = Sending(desk.sessions, desk.clock, [webhook])
    with pytest.raises(KeyboardInterrupt):
        ended.drain("webhook")
    assert told(desk) == []
    desk.clock.move(LEASE.total_seconds())
    assert len(told(desk)) == 1


def test_where_nobody_is_to_be_told_nothing_is_kept(
    sessions: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(sessions, clock)
    silent = Outbox(sessions, clock, [])
    desk.ask()
    before = len(states(desk))
    with sessions.begin() as session:
        silent.note(session, "handoff.taken", desk.request())
    assert len(states(desk)) == before


def test_what_is_not_decided_is_not_told(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.team.desk.take(CHAT, lee)
    before = len(states(desk))
    with pytest.raises(RuntimeError), desk.sessions.begin() as session:
        desk.connectors.outbox.note(session, "handoff.resolved", desk.request())
        raise RuntimeError
    assert len(states(desk)) == before


def test_what_was_told_is_forgotten_after_a_month(desk: DeskWorld) -> None:
    desk.ask()
    told(desk)
    desk.clock.move(timedelta(days=29).total_seconds())
    assert desk.connectors.outbox.forget_old() == 0
    desk.clock.move(timedelta(days=2).total_seconds())
    assert desk.connectors.outbox.forget_old() == 1


def test_of_many_processes_one_tells(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_desk(each_database, clock)
    for number in range(10):
        desk.start(f"chat-{number}")
        desk.ask(f"chat-{number}")
    at_once(lambda _: desk.connectors.sending.drain("webhook"), times=8)
    desk.connectors.sending.drain("webhook")
    ids = [headers["Switchboard-Delivery"] for _, headers in desk.mailbox.taken]
    assert len(ids) == len(set(ids)) == 10


def test_a_broken_promise_is_noticed_once_and_told(desk: DeskWorld) -> None:
    desk.ask()
    due = desk.request().first_response_due - desk.clock.now()
    desk.clock.move(due.total_seconds() - 1)
    assert desk.team.promises.mark_broken() == 0
    desk.clock.move(1)
    assert desk.team.promises.mark_broken() == 1
    assert desk.team.promises.mark_broken() == 0
    assert desk.request().first_response_breached_at == desk.clock.now()
    breached = [each for each in told(desk) if each["event"] == "handoff.breached"]
    assert [each["target"] for each in breached] == ["first_response"]


def test_a_promise_that_was_kept_is_not_broken_later(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.reply(CHAT, lee, "Hello", client_id="1")
    desk.clock.at = desk.request().resolution_due - timedelta(seconds=1)
    assert desk.team.promises.mark_broken() == 0
    desk.clock.move(1)
    assert desk.team.promises.mark_broken() == 1
    row = desk.request()
    assert row.first_response_breached_at is None
    assert row.resolution_breached_at == desk.clock.now()


def test_what_is_closed_breaks_no_promise(desk: DeskWorld) -> None:
    lee = desk.agent()
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.resolve(CHAT, lee, "solved")
    desk.clock.move(timedelta(days=9).total_seconds())
    assert desk.team.promises.mark_broken() == 0


@pytest.mark.parametrize(
    ("status", "fault"), [(204, None), (500, "500"), (302, "302"), (401, "401")]
)
def test_over_http_only_success_is_taken(status: int, fault: str | None) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/hook"
        poster = HttpPoster(ManualClock(), url)
        assert fault_of(poster) == fault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert fault_of(poster) == "ConnectError"


def fault_of(poster: HttpPoster) -> str | None:
    try:
        poster.post(b"{}", {})
    except NotTaken as error:
        return error.fault
    return None


def _die(_body: bytes, _headers: dict[str, str]) -> None:
    raise KeyboardInterrupt
