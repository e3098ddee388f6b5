"""What is kept too long: every table has a time after which its rows are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from bot.clock import ManualClock
from bot.conversations.models import Conversation, Message, Rating
from bot.retention import purge_of
from bot.schema import load_models
from bot.telephony.models import Delivery
from tests.security.goals import Goal
from tests.security.life import MARIA, NEW_NUMBER, Life, engine_log
from tests.unit.world import at_once

MINUTES, DAY, MONTH, YEAR = 900, 86_400, 2_592_000, 31_536_000
# Rows that a purge leaves: what an account is, who the team is, and who wants no texts.
STANDING = {
    *("account", "email_address", "phone_number", "authenticator", "recovery_code"),
    *("kept_key", "agent", "suppression", "kept_line"),
}
# For how long rows are found after their time has begun, in seconds.
KEPT = {
    "disclosure": MINUTES,
    "showing": 600,
    **dict.fromkeys(("agent_session",), DAY),
    "challenge": 600 + DAY,
    "proof": 900 + DAY,
    "offered_email": DAY,
    "web_session": DAY,
    "web_link": 600 + DAY,
    **dict.fromkeys(("conversation", "message", "understanding", "visitor"), MONTH),
    **dict.fromkeys(("handoff_request", "note", "conversation_tag"), MONTH),
    **dict.fromkeys(("remote_delivery", "remote_ref", "remote_event"), MONTH),
    **dict.fromkeys(("text_thread", "received_text", "delivery"), MONTH),
    **dict.fromkeys(("throttle", "meter", "former_email"), MONTH),
    "review_line": MONTH,
    # A link is known for a month after its end, to say that it is too old.
    "undo": 21 * DAY + MONTH,
    "deletion": 7 * DAY + YEAR,
    **dict.fromkeys(("audit_event", "desk_audit", "sign_in"), YEAR),
    # Of whom nobody knows any more.
    **dict.fromkeys(("conversation_fact", "handoff_fact"), 2 * YEAR + DAY),
    **dict.fromkeys(("code_fact", "message_day"), 2 * YEAR + DAY),
    # A score stays, without its words and its conversation.
    "rating": None,
    "number_return": None,
    "support_case": None,
    "case_evidence": None,
}


def purge(life: Life) -> dict[str, int]:
    life.services.outbox.drain()
    return purge_of(life.services).run()


def rows(life: Life, table: Table, *conditions: Any) -> int:
    with life.services.sessions() as session:
        query = select(func.count()).select_from(table).where(*conditions)
        return session.scalar(query) or 0


def counts(life: Life) -> dict[str, int]:
    return {table.name: rows(life, table) for table in load_models().sorted_tables}


def test_every_table_has_its_time() -> None:
    assert STANDING | set(KEPT) == set(load_models().tables)


def test_the_life_that_is_purged_has_rows_in_every_table(life: Life) -> None:
    assert [name for name, count in counts(life).items() if not count] == []


@pytest.mark.parametrize("table", sorted(name for name, kept in KEPT.items() if kept))
def test_nothing_is_left_after_its_time(life: Life, table: str) -> None:
    life.services.deletions.cancel(life.chats["web"])
    life.services.outbox.drain()
    life.clock.move((KEPT[table] or 0) + 301)
    purge(life)
    assert counts(life)[table] == 0


def test_no_code_stays_for_a_day_and_no_word_for_a_month(
    life: Life, goal: Goal
) -> None:
    tables = load_models().tables
    before = counts(life)
    life.clock.move(600 + DAY + 1)
    purge(life)
    texts = rows(life, tables["delivery"], Delivery.body_encrypted.is_not(None))
    codes = rows(life, tables["challenge"])
    life.clock.move(MONTH - DAY)
    purge(life)
    words = rows(life, tables["message"])
    comments = rows(life, tables["rating"], Rating.comment.is_not(None))
    with engine_log(life.services) as log:
        heard = sum(len(log.everything(each)) for each in life.chats.values())
    assert (texts, codes, words, comments, heard) == (0, 0, 0, 0, 0)
    assert before["challenge"] and before["message"] and before["rating"]
    goal(
        "S29",
        f"0 of {before['challenge']} codes and 0 of {before['delivery']} sent texts"
        f" after 24 h, 0 of {before['message']} messages after 30 days, 0 kept by the"
        " engine",
    )


def test_nothing_goes_before_its_time(life: Life) -> None:
    before = counts(life)
    purge(life)
    assert counts(life) == before


def test_what_was_purged_is_counted_and_once(life: Life) -> None:
    life.clock.move(MONTH + 400)
    deleted = purge(life)
    assert deleted["conversation"] == deleted["engine_conversation"] == 2
    assert deleted["rating_comment"] == 1
    again = purge(life)
    assert not any(again.values()), again


def test_a_conversation_that_goes_on_loses_only_its_old_lines(life: Life) -> None:
    chat = life.chats["web"]
    life.clock.move(MONTH - DAY)
    life.say("web", "still here")
    life.clock.move(2 * DAY)
    purge(life)
    thread = life.services.conversations.read(chat)
    assert [message.text for message in thread.messages] == ["still here"]
    with engine_log(life.services) as log:
        kept = [entry["text"] for entry in log.everything(chat)]
    assert kept == ["still here", "answer"]
    assert life.count(Conversation, Conversation.id == chat) == 1


def test_whoever_spoke_while_a_purge_looked_is_not_forgotten(life: Life) -> None:
    chat = life.chats["web"]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert life.services.aging._departures._forget_silent(chat, long_ago) is False
    assert life.count(Message, Message.conversation_id == chat) > 0


def test_what_the_engine_kept_of_a_deleted_conversation_goes(life: Life) -> None:
    chat = life.chats["web"]
    life.services.conversations.forget(chat)
    assert purge(life)["engine_conversation"] == 1
    with engine_log(life.services) as log:
        assert log.senders() == [life.chats["sms"]]


def test_the_same_conversation_is_purged_by_one_of_two_at_once(
    life: Life,
) -> None:
    life.clock.move(MONTH + 400)
    done = at_once(lambda _: purge_of(life.services).run(), times=4)
    assert sum(each["conversation"] for each in done) == 2


def test_the_phones_of_the_demo_still_show_what_is_a_day_old(life: Life) -> None:
    life.clock.move(timedelta(hours=23).total_seconds())
    purge(life)
    assert life.services.outbox.sent_to(NEW_NUMBER)


def test_accounts_are_not_purged(life: Life) -> None:
    life.services.deletions.cancel(life.chats["web"])
    life.clock.move(2 * YEAR)
    purge(life)
    assert life.account(MARIA) and isinstance(life.clock, ManualClock)
