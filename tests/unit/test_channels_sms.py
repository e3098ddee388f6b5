"""Texts come in, are read afterwards, and are answered by text."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from bot.clock import ManualClock
from bot.conversations.models import Conversation, Message
from bot.telephony.segments import fold
from bot.texting.models import TextThread
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import NUMBER, STRANGER, Phone, text_of

EXTENDED = "^ {} \\ [] ~ | €"


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


@pytest.fixture
def phone(stand: Stand) -> Phone:
    return Phone(stand)


def lines(stand: Stand) -> list[Message]:
    with stand.services.sessions() as session:
        return list(session.scalars(select(Message).order_by(Message.at, Message.seq)))


def conversations(stand: Stand) -> list[Conversation]:
    with stand.services.sessions() as session:
        return list(session.scalars(select(Conversation)))


async def test_a_text_is_answered_by_text(phone: Phone) -> None:
    assert await phone.say("my code never came") == ["echo: my code never came"]


async def test_the_engine_is_told_that_it_is_a_text(stand: Stand, phone: Phone) -> None:
    await phone.say("hola, no me llega el código")

    (heard,) = stand.engine.heard
    assert heard["metadata"] == {"seq": 1, "language": "es", "channel": "sms"}


async def test_the_answer_waits_for_no_thinking(stand: Stand, phone: Phone) -> None:
    stand.engine.go_on.clear()
    await phone.text("the first, with everything to be loaded")
    taken = []
    for _ in range(20):
        start = time.perf_counter()
        await phone.text("hello")
        taken.append(time.perf_counter() - start)
    stand.engine.go_on.set()

    assert sorted(taken)[len(taken) // 2] < 0.05


async def test_one_number_texts_in_one_conversation_with_a_random_id(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    await phone.say("hello again")
    await Phone(stand, STRANGER).say("hello too")

    ids = {conversation.id for conversation in conversations(stand)}
    assert len(ids) == 2
    assert not any("202555" in each or "312555" in each for each in ids)
    assert all(each.channel == "sms" for each in conversations(stand))


async def test_the_number_is_stored_nowhere_in_the_clear(
    stand: Stand, phone: Phone, tmp_path: Path
) -> None:
    await phone.say("hello")

    for path in tmp_path.glob("switchboard.db*"):
        assert b"2025550143" not in path.read_bytes()


async def test_after_a_day_of_silence_another_conversation_begins(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    stand.clock.move(stand.services.settings.session_lifetime - 1)
    await phone.say("still there?")
    assert len(conversations(stand)) == 1
    stand.clock.move(stand.services.settings.session_lifetime)

    assert await phone.say("hello?") == ["echo: hello?"]
    assert len(conversations(stand)) == 2


async def test_who_waits_for_a_person_is_in_the_same_conversation_tomorrow(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    (conversation,) = conversations(stand)
    stand.services.ownership.take_over(conversation.id, owner="queue")
    stand.clock.move(3 * stand.services.settings.session_lifetime)

    assert await phone.say("is anybody there?") == []
    assert len(conversations(stand)) == 1


async def test_a_person_s_words_arrive_as_texts(stand: Stand, phone: Phone) -> None:
    from bot.conversations.lines import Line

    await phone.say("hello")
    (conversation,) = conversations(stand)
    stand.services.conversations.add(
        conversation.id, Line("Lee here – what’s wrong?"), author="agent"
    )
    await phone.settle()

    assert phone.arrived()[-1] == "Lee here - what's wrong?"


async def test_a_repeated_text_changes_nothing(stand: Stand, phone: Phone) -> None:
    sent = await phone.text("hello")
    await phone.settle()
    before = (len(lines(stand)), phone.arrived())

    for _ in range(3):
        assert (await phone.post(sent)).status_code == 204
    assert (await phone.post(sent | {"Body": "altered"})).status_code == 204
    await phone.settle()

    assert (len(lines(stand)), phone.arrived()) == before
    assert len(phone.received()) == 1


async def test_copies_of_a_text_at_the_same_moment_are_one(
    stand: Stand, phone: Phone
) -> None:
    parameters = text_of(stand.services, "hello")
    responses = await asyncio.gather(*(phone.post(parameters) for _ in range(10)))
    await phone.settle()

    assert {response.status_code for response in responses} == {204}
    assert phone.arrived() == ["echo: hello"]


async def test_two_texts_ten_milliseconds_apart_are_answered_in_order(
    stand: Stand,
) -> None:
    # Without sockets: what opens a connection first is not always heard first.
    transport = httpx.ASGITransport(stand.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        phone = Phone(stand, http=http)
        stand.engine.script = [0.2]
        said = []
        for place in range(6):
            said.append(asyncio.create_task(phone.text(f"text {place}")))
            await asyncio.sleep(0.01)
        await asyncio.gather(*said)
        await phone.settle()

    assert [heard["text"] for heard in stand.engine.heard] == [
        f"text {place}" for place in range(6)
    ]
    assert phone.arrived() == [f"echo: text {place}" for place in range(6)]


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("¡Hola, ñandú!", "¡Hola, ñandú!"),
        ("😀👩‍👩‍👧 ok", "😀👩👩👧 ok"),
        ("a" * 1600, "a" * 1600),
        ("ñ" * 1600, "ñ" * 1600),
        ("line one\nline two", "line one\nline two"),
        ("/confirm{}", "/confirm{}"),
        # Square brackets are the log's own: a placeholder has them.
        (EXTENDED, EXTENDED.replace("[]", "()")),
    ],
)
async def test_a_text_arrives_intact(
    stand: Stand, phone: Phone, text: str, logged: str
) -> None:
    stand.engine.go_on.clear()
    await phone.text(text)
    while phone.unread():
        await asyncio.sleep(0.005)
    stand.engine.go_on.set()

    assert [line.text for line in lines(stand)][:1] == [logged]


async def test_the_inbox_holds_every_character_until_it_is_read(
    stand: Stand, phone: Phone
) -> None:
    await stand.services.text_reader.stop()
    await phone.text(f"{EXTENDED} ¡Hola, ñandú! 😀\0")

    received = stand.services.inbox.next()

    assert received is not None
    assert received.text == f"{EXTENDED} ¡Hola, ñandú! 😀\0"
    assert received.sender == NUMBER


async def test_what_was_read_is_erased_from_the_inbox(phone: Phone) -> None:
    await phone.say("hello")

    (received,) = phone.received()
    assert (received.body_encrypted, received.number_encrypted) == (None, None)
    assert received.outcome == "heard"


async def test_what_came_before_the_app_ended_is_read_after_its_start(
    stand: Stand, phone: Phone
) -> None:
    await stand.services.text_reader.stop()
    await phone.text("hello")
    await phone.text("are you there?")
    assert phone.unread() == 2

    await stand.services.text_reader.start()
    await phone.settle()

    assert phone.arrived() == ["echo: hello", "echo: are you there?"]


@pytest.mark.parametrize(
    ("body", "media", "outcome", "word"),
    [
        ("", "1", "picture", "pictures"),
        ("", "0", "empty", "empty"),
        ("  \n ", "0", "empty", "empty"),
        ("\u200b", "2", "picture", "pictures"),
        ("b" * 1601, "0", "too_long", "too long"),
    ],
)
async def test_what_cannot_be_read_is_answered_without_the_engine(
    stand: Stand, phone: Phone, body: str, media: str, outcome: str, word: str
) -> None:
    (answer,) = await phone.say(body, NumMedia=media)

    assert word in answer
    assert phone.outcomes() == [outcome]
    assert stand.engine.heard == []
    assert await phone.say("sorry") == ["echo: sorry"]


async def test_a_picture_with_words_is_its_words(phone: Phone) -> None:
    assert await phone.say("look", NumMedia="1") == ["echo: look"]


async def test_a_picture_for_a_person_is_left_to_the_person(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    (conversation,) = conversations(stand)
    stand.services.ownership.take_over(conversation.id, owner="agent", name="Lee")

    assert await phone.say("", NumMedia="1") == []
    assert lines(stand)[-1].kind == "picture"


async def test_a_text_without_a_body_at_all_is_an_empty_one(
    stand: Stand, phone: Phone
) -> None:
    parameters = text_of(stand.services, "")
    del parameters["Body"], parameters["NumMedia"]

    assert (await phone.post(parameters)).status_code == 204
    await phone.settle()

    assert phone.outcomes() == ["empty"]


@pytest.mark.parametrize(
    "sender", ["22395", "MyBank", "", "whatsapp:+12025550143", "+1", "+12025550143x"]
)
async def test_what_no_phone_has_sent_is_taken_and_ignored(
    stand: Stand, phone: Phone, sender: str
) -> None:
    parameters = text_of(stand.services, "hello", sender)

    assert (await phone.post(parameters)).status_code == 204
    assert phone.received() == []


async def test_our_own_texts_are_not_answered(stand: Stand, phone: Phone) -> None:
    account = stand.services.twilio
    for sender in (*account.senders, account.voice_sender):
        await phone.post(text_of(stand.services, "hello", sender))

    assert phone.received() == []


async def test_a_number_of_a_messaging_service_is_ours_whatever_it_is(
    stand: Stand, phone: Phone
) -> None:
    more = {"To": "+12065550188", "MessagingServiceSid": f"MG{uuid4().hex}"}

    assert await phone.say("hello", **more) == ["echo: hello"]


async def test_parameters_that_nobody_has_announced_do_no_harm(phone: Phone) -> None:
    assert await phone.say("hello", BrandNew="yes", Empty="") == ["echo: hello"]


async def test_long_and_many_values_are_no_more_than_one_text(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello", OptOutType="x" * 1000, NumMedia="-1")

    assert phone.received()[0].media == 0


async def test_who_goes_on_by_the_web_gets_no_more_texts(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    (conversation,) = conversations(stand)
    opened = stand.services.web_sessions.open(conversation.id)
    visitor = await stand.visitor()
    visitor.headers = {"Authorization": f"Bearer {opened.token}"}

    seq = await visitor.say("now from my computer")
    await visitor.answer(seq)
    await phone.settle()
    assert phone.arrived() == ["echo: hello"]

    assert await phone.say("and by text again") == ["echo: and by text again"]


async def test_two_answers_of_the_same_moment_arrive_in_order(
    stand: Stand, phone: Phone
) -> None:
    stand.engine.replies = [{"text": f"{word} " * 90} for word in "abcd"]

    arrived = await phone.say("hello")

    assert [text[0] for text in arrived] == ["a", "b", "c", "d"]
    assert all(fold(text) == text for text in arrived)


async def test_a_forgotten_conversation_leaves_no_thread(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    (conversation,) = conversations(stand)
    await stand.services.forgetting.forget(conversation.id)

    with stand.services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(TextThread)) == 0
    assert await phone.say("hello again") == ["echo: hello again"]
