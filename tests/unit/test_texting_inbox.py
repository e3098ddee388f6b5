"""The inbox and the threads: each text once, each number in one conversation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.background import Bell
from bot.clock import ManualClock
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.texting.inbox import MOST_TRIES, Inbox, Incoming, Received
from bot.texting.models import ReceivedText, TextThread
from bot.texting.reader import TextReader
from bot.texting.threads import Threads
from tests.unit.conversing import Stage
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import NUMBER, Phone
from tests.unit.world import at_once

TEXT = Incoming("SM1", NUMBER, "hello")


def make_inbox(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Inbox:
    fingerprints = Fingerprints(b"k" * 32)
    return Inbox(sessions, clock, cipher, fingerprints, on_wake=lambda: None)


@pytest.fixture
def inbox(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Inbox:
    return make_inbox(sessions, clock, cipher)


def count(sessions: Sessions, model: type[ReceivedText | TextThread]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_text_is_kept_once_however_often_it_comes_at_once(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    inbox = make_inbox(each_database, clock, cipher)

    results = at_once(lambda _: inbox.keep(TEXT), times=20)

    assert sorted(results) == [False] * 19 + [True]


def test_a_text_says_nothing_of_itself_in_a_log() -> None:
    assert NUMBER not in repr(TEXT) and "hello" not in repr(TEXT)


def test_texts_are_read_in_the_order_they_came(inbox: Inbox) -> None:
    for place in range(3):
        inbox.keep(Incoming(f"SM{place}", NUMBER, str(place)))

    read = []
    while (received := inbox.next()) is not None:
        read.append(received.text)
        inbox.finish(received, "heard")
    assert read == ["0", "1", "2"]


def test_a_text_that_cannot_be_read_is_given_up_and_the_next_one_is_read(
    inbox: Inbox, sessions: Sessions
) -> None:
    inbox.keep(TEXT)
    inbox.keep(Incoming("SM2", NUMBER, "next"))
    tries = [inbox.next() for _ in range(MOST_TRIES + 1)]

    texts = [received.text for received in tries if received]
    assert texts == ["hello"] * MOST_TRIES + ["next"]
    with sessions() as session:
        first = session.get_one(ReceivedText, 1)
    assert (first.outcome, first.body_encrypted) == ("failed", None)


def test_old_texts_are_deleted_and_young_ones_are_not(
    inbox: Inbox, sessions: Sessions, clock: ManualClock
) -> None:
    inbox.keep(TEXT)
    clock.move(30 * 86400)
    assert inbox.forget_old() == 0
    clock.move(1)
    inbox.keep(Incoming("SM2", NUMBER, "young"))

    assert inbox.forget_old() == 1
    assert count(sessions, ReceivedText) == 1


def test_a_number_that_texts_twice_at_once_has_one_thread(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(each_database, clock, cipher)
    opened: list[str] = []
    threads = Threads(
        each_database,
        clock,
        cipher,
        stage.conversations,
        lifetime=3600,
        on_open=lambda conversation_id, _number: opened.append(conversation_id),
    )

    at_once(lambda _: threads.conversation_of("f" * 64, NUMBER), times=10)

    assert count(each_database, TextThread) == 1
    current = threads.conversation_of("f" * 64, NUMBER)
    with each_database() as session:
        assert session.get(Conversation, current) is not None
    assert current in opened


class Broken:
    """A reading that fails as often as told, and then works."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.read_texts: list[str] = []

    def read(self, received: Received) -> tuple[str, str | None]:
        if self.left:
            self.left -= 1
            raise OSError("made to fail: " + received.text)
        self.read_texts.append(received.text)
        return "heard", None


async def test_a_failure_is_logged_without_words_and_tried_again(
    inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox.keep(TEXT)
    reading, bell = Broken(2), Bell()
    reader = TextReader(inbox, reading, bell, tell=())  # type: ignore[arg-type]
    await reader.start()
    while not reading.read_texts:
        bell.ring()
        await asyncio.sleep(0.005)
    await reader.stop()

    logged = capsys.readouterr().out
    assert logged.count("reading_failed") == 2
    assert "hello" not in logged


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


async def test_where_a_text_comes_from_is_noted_for_the_caps(stand: Stand) -> None:
    await Phone(stand).say("hello")

    with stand.services.sessions() as session:
        chat = session.scalars(select(Conversation.id)).one()
        assert stand.services.visitors.of(session, chat) is not None
