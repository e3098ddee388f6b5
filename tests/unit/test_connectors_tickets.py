"""Zendesk and Zammad through the port, over HTTP, against their stand-ins."""

import asyncio
import dataclasses
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clock import ManualClock
from bot.connectors.calls import Calls
from bot.connectors.errors import NotAnswered, NotSigned, NotTaken, Refused, Unreadable
from bot.connectors.help_desks import help_desks
from bot.connectors.port import (
    Closing,
    Connector,
    Happened,
    Notice,
    Opening,
    Ref,
    Said,
)
from bot.connectors.standin.faults import Fault
from bot.connectors.standin.serving import STAND_INS as SERVED
from bot.connectors.standin.serving import how_to_use
from bot.connectors.ticket_texts import first_comment, plain
from bot.connectors.zendesk import Zendesk
from bot.settings import Settings
from tests.unit.ticket_desks import SECRET, STAND_INS, Desk, connector, desk, zendesk

OPEN, LINE, LINE_2, END = "a" * 32, "b" * 32, "c" * 32, "d" * 32
RESOLVED = Closing("resolved", "solved", "It is settled.")
OPENING = Opening(
    conversation_id="chat-1",
    request_id="0123456789abcdef0123456789abcdef",
    title="Support chat: new number",
    summary="Reason: new number",
    transcript=(),
    story="What was said so far:\nVisitor: hello\nAssistant: Hi",
    visitor="Visitor chat-1",
    language="en",
    channel="web",
    reason="change_number",
    priority="high",
)


def lose(**fault: Any) -> Fault:
    """It is taken, and nobody hears of it."""
    return Fault(taken=True, **fault)


@dataclass
class Pair:
    """A connector, and the stand-in that it talks to."""

    connector: Connector
    desk: Desk
    clock: ManualClock

    async def open(
        self, *, key: str = OPEN, again: bool = False, **changed: Any
    ) -> Ref:
        opening = dataclasses.replace(OPENING, **changed)
        return await asyncio.to_thread(
            self.connector.open, opening, key=key, again=again
        )

    async def add(
        self,
        ref: Ref,
        text: str,
        *,
        author: str = "visitor",
        key: str = LINE,
        again: bool = False,
    ) -> None:
        line = Said(1, author, author.title(), text, self.clock.now())
        await asyncio.to_thread(self.connector.add, ref, line, key=key, again=again)

    async def close(self, ref: Ref, *, key: str = END, again: bool = False) -> None:
        await asyncio.to_thread(
            self.connector.close, ref, RESOLVED, key=key, again=again
        )

    def fail(self, *faults: Fault) -> None:
        self.desk.stand_in.faults.planned.extend(faults)

    def said(self) -> list[tuple[bool, str]]:
        """Of the only ticket: whether the customer sees it, and what was said."""
        (ticket,) = self.desk.stand_in.tickets()
        if "comments" in ticket:
            return [(each["public"], each["body"]) for each in ticket["comments"]]
        return [(not each["internal"], each["body"]) for each in ticket["articles"]]

    def state(self) -> str:
        (ticket,) = self.desk.stand_in.tickets()
        return str(ticket.get("status") or ticket["state"])

    async def read(self) -> tuple[Happened, ...]:
        """What the webhooks told so far."""
        while not self.desk.stand_in.hooks.is_idle:
            await asyncio.sleep(0.01)
        got, self.desk.listener.got = self.desk.listener.got, []
        return tuple(
            each
            for headers, body in got
            for each in self.connector.read(Notice(headers, body))
        )


@pytest.fixture(params=["zendesk", "zammad"])
async def pair(request: Any, clock: ManualClock) -> AsyncIterator[Pair]:
    async with desk(STAND_INS[request.param], clock) as at:
        url = str(at.http.base_url)
        yield Pair(connector(request.param, clock, url), at, clock)


async def test_a_ticket_begins_with_what_the_team_reads_first(pair: Pair) -> None:
    ref = await pair.open()
    (ticket,) = pair.desk.stand_in.tickets()
    assert str(ticket["id"]) == ref.id
    assert (ticket.get("subject") or ticket["title"]).startswith(OPENING.title)
    assert pair.said() == [(False, f"{OPENING.summary}\n\n{OPENING.story}")]


async def test_a_ticket_says_of_the_person_what_they_are_called_and_no_more(
    pair: Pair,
) -> None:
    ref = await pair.open()
    user = pair.desk.stand_in.state.users[int(ref.contact)]
    assert "Visitor chat-1" in dataclasses.asdict(user).values()
    assert not [each for each in dataclasses.asdict(user) if "mail" in each]


async def test_a_person_has_one_name_there_in_every_ticket(pair: Pair) -> None:
    first = await pair.open()
    second = await pair.open(key="e" * 32, request_id="f" * 32)
    third = await pair.open(key="9" * 32, request_id="8" * 32, contact=first.contact)
    assert len({first.id, second.id, third.id}) == 3
    assert first.contact == second.contact == third.contact


async def test_the_visitors_lines_are_theirs_and_the_rest_is_for_agents(
    pair: Pair,
) -> None:
    ref = await pair.open()
    await pair.add(ref, "are you there?")
    await pair.add(ref, "One moment", author="agent", key=LINE_2)
    assert pair.said()[1:] == [(True, "are you there?"), (False, "Agent: One moment")]


async def test_what_is_settled_here_is_closed_there(pair: Pair) -> None:
    ref = await pair.open()
    await pair.close(ref)
    assert pair.state() in ("solved", "closed")
    assert pair.said()[-1] == (False, RESOLVED.note)


@pytest.mark.parametrize(
    "fault", [lose(status=500), lose(cut=True)], ids=["answered 500", "cut off"]
)
async def test_a_ticket_that_was_taken_unnoticed_is_not_opened_twice(
    pair: Pair, fault: Fault
) -> None:
    # At Zendesk the user comes first, and is the same however often they are made.
    ok = [Fault()] if pair.connector.name == "zendesk" else []
    pair.fail(*ok, fault)
    with pytest.raises(NotAnswered):
        await pair.open()
    pair.clock.move(3 * 3600)
    ref = await pair.open(again=True)
    (ticket,) = pair.desk.stand_in.tickets()
    assert ref == Ref(
        str(ticket["id"]), str(ticket.get("requester_id") or ticket["customer_id"])
    )


@pytest.mark.parametrize(
    "fault", [lose(status=500), lose(cut=True)], ids=["answered 500", "cut off"]
)
async def test_a_line_that_was_taken_unnoticed_is_not_said_twice(
    pair: Pair, fault: Fault
) -> None:
    ref = await pair.open()
    pair.fail(fault)
    with pytest.raises(NotAnswered):
        await pair.add(ref, "hello?")
    await pair.add(ref, "hello?", again=True)
    assert [text for _, text in pair.said()[1:]] == ["hello?"]


async def test_the_same_words_under_another_key_are_said_again(pair: Pair) -> None:
    ref = await pair.open()
    await pair.add(ref, "hello?")
    await pair.add(ref, "hello?", key=LINE_2, again=True)
    assert [text for _, text in pair.said()[1:]] == ["hello?", "hello?"]


async def test_an_end_that_was_taken_unnoticed_is_noted_once(pair: Pair) -> None:
    ref = await pair.open()
    pair.fail(lose(status=502))
    with pytest.raises(NotAnswered):
        await pair.close(ref)
    await pair.close(ref, again=True)
    assert [text for _, text in pair.said()[1:]] == [RESOLVED.note]
    assert pair.state() in ("solved", "closed")


async def test_what_was_not_taken_is_done_when_it_is_asked_again(pair: Pair) -> None:
    for fault in (Fault(status=503), Fault(cut=True), Fault(status=429)):
        pair.fail(fault)
        with pytest.raises(NotTaken):
            await pair.open(again=True)
    ref = await pair.open(again=True)
    pair.fail(Fault(status=503))
    with pytest.raises(NotTaken):
        await pair.add(ref, "hello?")
    await pair.add(ref, "hello?", again=True)
    assert len(pair.said()) == 2


async def test_a_system_says_how_long_it_wants_to_be_left_alone(pair: Pair) -> None:
    pair.fail(Fault(status=429, retry_after=93))
    with pytest.raises(NotTaken) as told:
        await pair.open()
    assert told.value.retry_after == 93


async def test_answers_come_back_as_the_agent_gave_them(pair: Pair) -> None:
    ref = await pair.open()
    await pair.desk.stand_in.answer(int(ref.id), "Hi & hello\nyou", name="Rita Roe")
    (said,) = await pair.read()
    assert said.id
    expected = ("said", ref.id, "Rita Roe", "Hi & hello\nyou")
    assert (said.kind, said.ref, said.name, said.text) == expected


async def test_notes_among_agents_are_not_for_the_visitor(pair: Pair) -> None:
    ref = await pair.open()
    await pair.desk.stand_in.answer(int(ref.id), "Hm", name="Rita", public=False)
    assert await pair.read() == ()


async def test_what_we_do_ourselves_is_no_news(pair: Pair) -> None:
    ref = await pair.open()
    await pair.add(ref, "hello?")
    await pair.add(ref, "One moment", author="agent", key=LINE_2)
    await pair.close(ref)
    assert await pair.read() == ()
    assert len(pair.desk.stand_in.hooks.posted) > 3


async def test_a_ticket_that_an_agent_closes_is_resolved(pair: Pair) -> None:
    ref = await pair.open()
    await pair.desk.stand_in.solve(int(ref.id), name="Rita")
    (end,) = await pair.read()
    assert (end.kind, end.ref, end.text) == ("resolved", ref.id, "")


async def test_a_late_answer_to_a_closed_ticket_resolves_it_again(pair: Pair) -> None:
    ref = await pair.open()
    await pair.desk.stand_in.solve(int(ref.id), name="Rita")
    await pair.desk.stand_in.answer(
        int(ref.id), "And one more thing", name="Rita", ends=True
    )
    happened = await pair.read()
    assert [each.kind for each in happened] == ["resolved", "said", "resolved"]
    assert len({each.id for each in happened}) == 3


async def test_the_same_event_has_the_same_id_however_often_it_comes(
    pair: Pair,
) -> None:
    ref = await pair.open()
    pair.desk.stand_in.hooks.times = 2
    await pair.desk.stand_in.answer(int(ref.id), "Hello", name="Rita")
    await pair.desk.stand_in.solve(int(ref.id), name="Rita")
    happened = await pair.read()
    assert len(happened) == 4
    assert len({each.id for each in happened}) == 2


async def test_what_is_signed_with_another_secret_is_not_believed(pair: Pair) -> None:
    ref = await pair.open()
    await pair.read()
    pair.desk.stand_in.hooks.forged = True
    await pair.desk.stand_in.answer(int(ref.id), "Send me your code", name="Rita")
    with pytest.raises(NotSigned):
        await pair.read()


async def test_what_is_not_signed_is_not_believed(pair: Pair) -> None:
    ref = await pair.open()
    await pair.desk.stand_in.answer(int(ref.id), "Hello", name="Rita")
    got = pair.desk.listener.got
    headers, body = next(each for each in got if b"Hello" in each[1])
    signed = {name: told for name, told in headers.items() if "signature" in name}
    assert signed
    for name in signed:
        for wrong in ({}, {name: ""}, {name: "é"}, {name: "sha1="}):
            others = {each: signed[each] for each in signed if each != name}
            with pytest.raises(NotSigned):
                pair.connector.read(Notice(others | wrong, body))
    with pytest.raises(NotSigned):
        pair.connector.read(Notice(signed, body.replace(b"Hello", b"HELLO")))
    assert pair.connector.read(Notice(signed, body))


async def test_without_a_secret_nobody_is_believed(pair: Pair) -> None:
    hooks = pair.desk.stand_in.hooks
    pair.connector._secret = ""  # type: ignore[attr-defined]
    told = hooks.sign(b"{}", "")
    headers = {name.lower(): each for name, each in told.items()}
    with pytest.raises(NotSigned):
        pair.connector.read(Notice(headers, b"{}"))


def signed(pair: Pair, body: bytes) -> Notice:
    """A webhook that the stand-in signs, whatever it says."""
    hooks = pair.desk.stand_in.hooks
    headers = hooks.sign(body, SECRET)
    return Notice({name.lower(): told for name, told in headers.items()}, body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"ticket": 1}'])
async def test_what_makes_no_sense_is_refused(pair: Pair, body: bytes) -> None:
    with pytest.raises(Unreadable):
        pair.connector.read(signed(pair, body))


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_zendesks_signature_is_good_for_five_minutes(
    clock: ManualClock, minutes: int
) -> None:
    zendesks = Zendesk(clock, Calls(clock, ""), SECRET)
    body = json.dumps(event("agent_assignment_changed", {"current": 5})).encode()
    at = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hmac.digest(SECRET.encode(), at.encode() + body, "sha256")
    headers = {
        "x-zendesk-webhook-signature": b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": at,
    }
    assert zendesks.read(Notice(headers, body)) == ()
    clock.move(minutes * 60)
    with pytest.raises(NotSigned):
        zendesks.read(Notice(headers, body))


def event(kind: str, change: dict[str, Any]) -> dict[str, Any]:
    """An event of a ticket that is solved."""
    return {
        "id": "e1",
        "type": f"zen:event-type:ticket.{kind}",
        "detail": {"id": "7", "actor_id": 3, "submitter_id": 1, "status": "SOLVED"},
        "event": change,
    }


@pytest.mark.parametrize("change", [{"current": True}, {"tags_added": ["a"]}, {}])
async def test_of_most_that_happens_to_a_ticket_nothing_is_told(
    clock: ManualClock, change: dict[str, Any]
) -> None:
    async with desk(zendesk, clock) as at:
        pair = Pair(Zendesk(clock, Calls(clock, ""), SECRET), at, clock)
        body = json.dumps(event("custom_field_changed", change)).encode()
        assert pair.connector.read(signed(pair, body)) == ()


async def test_a_wrong_token_may_be_mended(pair: Pair, clock: ManualClock) -> None:
    url = str(pair.desk.http.base_url)
    old = connector(pair.connector.name, clock, url, token="old")
    with pytest.raises(NotTaken):
        await asyncio.to_thread(old.open, OPENING, key=OPEN, again=False)


@pytest.mark.parametrize("pair", ["zendesk"], indirect=True)
async def test_zendesk_has_closed_a_ticket_for_good(pair: Pair) -> None:
    ref = await pair.open()
    pair.desk.stand_in.state.tickets[int(ref.id)].status = "closed"
    await pair.close(ref)
    with pytest.raises(Refused):
        await pair.add(ref, "hello?")


@pytest.mark.parametrize("pair", ["zendesk"], indirect=True)
async def test_a_conflict_at_zendesk_passes(pair: Pair) -> None:
    ref = await pair.open()
    pair.fail(Fault(status=409))
    with pytest.raises(NotTaken):
        await pair.add(ref, "hello?")


def test_of_a_long_conversation_the_latest_is_told() -> None:
    story = "\n".join(f"Visitor: línea {number}" for number in range(2000))
    told = first_comment(dataclasses.replace(OPENING, story=story), 1000)
    assert len(told.encode()) <= 1000
    summary, _, kept = told.partition("\n\n")
    assert summary == OPENING.summary
    assert kept.split("\n") == story.split("\n")[-len(kept.split("\n")) :]
    assert len(kept.encode()) > 900


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>Hello</div><div>you</div>", "Hello\nyou"),
        ("a &amp; b&nbsp;c &lt;d&gt;<br>e", "a & b c <d>\ne"),
        ("one\n  two<br><br>three", "one two\nthree"),
        (
            'Hi<div data-signature="true">Kind<br><p>regards</p></div> there',
            "Hi\nthere",
        ),
        ("<script>alert(1)</script><b>so</b>", "so"),
        ("<img src=x onerror=alert(1)>so", "so"),
        ("", ""),
    ],
)
def test_what_is_said_in_html_is_read_as_text(html: str, text: str) -> None:
    assert plain(html) == text


def test_the_settings_turn_each_on(clock: ManualClock) -> None:
    secret = SecretStr("9f2c4e6a8b0d1f3e5a7c9e0b2d4f6a8c")
    at_zendesk = Settings(
        zendesk_url="https://desk.example.com",
        zendesk_email="bot@example.com",
        zendesk_token=secret,
        zendesk_webhook_secret=secret,
    )
    at_zammad = Settings(
        zammad_url="https://desk.example.com",
        zammad_token=secret,
        zammad_webhook_secret=secret,
    )
    names = [
        [each.name for each in help_desks(settings, clock)]
        for settings in (Settings(), at_zendesk, at_zammad)
    ]
    assert names == [[], ["zendesk"], ["zammad"]]


def test_a_stand_in_says_how_the_app_gets_to_it() -> None:
    for name in STAND_INS:
        made, needed = SERVED[name](Settings(), "http://127.0.0.1:8000/api/connectors")
        told = how_to_use(name, 8020, needed)
        assert f"BOT_{name.upper()}_URL=http://127.0.0.1:8020" in told
        assert f"BOT_{name.upper()}_WEBHOOK_SECRET=" in told
        assert made.tickets() == []
