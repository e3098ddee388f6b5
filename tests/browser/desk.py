"""The desk as an agent sees it, in a browser of their own."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pyotp
from argon2 import PasswordHasher
from playwright.async_api import BrowserContext, Locator, Page, expect

from bot.agents.models import Role
from bot.agents.passwords import Passwords
from bot.chat import identity_token
from bot.services import Services

PASSWORD = "correct horse battery"
# The least that argon2 can be asked for: what is tested is not its strength.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
TEXTS = "lines => lines.map((line) => line.querySelector('.text').textContent)"

# A browser without a window shows every page.
SHOW = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Agent(NamedTuple):
    """Somebody of the team, with the app on their phone."""

    name: str
    email: str
    app: pyotp.TOTP


def hire(services: Services, name: str, role: Role) -> Agent:
    """Add an agent; passwords are hashed quickly from now on."""
    team, email = services.agents, f"{name.split()[0].lower()}@desk.example"
    for service in (team.roster, team.sign_in):
        service._passwords = QUICK
    enrolment = team.roster.add(email, name=name, role=role, password=PASSWORD)
    return Agent(name, email, pyotp.TOTP(enrolment.secret))


class Desk:
    """One page of an agent's desk."""

    def __init__(self, page: Page, url: str, services: Services, agent: Agent) -> None:
        self.page = page
        self.url = f"{url}/desk"
        self.services = services
        self.agent = agent
        self.scripted = True
        self.rows = page.locator("#list tbody tr")
        self.log = page.locator("#log")
        self.lines = self.log.locator(".line")
        self.text = page.locator("#text")
        self.banner = page.locator("#taken .banner")
        self.told = page.locator("#told")
        self.notes = page.locator("#notes .note")
        self.facts = page.locator(".facts")

    def code(self) -> str:
        """What the agent's app shows now."""
        return self.agent.app.at(int(self.services.clock.now().timestamp()))

    async def sign_in(self) -> None:
        """Fill in the one form, and see the queue."""
        await self.page.goto(self.url)
        await self.page.fill("#email", self.agent.email)
        await self.page.fill("#password", PASSWORD)
        await self.page.fill("#code", self.code())
        await self.page.click("form.card button")
        await self.ready()

    async def ready(self) -> None:
        """Wait until the page's script is at work, where there is one."""
        await expect(self.page.locator(".rail")).to_be_visible()
        if self.scripted:
            await expect(self.page.locator("html.scripted")).to_have_count(1)

    async def go(self, path: str = "") -> None:
        """Open a page of the desk."""
        await self.page.goto(self.url + path)
        await self.ready()

    async def tab(self) -> "Desk":
        """The queue in another tab of the same browser."""
        page = await self.page.context.new_page()
        other = Desk(page, self.url.removesuffix("/desk"), self.services, self.agent)
        await other.go()
        return other

    async def show(self, *, seen: bool) -> None:
        """Let the page be before the agent's eyes, or behind another one."""
        await self.page.evaluate(SHOW, not seen)

    async def open(self, conversation_id: str) -> None:
        """Open a conversation."""
        await self.go(f"/conversations/{conversation_id}")

    async def take(self) -> None:
        """Speak in the open conversation."""
        await self.page.click("#take")
        await expect(self.text).to_be_focused()

    async def say(self, text: str) -> None:
        """Reply to the person, and see that the server has it."""
        await self.text.fill(text)
        await self.text.press("Enter")
        await self.shows(text)

    async def shows(self, text: str) -> None:
        """Wait for a line that the server has."""
        line = self.log.locator(".line[data-seq]", has_text=text)
        await expect(line.last).to_be_visible()

    async def note(self, text: str) -> None:
        """Leave a note."""
        await self.page.fill("#note", text)
        await self.page.click("#note-form button")
        await expect(self.notes.filter(has_text=text)).to_be_visible()

    async def transfer(self, to: str) -> None:
        """Hand the open conversation to a colleague."""
        await self.page.click("#transfer summary")
        option = self.page.locator("#to option", has_text=to)
        await self.page.select_option("#to", value=await option.get_attribute("value"))
        await self.page.click("#transfer button")

    async def resolve(self, how: str) -> None:
        """Close the open conversation's request."""
        await self.page.click("#resolve summary")
        await self.page.get_by_label(how, exact=True).check()
        await self.page.click("#resolve button")

    def row(self, text: str) -> Locator:
        """The row of a conversation in a list."""
        return self.rows.filter(has_text=text)

    async def texts(self, author: str) -> list[str]:
        """What somebody has said, as it is on the screen."""
        lines = self.log.locator(f'.line[data-author="{author}"][data-seq]')
        shown: list[str] = await lines.evaluate_all(TEXTS)
        return shown


OpenDesk = Callable[..., Awaitable[Desk]]


def waiting(
    services: Services, text: str = "a person, please", *, email: str | None = None
) -> str:
    """A conversation that asks for a person; `email`: whose account was proved."""
    chat = services.conversations.start("web", language="en")
    if email is not None:
        token = identity_token(services.settings, email, now=services.clock.now())
        services.identification.sign_in(chat, token)
    services.ownership.take_over(chat, owner="queue")
    services.conversations.hear(chat, text=text)
    services.handoff.ask(chat, "talk_to_human")
    return chat


async def new_desk(
    context: BrowserContext,
    url: str,
    services: Services,
    agent: Agent,
    *,
    scripted: bool = True,
) -> Desk:
    """An agent's browser, signed in; perhaps one that runs no scripts."""
    desk = Desk(await context.new_page(), url, services, agent)
    desk.scripted = scripted
    await desk.sign_in()
    return desk
