"""What Chatwoot's webhooks say, and which of it an agent has done for the visitor."""

import json
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.connectors.calls import Calls
from bot.connectors.chatwoot import Chatwoot
from bot.connectors.errors import NotSigned, Unreadable
from bot.connectors.port import Happened, Notice
from bot.connectors.webhook import sign

INBOX, SECRET, END = 7, "a secret of the webhook", "end-of-the-address"
RITA = {"id": 3, "name": "Rita", "type": "user"}
MESSAGE = {
    "event": "message_created",
    "id": 41,
    "content": "Hello",
    "message_type": "outgoing",
    "private": False,
    "sender": RITA,
    "inbox": {"id": INBOX, "name": "Switchboard"},
    "conversation": {"id": 12, "status": "open"},
}
CONVERSATION = {
    "event": "conversation_status_changed",
    "id": 12,
    "inbox_id": INBOX,
    "status": "resolved",
    "updated_at": 1764300000.25,
    "meta": {"assignee": RITA},
}


def chatwoot(*, secret: str = SECRET, path_secret: str = "") -> Chatwoot:
    clock = ManualClock()
    calls = Calls(clock, "http://127.0.0.1:9")
    return Chatwoot(clock, calls, INBOX, secret=secret, path_secret=path_secret)


def signed(told: Any, *, secret: str = SECRET, token: str = "") -> Notice:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    moment = str(int(ManualClock().now().timestamp()))
    headers = {
        "x-chatwoot-timestamp": moment,
        "x-chatwoot-signature": f"sha256={sign(secret, moment, body)}",
    }
    return Notice(headers, body, token)


def read(told: Any) -> tuple[Happened, ...]:
    return chatwoot().read(signed(told))


def test_an_agents_message_is_said() -> None:
    assert read(MESSAGE) == (Happened("message-41", "said", "12", "Rita", "Hello"),)


@pytest.mark.parametrize(
    "changed",
    [
        {"private": True},
        {"message_type": "incoming", "sender": {"name": "V", "type": "contact"}},
        {"message_type": "template"},
        {"message_type": "activity"},
        {"sender": {"name": "Captain", "type": "agent_bot"}},
        {"event": "message_updated"},
        {"inbox": {"id": INBOX + 1}},
    ],
    ids=str,
)
def test_what_is_not_for_the_visitor_is_nothing(changed: dict[str, Any]) -> None:
    assert read(MESSAGE | changed) == ()


def test_resolved_there_is_an_end_and_pending_a_return() -> None:
    (resolved,) = read(CONVERSATION)
    assert (resolved.kind, resolved.ref, resolved.name) == ("resolved", "12", "Rita")
    (returned,) = read(CONVERSATION | {"status": "pending"})
    assert returned.kind == "returned"
    assert read(CONVERSATION | {"status": "open"}) == ()
    assert read(CONVERSATION | {"inbox_id": INBOX + 1}) == ()


def test_the_same_change_has_one_id_and_another_has_another() -> None:
    ids = [read(CONVERSATION)[0].id, read(CONVERSATION)[0].id]
    later = read(CONVERSATION | {"updated_at": 1764300009.5})[0].id
    assert ids[0] == ids[1] != later


def test_nobody_is_assigned_and_nobody_is_named() -> None:
    (resolved,) = read(CONVERSATION | {"meta": {"assignee": None}})
    assert resolved.name == ""


@pytest.mark.parametrize("told", [b"", b"[]", b"{", b'{"event": null}', {"id": 1}])
def test_what_makes_no_sense_is_refused(told: Any) -> None:
    with pytest.raises(Unreadable):
        read(told)


@pytest.mark.parametrize(
    "notice",
    [
        signed(MESSAGE, secret="another secret"),
        Notice({}, b"{}"),
        Notice({"x-chatwoot-signature": "sha256="}, b"{}"),
        Notice(signed(MESSAGE).headers, b'{"event": "message_created"}'),
        Notice({}, b"{}", END),
    ],
    ids=["forged", "unsigned", "empty", "another body", "by its address"],
)
def test_what_is_not_signed_is_refused(notice: Notice) -> None:
    with pytest.raises(NotSigned):
        chatwoot(path_secret=END).read(notice)


def test_a_moment_that_is_no_number_is_refused() -> None:
    body = b"{}"
    signature = f"sha256={sign(SECRET, 'now', body)}"
    headers = {"x-chatwoot-timestamp": "now", "x-chatwoot-signature": signature}
    with pytest.raises(NotSigned):
        chatwoot().read(Notice(headers, body))


@pytest.mark.parametrize("token", ["", "end-of-the-addres", f"{END}x", "ñ"])
def test_without_signatures_the_address_has_to_end_right(token: str) -> None:
    older = chatwoot(secret="", path_secret=END)
    body = json.dumps(MESSAGE).encode()
    assert older.read(Notice({}, body, END))
    with pytest.raises(NotSigned):
        older.read(Notice({}, body, token))


def test_without_any_secret_nothing_is_believed() -> None:
    with pytest.raises(NotSigned):
        chatwoot(secret="").read(Notice({}, json.dumps(MESSAGE).encode()))
