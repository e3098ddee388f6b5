"""The outbox: order kept in a conversation, nothing lost, nobody held up by another."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest

from bot.clock import ManualClock
from bot.connectors.errors import NotAnswered, NotTaken, Refused
from bot.connectors.models import RemoteDelivery, RemoteRef
from bot.connectors.port import Closing, Happened, Notice, Opening, Ref, Said
from bot.connectors.sending import DAY, LEASE, WAITS
from bot.database import Sessions
from tests.unit.desk_world import DeskWorld, make_desk
from tests.unit.world import CHAT, MARIA, MARIAS_NUMBER, at_once

OTHER = "chat-of-another"


@dataclass
class Ledger:
    """A help desk that writes down what it is told, each key once."""

    name: str = "ledger"
    told: dict[str, tuple[str, str]] = field(default_factory=dict)
    openings: list[Opening] = field(default_factory=list)
    agains: Counter[str] = field(default_factory=Counter)
    before: Callable[[str, str], None] = lambda _ref, _text: None

    def open(self, opening: Opening, *, key: str, again: bool) -> Ref:
        ref = Ref(f"t-{opening.request_id}", "contact-1")
        self._tell(opening.conversation_id, "opened", key, again)
        self.openings.append(opening)
        return ref

    def add(self, ref: Ref, line: Said, *, key: str, again: bool) -> None:
        self._tell(ref.id, f"{line.speaker}: {line.text}", key, again)

    def close(self, ref: Ref, closing: Closing, *, key: str, again: bool) -> None:
        self._tell(ref.id, closing.outcome, key, again)

    def read(self, _notice: Notice) -> tuple[Happened, ...]:
        return ()

    def _tell(self, ref: str, text: str, key: str, again: bool) -> None:
        self.agains[key] += again
        self.before(ref, text)
        self.told.setdefault(key, (ref, text))

    def texts(self, about: str = "") -> list[str]:
        return [text for ref, text in self.told.values() if about in ref]

    def fail(
        self, error: BaseException, *, on: str = "", times: int = 1_000_000
    ) -> None:
        """Raise on what has `on` in its text, so many times."""
        left = iter(range(times))

        def before(_ref: str, text: str) -> None:
            if on in text and next(left, None) is not None:
                raise error

        self.before = before


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def desk(sessions: Sessions, clock: ManualClock, ledger: Ledger) -> DeskWorld:
    return make_desk(sessions, clock, [ledger])


def send(desk: DeskWorld, name: str = "ledger") -> int:
    return desk.connectors.sending.drain(name)


def ids(desk: DeskWorld, state: str) -> list[str]:
    mine = RemoteDelivery.connector == "ledger"
    wanted = RemoteDelivery.state == state
    return [row.kind for row in desk.world.rows(RemoteDelivery, mine, wanted)]


def visitor(ledger: Ledger) -> list[str]:
    return [text for text in ledger.texts() if text.startswith("Visitor")]


def test_what_was_said_is_told_in_order_as_long_as_it_lasts(
    desk: DeskWorld, ledger: Ledger
) -> None:
    lee = desk.agent()
    desk.say("before")
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.say("one")
    desk.team.desk.reply(CHAT, lee, "two", client_id="1")
    desk.say("three")
    desk.team.desk.resolve(CHAT, lee, "solved")
    desk.say("after")
    send(desk)
    opened, *rest = ledger.texts()
    assert opened == "opened" and rest[-1] == "resolved"
    said = [text for text in rest if "one" in text or "two" in text or "three" in text]
    assert said == ["Visitor: one", "Lee (team): two", "Visitor: three"]
    assert not any("after" in text for text in rest)
    (opening,) = ledger.openings
    assert [line.text for line in opening.transcript] == ["before", "a person please"]


def test_nothing_unmasked_leaves(desk: DeskWorld, ledger: Ledger) -> None:
    desk.world.identify()
    lee = desk.agent()
    desk.say(f"I am {MARIA}, call {MARIAS_NUMBER}")
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    desk.say(f"once more: {MARIAS_NUMBER}, code 123456")
    send(desk)
    everything = str((ledger.openings, ledger.told))
    for value in (MARIA, MARIAS_NUMBER, MARIAS_NUMBER[2:], "123456"):
        assert value not in everything


def test_later_lines_wait_for_the_one_that_is_not_taken(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    send(desk)
    ledger.fail(NotTaken("503"), on="one", times=1)
    desk.say("one")
    desk.say("two")
    send(desk)
    assert visitor(ledger) == []
    desk.clock.move(WAITS[0])
    send(desk)
    assert visitor(ledger) == ["Visitor: one", "Visitor: two"]


def test_another_conversation_does_not_wait(desk: DeskWorld, ledger: Ledger) -> None:
    desk.start(OTHER)
    desk.ask()
    desk.ask(OTHER)
    send(desk)
    ledger.fail(NotTaken("503"), on="one")
    desk.say("one")
    desk.say("two", OTHER)
    send(desk)
    assert visitor(ledger) == ["Visitor: two"]


def test_a_call_that_hangs_holds_up_no_other_conversation(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.start(OTHER)
    desk.ask()
    desk.ask(OTHER)
    send(desk)
    begun, go_on = Event(), Event()

    def before(_ref: str, text: str) -> None:
        if "one" in text:
            begun.set()
            assert go_on.wait(10)

    ledger.before = before
    desk.say("one")
    desk.say("three")
    slow = Thread(target=send, args=(desk,))
    slow.start()
    assert begun.wait(10)
    desk.say("two", OTHER)
    send(desk)
    assert visitor(ledger) == ["Visitor: two"]
    go_on.set()
    slow.join()
    assert visitor(ledger) == ["Visitor: two", "Visitor: one", "Visitor: three"]


def test_a_system_that_hangs_holds_up_no_other_system(
    desk: DeskWorld, ledger: Ledger
) -> None:
    ledger.fail(NotAnswered("ReadTimeout"))
    desk.ask()
    send(desk)
    send(desk, "webhook")
    assert ledger.texts() == []
    assert len(desk.mailbox.taken) == 2


def test_too_many_requests_rests_the_whole_system_as_long_as_it_asks(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.start(OTHER)
    ledger.fail(NotTaken("429", retry_after=300), times=1)
    desk.ask()
    desk.ask(OTHER)
    send(desk)
    desk.clock.move(299)
    send(desk)
    assert ledger.texts() == []
    desk.clock.move(1)
    send(desk)
    assert ledger.texts().count("opened") == 2


def test_nobody_is_left_alone_for_more_than_a_day(
    desk: DeskWorld, ledger: Ledger
) -> None:
    ledger.fail(NotTaken("429", retry_after=10 * DAY.total_seconds()), times=1)
    desk.ask()
    send(desk)
    desk.clock.move(DAY.total_seconds())
    send(desk)
    assert "opened" in ledger.texts()


def test_after_a_day_it_is_given_up_in_order_and_told_by_hand(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    send(desk)
    ledger.fail(NotTaken("503"), on="one")
    desk.say("one")
    desk.say("two")
    for wait in (*WAITS, 0):
        send(desk)
        desk.clock.move(wait)
    assert sum(WAITS) >= 0.9 * DAY.total_seconds()
    assert ids(desk, "dead") == ["line"]
    assert visitor(ledger) == [], "what comes later waits, so that order is kept"
    ledger.fail(NotTaken("503"), times=0)
    assert desk.connectors.outbox.revive(["ledger"]) == 1
    send(desk)
    assert visitor(ledger) == ["Visitor: one", "Visitor: two"]


def test_told_by_hand_it_is_looked_for_first(desk: DeskWorld, ledger: Ledger) -> None:
    desk.ask()
    ledger.fail(Refused("422"), on="opened", times=1)
    send(desk)
    assert ids(desk, "dead") == ["open"]
    assert ledger.texts() == [], "nothing can be added to what is not open"
    desk.connectors.outbox.revive()
    send(desk)
    assert ledger.texts()[0] == "opened"
    assert sum(ledger.agains.values()) == 1


def test_a_line_that_is_refused_for_what_it_says_holds_up_none(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    send(desk)
    ledger.fail(Refused("422"), on="one")
    desk.say("one")
    desk.say("two")
    send(desk)
    assert visitor(ledger) == ["Visitor: two"]
    assert ids(desk, "dead") == ["line"]


def test_whoever_died_while_telling_is_followed_up_by_another(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    ledger.fail(KeyboardInterrupt(), on="opened", times=1)
    with pytest.raises(KeyboardInterrupt):
        send(desk)
    send(desk)
    assert ledger.texts() == []
    desk.clock.move(LEASE.total_seconds())
    send(desk)
    assert ledger.texts()[0] == "opened"
    assert sum(ledger.agains.values()) == 1


def test_what_kills_whoever_tells_it_is_given_up_in_the_end(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    ledger.fail(KeyboardInterrupt(), on="opened")
    for _ in range(len(WAITS) + 1):
        with pytest.raises(KeyboardInterrupt):
            send(desk)
        desk.clock.move(LEASE.total_seconds())
    send(desk)
    assert ids(desk, "dead") == ["open"]


def test_who_has_left_is_told_and_nothing_is_told_of_what_is_gone(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    send(desk)
    desk.say("one")
    with desk.sessions.begin() as session:
        desk.team.queueing.abandon(session, CHAT)
        desk.conversations.forget(CHAT, session=session)
    send(desk)
    assert visitor(ledger) == []
    assert ledger.texts()[-1] == "abandoned"
    assert ids(desk, "queued") == ids(desk, "dead") == []


def test_who_ends_the_chat_with_an_agent_is_said_to_have_left(
    desk: DeskWorld, ledger: Ledger
) -> None:
    lee = desk.agent()
    desk.ask()
    desk.team.desk.take(CHAT, lee)
    with desk.sessions.begin() as session:
        desk.connectors.outbox.left(session, CHAT)
    send(desk)
    assert ledger.texts()[-1] == "Notice: The visitor has ended the chat."


def test_what_never_was_opened_is_not_closed(desk: DeskWorld, ledger: Ledger) -> None:
    desk.ask()
    with desk.sessions.begin() as session:
        desk.team.queueing.abandon(session, CHAT)
        desk.conversations.forget(CHAT, session=session)
    send(desk)
    assert ledger.texts() == []
    assert ids(desk, "queued") == ids(desk, "dead") == []


def test_a_second_handoff_is_opened_anew_for_the_same_contact(
    desk: DeskWorld, ledger: Ledger
) -> None:
    lee = desk.agent()
    for _ in range(2):
        desk.ask()
        desk.team.desk.take(CHAT, lee)
        desk.team.desk.resolve(CHAT, lee, "solved")
        send(desk)
    first, second = ledger.openings
    assert (first.contact, second.contact) == ("", "contact-1")
    assert len(desk.world.rows(RemoteRef)) == 2


def test_of_many_hands_each_tells_something_else_in_order(
    each_database: Sessions, clock: ManualClock
) -> None:
    ledger = Ledger()
    desk = make_desk(each_database, clock, [ledger])
    chats = [f"many-{number}" for number in range(10)]
    for chat in chats:
        desk.start(chat)
        desk.ask(chat)
    send(desk)
    for line in range(5):
        for chat in chats:
            desk.say(f"line {line}", chat)
    at_once(lambda _: send(desk), times=8)
    send(desk)
    for chat in chats:
        ticket = f"t-{desk.request(chat).id}"
        said = [text for text in ledger.texts(ticket) if text.startswith("Visitor")]
        assert said == [f"Visitor: line {line}" for line in range(5)]


def test_references_go_when_they_are_old_and_over(
    desk: DeskWorld, ledger: Ledger
) -> None:
    desk.ask()
    send(desk)
    desk.clock.move(31 * DAY.total_seconds())
    desk.connectors.inbound.forget_old()
    assert len(desk.world.rows(RemoteRef)) == 1, "it is still open"
    lee = desk.agent()
    desk.team.desk.take(CHAT, lee)
    desk.team.desk.resolve(CHAT, lee, "solved")
    desk.connectors.inbound.forget_old()
    assert len(desk.world.rows(RemoteRef)) == 1, "its end is not told yet"
    send(desk)
    desk.connectors.inbound.forget_old()
    assert desk.world.rows(RemoteRef) == []
