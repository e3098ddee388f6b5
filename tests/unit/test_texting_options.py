"""Options by text: numbered lines, chosen by number or by their own words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.conversations.lines import Option
from bot.texting.numbering import Chooser, numbered
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import Phone

OPTIONS = (
    Option("Send a new code", "/resend_code"),
    Option("Llámeme con un código", "/call"),
    Option("Talk to a person", "/talk_to_human"),
)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_up(tmp_path, ManualClock()) as stand:
        yield stand


@pytest.fixture
def phone(stand: Stand) -> Phone:
    return Phone(stand)


def reply(text: str, *titles: str) -> dict[str, Any]:
    buttons = [
        {"title": title, "payload": f"/{title.lower().replace(' ', '_')}"}
        for title in titles
    ]
    return {"text": text, "buttons": buttons}


def test_each_option_has_a_line() -> None:
    assert next(numbered(OPTIONS)) == "1 Send a new code"
    assert list(numbered(OPTIONS, 4))[-1] == "6 Talk to a person"


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        *((said, 0) for said in ("1", "1.", "(1)", "#1", "uno", "UNO", "One", " 1 ")),
        *((said, 0) for said in ("option 1", "opción 1", "the first", "la primera")),
        *((said, 1) for said in ("2", "dos", "two", "2)", "el segundo", "2 please")),
        *((said, 2) for said in ("3", "tres!", "third", "number three", "０３", "３")),
        *(
            (said, 2)
            for said in ("Talk to a person", "talk to a person.", "TALK TO A PERSON")
        ),
        *((said, 1) for said in ("llameme con un codigo", "Llámeme con un código")),
        ("send  a new   code", 0),
    ],
)
def test_an_option_is_understood(text: str, chosen: int) -> None:
    assert Chooser().choose(text, OPTIONS) == OPTIONS[chosen]


@pytest.mark.parametrize(
    "text",
    ["", "0", "4", "99", "123456", "1 2", "one or two", "code", "no", "talk", "1.5"],
)
def test_what_chooses_nothing_is_words(text: str) -> None:
    assert Chooser().choose(text, OPTIONS) is None


def test_without_options_nothing_is_chosen() -> None:
    assert Chooser().choose("1", ()) is None
    assert Chooser().choose("", ()) is None


async def test_options_arrive_as_numbered_lines(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [reply("What next?", "Resend", "Talk to human")]

    assert await phone.say("hello") == ["What next?\n1 Resend\n2 Talk to human"]


async def test_options_of_two_lines_are_numbered_through(
    stand: Stand, phone: Phone
) -> None:
    stand.engine.replies = [reply("One", "a", "b"), reply("Two", "c")]

    assert await phone.say("hello") == ["One\n1 a\n2 b\nTwo\n3 c"]
    await phone.text("3")
    await phone.settle()
    assert stand.engine.heard[-1]["payload"] == "/c"


@pytest.mark.parametrize("said", ["2", "dos", "talk to human"])
async def test_a_choice_reaches_the_engine_as_its_payload(
    stand: Stand, phone: Phone, said: str
) -> None:
    stand.engine.replies = [reply("What next?", "Resend", "Talk to human")]
    await phone.say("hello")
    await phone.say(said)

    heard = stand.engine.heard[-1]
    assert (heard["payload"], heard["text"]) == ("/talk_to_human", "Talk to human")


async def test_a_number_without_options_is_words(stand: Stand, phone: Phone) -> None:
    await phone.say("2")

    heard = stand.engine.heard[-1]
    assert (heard["payload"], heard["text"]) == (None, "2")


async def test_a_payload_that_is_typed_is_words(stand: Stand, phone: Phone) -> None:
    stand.engine.replies = [reply("What next?", "Resend", "Talk to human")]
    await phone.say("hello")
    await phone.say("/greet")

    assert stand.engine.heard[-1]["payload"] is None


async def test_a_number_that_is_said_to_a_person_chooses_nothing(
    stand: Stand, phone: Phone
) -> None:
    from sqlalchemy import select

    from bot.conversations.models import Conversation, Message

    stand.engine.replies = [reply("What next?", "Resend", "Talk to human")]
    await phone.say("hello")
    with stand.services.sessions() as session:
        conversation = session.scalars(select(Conversation)).one()
    stand.services.ownership.take_over(conversation.id, owner="agent", name="Lee")
    await phone.say("2")

    with stand.services.sessions() as session:
        last = session.scalars(select(Message).order_by(Message.seq.desc())).first()
    assert last is not None
    assert (last.text, last.payload) == ("2", None)
