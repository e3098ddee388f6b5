"""The review on the desk: who sees it, labels, filters, and takes the labels out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.desk.wording import read_texts
from bot.conversations.lines import Line
from bot.conversations.understanding import Understood
from bot.review.intents import load_intents
from tests.unit.desk_stand import DeskStand, desk_up
from tests.unit.test_channels_desk_pages import get, send


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStand]:
    async with desk_up(tmp_path) as desk:
        yield desk


def missed(desk: DeskStand, text: str, language: str = "en") -> tuple[str, int]:
    """A line that the assistant was not sure of, in a conversation of its own."""
    talk = desk.stand.services.conversations
    chat = talk.start("web", language=language)
    seq = talk.hear(chat, text=text).seq
    understood = Understood(seq, language, "nlu_fallback", 0.6, "lost_phone", 0.4)
    assert talk.reply(chat, seq, (Line("What is it?"),), understood=understood)
    return chat, seq


async def test_a_line_is_labelled_by_a_form(desk: DeskStand) -> None:
    lee, (chat, seq) = await desk.agent("Lee"), missed(desk, "202 555 0143 is gone")

    page = (await get(lee, "/review")).text
    assert "number •••• is gone" in page
    assert "Lost the phone" in page and "40 %" in page
    response = await send(
        lee, f"/review/{chat}/{seq}", intent="lost_phone", state="open"
    )

    assert response.headers["location"] == "/desk/review?state=open&told=labelled"
    assert "is gone" not in (await get(lee, "/review")).text
    page = (await get(lee, "/review?state=labelled")).text
    assert "number •••• is gone" in page and "Lee," in page


async def test_who_is_second_is_told_who_was_first(desk: DeskStand) -> None:
    lee, kim = await desk.agent("Lee"), await desk.agent("Kim")
    chat, seq = missed(desk, "it is gone")
    await send(lee, f"/review/{chat}/{seq}", intent="lost_phone")

    response = await send(kim, f"/review/{chat}/{seq}", intent="greet", state="x")

    assert response.status_code == 409
    assert "Lee was quicker" in response.text


async def test_a_supervisor_changes_a_label(desk: DeskStand) -> None:
    lee, sam = await desk.agent("Lee"), await desk.agent("Sam", "supervisor")
    chat, seq = missed(desk, "it is gone")
    here = f"/review/{chat}/{seq}"
    await send(lee, here, intent="greet")

    assert (await send(lee, here, intent="deny", again="yes")).status_code == 403
    response = await send(sam, here, intent="skip", again="yes", state="every")

    assert response.status_code == 303
    assert "it is gone" in (await get(sam, "/review?state=skipped")).text


@pytest.mark.parametrize("intent", ["", "made_up"])
async def test_what_is_no_intent_is_refused(desk: DeskStand, intent: str) -> None:
    lee, (chat, seq) = await desk.agent("Lee"), missed(desk, "it is gone")

    response = await send(lee, f"/review/{chat}/{seq}", intent=intent)

    assert response.status_code == 422
    assert "Choose what was meant." in response.text


async def test_a_line_that_is_gone_is_said_to_be(desk: DeskStand) -> None:
    lee, (chat, seq) = await desk.agent("Lee"), missed(desk, "it is gone")
    desk.stand.services.conversations.forget(chat)

    response = await send(lee, f"/review/{chat}/{seq}", intent="greet")

    assert response.status_code == 404
    assert "The line is gone." in response.text


async def test_an_auditor_reads_and_a_stranger_does_not(desk: DeskStand) -> None:
    kim, (chat, seq) = await desk.agent("Kim", "auditor"), missed(desk, "it is gone")

    page = (await get(kim, "/review")).text
    assert "it is gone" in page
    assert f"/desk/review/{chat}" not in page
    assert "/desk/review/export" not in page
    response = await send(kim, f"/review/{chat}/{seq}", intent="greet")
    assert response.status_code == 403


async def test_the_list_is_narrowed_by_language_and_conversation(
    desk: DeskStand,
) -> None:
    lee, (chat, _) = await desk.agent("Lee"), missed(desk, "it is gone")
    missed(desk, "ya no está", "es")

    spanish = (await get(lee, "/review?language_of=es")).text
    one = (await get(lee, f"/review?state=every&conversation={chat}")).text

    assert "ya no está" in spanish and "it is gone" not in spanish
    assert "it is gone" in one and "ya no está" not in one


async def test_a_supervisor_takes_the_labels_out_and_nobody_else(
    desk: DeskStand,
) -> None:
    lee, sam = await desk.agent("Lee"), await desk.agent("Sam", "supervisor")
    chat, seq = missed(desk, "zapped into thin air")
    await send(lee, f"/review/{chat}/{seq}", intent="lost_phone")

    assert (await get(lee, "/review/export?language_of=en")).status_code == 403
    response = await get(sam, "/review/export?language_of=en")

    assert response.headers["content-type"] == "application/yaml"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert "      - zapped into thin air\n" in response.text
    assert (
        "      - zapped" not in (await get(sam, "/review/export?language_of=es")).text
    )


def test_every_intent_has_a_name_in_both_languages() -> None:
    texts = read_texts()

    named = {name for name, text in texts.items() if {"en", "es"} <= set(text)}
    assert {f"reason_{name}" for name in load_intents()} - named == set()
