"""Facts that are kept by several processes at once, and while rows are deleted."""

from bot.clock import ManualClock
from bot.database import Sessions
from bot.insights.models import CodeFact, ConversationFact, HandoffFact
from tests.unit.insights_world import DAY, make_records
from tests.unit.world import CHAT, MARIA, at_once


def test_of_many_who_follow_at_once_each_fact_is_kept_once(
    each_database: Sessions, clock: ManualClock
) -> None:
    records = make_records(each_database, clock)
    chats = [records.open() for _ in range(5)]
    for chat in chats:
        records.say(chat)
    records.desk.team.requests.ask(chats[0], "talk_to_human")
    records.desk.world.backend.identification.begin(CHAT, MARIA)
    records.desk.world.outbox.drain()
    clock.move(DAY + 1)

    at_once(lambda _: records.figures.keeping.follow(), times=5)
    records.figures.keeping.follow()

    assert len(records.rows(ConversationFact)) == len(chats)
    assert len(records.rows(HandoffFact)) == len(records.rows(CodeFact)) == 1
    assert records.split("containment")["all"] == (5, 4, 1, 0, 0.8)


def test_what_is_settled_while_it_is_deleted_is_nobody_s(
    each_database: Sessions, clock: ManualClock
) -> None:
    records = make_records(each_database, clock)
    chats = [records.open() for _ in range(6)]
    for chat in chats:
        records.say(chat)
    clock.move(DAY + 1)

    def work(turn: int) -> None:
        if turn % 2:
            records.conversations.forget(chats[turn])
        else:
            records.figures.keeping.follow()

    at_once(work, times=6)
    records.figures.keeping.follow()

    facts = records.rows(ConversationFact)
    linked = {fact.conversation_id for fact in facts if fact.conversation_id}
    assert len(facts) == len(chats)
    assert linked == set(chats[::2])
