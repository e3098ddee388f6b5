"""Who wants no texts gets none, and hears so once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.conversations.lines import Line
from bot.conversations.models import Conversation, Message
from bot.telephony.models import Suppression
from bot.telephony.segments import segments
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import NUMBER, STRANGER, Phone


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


@pytest.fixture
def phone(stand: Stand) -> Phone:
    return Phone(stand)


def suppressions(stand: Stand) -> list[tuple[str, bool]]:
    """The reason of each suppression, and whether it is over."""
    with stand.services.sessions() as session:
        found = session.scalars(select(Suppression).order_by(Suppression.began_at))
        return [(each.reason, each.ended_at is not None) for each in found]


@pytest.mark.parametrize(
    ("word", "opt_out_type"),
    [("STOP", ""), ("Cancel", ""), (" end\n", ""), ("ALTO", "STOP"), ("x", "stop")],
)
async def test_an_opt_out_is_noted_in_silence(
    stand: Stand, phone: Phone, word: str, opt_out_type: str
) -> None:
    assert await phone.say(word, OptOutType=opt_out_type) == []
    assert suppressions(stand) == [("keyword", False)]
    assert stand.engine.heard == []


async def test_an_opt_in_ends_it_in_silence(stand: Stand, phone: Phone) -> None:
    await phone.say("STOP")
    assert await phone.say("START") == []
    assert suppressions(stand) == [("keyword", True)]

    assert await phone.say("hello") == ["echo: hello"]


@pytest.mark.parametrize("word", ["HELP", "info", "START", "yes", "UNSTOP"])
async def test_words_that_twilio_answers_are_not_answered_twice(
    stand: Stand, phone: Phone, word: str
) -> None:
    assert await phone.say(word) == []
    assert suppressions(stand) == []
    assert stand.engine.heard == []


async def test_advanced_opt_out_knows_help_and_start_too(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("ALTO", OptOutType="STOP")
    assert await phone.say("AYUDA", OptOutType="HELP") == []
    assert suppressions(stand) == [("keyword", False)]
    assert await phone.say("COMENZAR", OptOutType="START") == []
    assert suppressions(stand) == [("keyword", True)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("please stop texting me", "you will get no more texts"),
        ("ya no me manden mensajes", "ya no recibir"),
    ],
)
async def test_a_refusal_in_free_words_is_confirmed_once(
    stand: Stand, phone: Phone, text: str, answer: str
) -> None:
    (confirmation,) = await phone.say(text)
    assert answer in confirmation
    assert segments(confirmation) == 1
    assert suppressions(stand) == [("words", False)]

    for _ in range(3):
        assert await phone.say(text) == []
    assert suppressions(stand) == [("words", False)]
    assert stand.engine.heard == []


async def test_nothing_is_said_to_who_wants_nothing(stand: Stand, phone: Phone) -> None:
    await phone.say("hello")
    await phone.say("leave me alone")

    assert await phone.say("where is my code?") == []
    assert len(stand.engine.heard) == 1


async def test_an_answer_that_comes_after_the_refusal_is_not_sent(
    stand: Stand, phone: Phone
) -> None:
    await phone.say("hello")
    await phone.say("STOP")
    with stand.services.sessions() as session:
        conversation = session.scalars(select(Conversation)).one()
    stand.services.conversations.add(conversation.id, Line("Hi"), author="agent")
    await phone.settle()

    assert phone.arrived() == ["echo: hello"]


async def test_only_that_number_is_meant(stand: Stand, phone: Phone) -> None:
    await phone.say("STOP")

    assert await Phone(stand, STRANGER).say("hello") == ["echo: hello"]


async def test_an_old_refusal_that_is_repeated_by_twilio_is_not_obeyed_again(
    stand: Stand, phone: Phone
) -> None:
    stop = await phone.text("STOP")
    await phone.settle()
    await phone.say("START")

    assert (await phone.post(stop)).status_code == 204
    await phone.settle()

    assert suppressions(stand) == [("keyword", True)]
    assert await phone.say("hello") == ["echo: hello"]


async def test_a_refusal_leaves_no_words_in_the_log(stand: Stand, phone: Phone) -> None:
    await phone.say("stop texting me, I have never had an account")

    with stand.services.sessions() as session:
        assert session.scalars(select(Message)).all() == []


async def test_suppression_is_by_fingerprint(stand: Stand, phone: Phone) -> None:
    await phone.say("STOP")
    fingerprint = stand.services.fingerprints.of("phone", NUMBER)

    with stand.services.sessions() as session:
        assert stand.services.suppressions.is_suppressed(session, fingerprint)
