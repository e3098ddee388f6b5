"""What agents see: lists in order, files without anything full, and each look noted."""

import dataclasses
import json
from typing import Any

import pytest

from bot.agents.errors import AgentUnknown, NotAllowed
from bot.agents.models import DeskAudit
from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Line
from bot.database import Sessions
from tests.unit.desk_services import Office, make_office
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    OTHER_CHAT,
    outcome,
)


@pytest.fixture
def office(sessions: Sessions, clock: ManualClock) -> Office:
    office = make_office(sessions, clock)
    office.desk.start(OTHER_CHAT)
    return office


def everything(value: Any) -> str:
    """All that a dataclass holds, written out."""
    return json.dumps(dataclasses.asdict(value), default=str, ensure_ascii=False)


def test_a_file_shows_the_proved_account_masked(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    file = office.team.files.open(office.who(), CHAT)

    assert file.account and file.account.id == office.world.accounts[JAMES]
    assert [number.masked[-4:] for number in file.account.numbers] == ["0123", "0199"]
    assert [(each.method, each.live) for each in file.account.proved] == [("sms", True)]
    assert file.account.factors == ("sms",)


def test_a_file_holds_no_full_number_address_or_code(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, JAMES)
    code = office.world.code_to(JAMES_NUMBER)
    office.desk.say(f"my code is {code}, my numbers {JAMES_NUMBER} and {JAMES}")
    office.world.backend.identification.check(CHAT, code)
    lee = office.who()
    office.team.notes.add(lee, CHAT, f"called {JAMES_OTHER_NUMBER}")
    office.team.work.take(lee, CHAT)
    office.team.work.reply(lee, CHAT, f"not {JAMES_NUMBER}?", client_id="c")

    seen = everything(office.team.files.open(lee, CHAT))
    seen += everything(office.team.files.lines(lee, CHAT))
    for secret in (JAMES, code, *(n[-10:] for n in (JAMES_NUMBER, JAMES_OTHER_NUMBER))):
        assert secret not in seen


def test_a_secret_that_is_shown_to_the_person_is_not_filled_in(office: Office) -> None:
    showings = office.world.parts.showings
    with office.desk.sessions.begin() as session:
        body = {"codes": ["SECRET-CODE-1"]}
        showing = showings.put(session, CHAT, "recovery_codes", body)
    seq = office.desk.say("codes please")
    office.desk.conversations.reply(CHAT, seq, (Line("", data={"showing": showing}),))

    thread = office.team.files.lines(office.who(), CHAT)

    assert thread.messages[-1].data == {"showing": showing}


def test_without_a_proof_the_file_tells_nothing_of_the_account(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)

    assert office.team.files.open(office.who(), CHAT).account is None
    assert office.team.files.name(office.who(), CHAT) is None


def test_a_proof_that_has_lapsed_is_shown_as_such(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    office.desk.clock.move(3600)
    file = office.team.files.open(office.who(), CHAT)

    assert file.account and [each.live for each in file.account.proved] == [False]


def test_a_file_has_the_account_s_cases_and_its_wishes(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    lee = office.who()
    number = office.team.acts.start_recovery(lee, CHAT)
    number_id = office.number(JAMES_NUMBER[-4:]).id
    office.team.acts.suspend(lee, CHAT, number_id)
    office.team.returns.ask(lee, CHAT, number_id)

    file = office.team.files.open(lee, CHAT)
    assert [case.number for case in file.cases] == [number]
    assert [(wish.number[-4:], wish.asked_by) for wish in file.returns] == [
        (JAMES_NUMBER[-4:], "Lee")
    ]


def test_each_look_is_noted_once_in_ten_minutes(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    lee, sam = office.who(), office.who("Sam", "supervisor")
    for who in (lee, lee, sam):
        office.team.files.open(who, CHAT)
        office.team.files.lines(who, CHAT, after=1)
    office.desk.clock.move(601)
    office.team.files.lines(lee, CHAT, after=5)

    looks = office.world.rows(DeskAudit, DeskAudit.act == "conversation_opened")
    assert sorted(row.agent_id or "" for row in looks) == [
        "agent-lee",
        "agent-lee",
        "agent-sam",
    ]
    assert {row.account_id for row in looks} == {office.world.accounts[JAMES]}


def test_what_is_not_there_is_neither_shown_nor_noted(office: Office) -> None:
    for look in (office.team.files.open, office.team.files.lines):
        assert outcome(lambda look=look: look(office.who(), "none")) is (
            ConversationUnknown
        )
    assert office.acts() == []


def test_the_queue_has_the_urgent_first_and_then_who_waits_longest(
    office: Office,
) -> None:
    for chat in ("third", "fourth"):
        office.desk.start(chat)
    for chat, reason in (
        (CHAT, "talk_to_human"),
        (OTHER_CHAT, "talk_to_human"),
        ("third", "lost_phone"),
        ("fourth", "account_compromised"),
    ):
        office.desk.ask(chat, reason)
        office.desk.clock.move(1)

    lee = office.who()
    queue = office.team.lists.queue(lee)
    assert [card.conversation_id for card in queue] == [
        *("fourth", "third", CHAT, OTHER_CHAT)
    ]
    office.team.work.take(lee, "third")
    assert len(office.team.lists.queue(lee)) == 3
    (mine,) = office.team.lists.mine(lee)
    assert (mine.conversation_id, mine.owner, mine.owner_name) == (
        *("third", "agent"),
        "Lee",
    )
    assert office.team.lists.mine(office.who("Kim")) == ()


def test_a_card_counts_what_the_person_has_said_since(office: Office) -> None:
    lee = office.who()
    office.desk.ask()
    office.team.work.take(lee, CHAT)
    office.team.work.reply(lee, CHAT, "hello", client_id="c")
    office.desk.say("one")
    office.desk.say("two")

    (card,) = office.team.lists.mine(lee)
    assert (card.unread, card.last_author, card.last_text) == (2, "visitor", "two")


def test_a_missed_target_is_late_before_anything_marks_it(office: Office) -> None:
    office.desk.ask()
    lee = office.who()
    (card,) = office.team.lists.queue(lee)
    assert card.ticket and not card.ticket.first_response_late
    office.desk.clock.move(86_400 * 7)

    queue = office.team.lists.queue(lee)
    assert queue[0].ticket and queue[0].ticket.first_response_late
    assert office.team.lists.count(queue, ()).late == 1


def test_all_has_closed_ones_too_and_goes_on_page_by_page(office: Office) -> None:
    lee = office.who()
    for chat in (CHAT, OTHER_CHAT):
        office.desk.ask(chat)
        office.desk.clock.move(60)
    office.team.work.take(lee, CHAT)
    office.team.work.resolve(lee, CHAT, "solved")

    (first, second) = office.team.lists.all(lee)
    assert first.ticket and first.ticket.outcome == "resolved"
    assert first.ticket.agent == "Lee"
    (rest,) = office.team.lists.all(lee, before=first.last_at)
    assert rest == second


def test_a_transfer_goes_to_who_takes_conversations(office: Office) -> None:
    lee, kim = office.who(), office.who("Kim")
    alex = office.who("Alex", "auditor")
    office.team.work.take(lee, CHAT)

    for nobody in (alex.agent_id, "none"):
        assert (
            outcome(lambda to=nobody: office.team.work.transfer(lee, CHAT, to))
            is AgentUnknown
        )
    assert office.team.work.transfer(lee, CHAT, kim.agent_id).name == "Kim"


def test_an_agent_sees_colleagues_and_no_addresses(office: Office) -> None:
    lee, sam = office.who(), office.who("Sam", "supervisor")
    office.who("Alex", "auditor")

    seen = {each.name: each.email for each in office.team.colleagues.listed(lee)}
    assert seen == {"Lee": "", "Sam": ""}
    everybody = {each.name: each.email for each in office.team.colleagues.listed(sam)}
    assert everybody["Alex"] == "alex@example.com"


def test_the_log_is_for_those_who_audit(office: Office) -> None:
    lee, alex = office.who(), office.who("Alex", "auditor")
    office.team.files.open(lee, CHAT)
    office.team.files.open(alex, OTHER_CHAT)

    assert outcome(lambda: office.team.colleagues.log(lee)) is NotAllowed
    log = office.team.colleagues.log
    assert [entry.agent for entry in log(alex, conversation_id=CHAT)] == ["Lee"]
    assert [entry.agent for entry in log(alex, agent_id=alex.agent_id)] == ["Alex"]
    assert len(log(alex)) == 2
    assert log(alex, before=office.desk.clock.now()) == ()
