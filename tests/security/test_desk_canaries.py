"""Nothing full gets to the desk: numbers, codes, addresses, secrets, in no answer."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.accounts.models import PhoneNumber
from bot.channels.desk.gate import COOKIE
from bot.connectors.models import RemoteDelivery
from bot.conversations.lines import Line
from bot.conversations.understanding import Understood
from bot.insights.figures import NAMES
from bot.review.listing import Filter
from bot.seed import seed
from tests.security.goals import Goal
from tests.unit.desk_stand import MARIA, Agent, DeskStand, desk_up
from tests.unit.desk_team import PASSWORD

NUMBER = "+12025550143"
WRITTEN = (
    *(NUMBER, "202-555-0143", "(202) 555-0143", "202.555.0143"),
    *("2025550143", "+1 202 555 0143"),
)
CODE, SHOWN, ANOTHER = "482913", "7K2M-9QX4-SHOWN", "+34612345678"
CANARIES = (*WRITTEN, CODE, SHOWN, MARIA, ANOTHER, "612345678")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStand]:
    async with desk_up(tmp_path) as desk:
        await asyncio.to_thread(seed, desk.stand.services)
        yield desk


def talk(desk: DeskStand) -> str:
    """Maria says everything that she should not, and gets codes to save."""
    services = desk.stand.services
    chat = desk.waiting(proved=True)
    said = [f"call me at {each}" for each in (*WRITTEN, ANOTHER)]
    for text in (*said, f"the code is {CODE}", f"write to {MARIA}"):
        services.conversations.hear(chat, text=text)
    services.ownership.give_back(chat)
    seq = services.conversations.hear(chat, text="show me my codes").seq
    with services.sessions.begin() as session:
        showing = services.showings.put(
            session, chat, "recovery_codes", {"codes": [SHOWN]}
        )
    line = Line("", data={"showing": showing})
    assert services.conversations.reply(chat, seq, (line,))
    return chat


async def act(desk: DeskStand, chat: str) -> None:
    """An agent does all there is to do, and types what they should not."""
    lee = await desk.agent("Lee")
    with desk.stand.services.sessions() as session:
        masked = PhoneNumber.masked.endswith("0143")
        number = session.query(PhoneNumber).where(masked).one().id
    for name, body in (
        ("take", {}),
        ("reply", {"client_id": "c", "text": f"{NUMBER}, {CODE} and {MARIA}?"}),
        ("note", {"text": f"{NUMBER}, {CODE}, {MARIA}, {ANOTHER}"}),
        ("tags", {"add": ["lost"]}),
        ("recovery", {}),
        ("suspend", {"number": number}),
        ("unsuspend", {"number": number}),
    ):
        answer = await lee.chat(chat, name, **body)
        assert answer.status_code < 300, (name, answer.text)
        assert_clean(answer.text, name)


def assert_clean(text: str, where: str) -> None:
    for canary in CANARIES:
        assert canary not in text, (where, canary)


async def test_no_answer_of_the_desk_has_anything_full(
    desk: DeskStand, capfd: pytest.CaptureFixture[str], goal: Goal
) -> None:
    chat = await asyncio.to_thread(talk, desk)
    await act(desk, chat)
    sam = await desk.agent("Sam", "supervisor")
    services = desk.stand.services

    for path in (
        *("queue", "mine", "all", "agents", "cases", "unsuspensions", "audit", "me"),
        *("canned?language=es", f"canned?language=en&conversation={chat}"),
        *(f"conversations/{chat}", f"conversations/{chat}/messages"),
        f"search?q={NUMBER.replace('+', '%2B')}",
        f"search?q={MARIA}",
    ):
        answer = await sam.get(path)
        assert answer.status_code == 200, path
        # Lee has the conversation, so these two lists are empty for Sam.
        assert answer.json() or path in ("queue", "mine")
        assert_clean(answer.text, path)
    lines = (await sam.get(f"conversations/{chat}/messages")).json()["messages"]
    (shown,) = (line for line in lines if "showing" in line["data"])
    assert "secret" not in shown["data"]
    for card in services.team.lists.all(services.agents.sessions.recognise(sam.cookie)):
        assert_clean(str(card), "cards")
    assert_clean("".join(capfd.readouterr()), "log")
    goal("S18", f"0 of {len(CANARIES)} canaries in any answer of the desk")


def be_misunderstood(desk: DeskStand) -> None:
    """Lines with canaries that the assistant does not understand, each of them."""
    services = desk.stand.services
    chat = services.conversations.start("web", language="en")
    desk.prove(chat)
    for canary in (*WRITTEN, CODE, MARIA, ANOTHER):
        seq = services.conversations.hear(chat, text=f"put {canary} away").seq
        missed = Understood(seq, "en", "nlu_fallback", 0.6)
        assert services.conversations.reply(chat, seq, (Line("?"),), understood=missed)


def label_all(desk: DeskStand, sam: Agent) -> None:
    services = desk.stand.services
    who = services.agents.sessions.recognise(sam.cookie)
    for item in services.review.listed(who, Filter()):
        services.review.label(who, item.conversation_id, item.seq, "lost_phone")


async def test_nothing_full_leaves_by_webhook_figure_or_export(
    tmp_path: Path, goal: Goal
) -> None:
    told = {"webhook_url": "http://127.0.0.1:9/told", "webhook_secret": "s" * 32}
    async with desk_up(tmp_path, **told) as desk:
        await asyncio.to_thread(seed, desk.stand.services)
        chat = await asyncio.to_thread(talk, desk)
        await act(desk, chat)
        await asyncio.to_thread(be_misunderstood, desk)
        sam = await desk.agent("Sam", "supervisor")
        await asyncio.to_thread(label_all, desk, sam)
        cookie = {"Cookie": f"{COOKIE}={sam.cookie}"}
        pages = {
            path: await desk.stand.http.get(f"/desk/{path}", headers=cookie)
            for path in (
                *("insights", "review", "review/export?language=en"),
                *(f"insights/{figure}.csv" for figure in NAMES),
            )
        }
        with desk.stand.services.sessions() as session:
            bodies = [each.body for each in session.query(RemoteDelivery)]

    assert len(bodies) >= 2
    assert_clean(json.dumps(bodies), "webhook")
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert_clean(page.text, path)
    assert "put [phone] away" in pages["review/export?language=en"].text
    goal(
        "S19",
        f"0 of {len(CANARIES)} canaries in {len(bodies)} bodies of the webhook,"
        f" {len(NAMES)} figures for download, the review and its export",
    )


async def test_neither_password_code_nor_token_is_logged(
    desk: DeskStand, capfd: pytest.CaptureFixture[str]
) -> None:
    email = desk.add("Lee")
    lee = await desk.sign_in(email)
    given = desk.credentials(email)
    await lee.post("sign-in", **given, extra=1)
    await lee.post("sign-in", **(given | {"password": PASSWORD + "?"}))
    answers = [await lee.post("sign-in", email=given), await lee.get("none")]

    logged = "".join(capfd.readouterr())
    for secret in (PASSWORD, given["code"], lee.cookie, lee.me["csrf"], email):
        assert secret not in logged
        assert not any(secret in each.text for each in answers)
    assert not re.search(r"\$argon2", logged)
