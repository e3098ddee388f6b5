"""Text is text at the desk, too: of a hundred payloads, written anywhere, none runs."""

import hashlib
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Dialog, expect
from sqlalchemy.orm import Session

from bot.accounts.models import Account, EmailAddress, SignIn
from bot.agents.models import Agent, DeskAudit
from bot.conversations.lines import Line, Option
from bot.desk.models import Note
from bot.services import Services
from bot.verification.models import Proof
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, OpenDesk, waiting
from tests.conversations.stage import Stage
from tests.security.goals import Goal
from tests.security.payloads import PAYLOADS

MARIA = "maria@example.com"
FLAG = "globalThis.ran = []; globalThis.xss = (name) => ran.push(name ?? 'xss');"
# What no page of the desk is made of; anything of it came out of a text.
FOREIGN = """() => [...document.querySelectorAll("*")].filter((one) =>
  ["IMG", "IMAGE", "IFRAME", "OBJECT", "EMBED", "STYLE", "BASE", "VIDEO", "AUDIO",
   "MARQUEE", "MATH", "TEMPLATE", "XMP", "PLAINTEXT", "PORTAL", "SLOT"]
    .includes(one.tagName)
  || [...one.attributes].some(({ name }) => name.startsWith("on") || name === "style")
  || (one.tagName === "SCRIPT" && one.src !== location.origin + "/desk/files/desk.js")
  || (one.tagName === "A" && one.origin !== location.origin)
  || (one.tagName === "FORM" && one.method === "post"
      && !one.action.startsWith(location.origin + "/desk/"))
).map((one) => one.outerHTML)"""


@pytest_asyncio.fixture(loop_scope="session")
async def watched(open_desk: OpenDesk) -> AsyncIterator[Desk]:
    """The desk of a supervisor, in which nothing has run once the test is over."""
    desk, ran = await open_desk("Sam Ortiz", "supervisor"), list[str]()

    async def on_dialog(dialog: Dialog) -> None:
        ran.append(dialog.message)
        await dialog.dismiss()

    await desk.page.context.add_init_script(FLAG)
    desk.page.on("dialog", on_dialog)
    yield desk
    ran += await desk.page.evaluate("globalThis.ran")
    assert ran == []


async def clean(desk: Desk) -> None:
    """See that a page has nothing in it that came out of a text."""
    assert await desk.page.evaluate(FOREIGN) == []
    assert await desk.page.evaluate("globalThis.ran") == []


async def test_none_runs_in_a_conversation(watched: Desk, web_stage: Stage) -> None:
    services = web_stage.services
    chat = waiting(services, "hello", email=MARIA)
    for payload in PAYLOADS:
        article = {"id": payload, "title": payload, "url": payload}
        services.conversations.hear(chat, text=payload)
        line = Line(
            payload,
            options=(Option(payload, payload),),
            data={"name": payload, "articles": [article], "input": payload},
        )
        for author in ("bot", "agent"):
            services.conversations.add(chat, line, author=author)
    fill_the_file(services, chat)
    await watched.open(chat)
    assert await watched.texts("agent") == list(PAYLOADS)
    await expect(watched.notes).to_have_count(len(PAYLOADS))
    assert await watched.notes.locator(".text").all_inner_texts() != []
    await clean(watched)


async def test_none_runs_when_it_arrives_or_is_written(
    watched: Desk, web_stage: Stage, goal: Goal
) -> None:
    # Whether one ran is seen when the page is left.
    goal("S18", f"0 of {len(PAYLOADS)} payloads run at the desk")
    services = web_stage.services
    chat = waiting(services, "hello")
    await watched.open(chat)
    await watched.take()
    for payload in PAYLOADS:
        services.conversations.hear(chat, text=payload)
    for payload in PAYLOADS[::8]:
        await watched.text.fill(payload)
        await watched.text.press("Enter")
    lines = watched.log.locator('.line[data-author="agent"][data-seq]')
    await expect(lines).to_have_count(len(PAYLOADS[::8]))
    heard = watched.log.locator('.line[data-author="visitor"][data-seq]')
    await expect(heard).to_have_count(1 + len(PAYLOADS))
    await watched.note(PAYLOADS[0])
    await clean(watched)


async def test_none_runs_in_lists(
    watched: Desk, web_stage: Stage, complaints: Complaints
) -> None:
    services = web_stage.services
    for payload in PAYLOADS[:50]:
        chat = services.conversations.start("web", language="en")
        services.ownership.take_over(chat, name=payload)
        services.handoff.ask(chat, "talk_to_human")
        services.conversations.hear(chat, text=payload)
    fill_the_team(services)
    for path in ("", "/all", "/team", "/audit"):
        await watched.go(path)
        await clean(watched)
    for payload in PAYLOADS[::20]:
        await watched.go("/search")
        await watched.page.fill("#q", payload)
        await watched.page.press("#q", "Enter")
        await watched.ready()
        await clean(watched)


def fill_the_file(services: Services, chat: str) -> None:
    """Payloads wherever the file of a conversation takes its texts from."""
    now = services.clock.now()
    with Session(services.database) as session, session.begin():
        proof = session.query(Proof).filter_by(conversation_id=chat).one()
        account = session.get_one(Account, proof.account_id)
        account.display_name = PAYLOADS[0]
        author = session.query(Agent).first()
        assert author is not None
        for place, payload in enumerate(PAYLOADS):
            session.add_all(
                [
                    EmailAddress(
                        account_id=proof.account_id,
                        address_encrypted=b"",
                        fingerprint=name_of(payload),
                        masked=payload,
                        verified_at=now,
                    ),
                    Note(
                        conversation_id=chat, agent_id=author.id, text=payload, at=now
                    ),
                ]
            )
            if place < 5:
                session.add(
                    SignIn(
                        account_id=proof.account_id,
                        method="sms",
                        device=payload,
                        place=payload,
                        succeeded=True,
                        at=now,
                    )
                )


def fill_the_team(services: Services) -> None:
    """Agents with payloads for names and addresses, who did payloads."""
    now = services.clock.now()
    with Session(services.database) as session, session.begin():
        for payload in PAYLOADS:
            agent = Agent(
                email=payload,
                name=payload,
                role="agent",
                password_hash="",
                totp_encrypted=b"",
                created_at=now,
            )
            session.add(agent)
            session.flush()
            session.add(
                DeskAudit(
                    agent_id=agent.id,
                    act=payload[:40],
                    conversation_id=payload[:64],
                    detail={payload: payload},
                    at=now,
                )
            )


def name_of(payload: str) -> str:
    """A fingerprint for a test, different for each."""
    return hashlib.sha256(payload.encode()).hexdigest()
