"""A stage for one conversation: the real app over a database of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import jwt
import yaml
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.accounts.models import EmailAddress
from bot.app import build_services, create_app
from bot.channels.undo_page import PAGES
from bot.clock import ManualClock, SystemClock
from bot.conversations.models import Message
from bot.engine.memory import EngineMemory
from bot.engine.process import engine_state
from bot.privacy.cipher import Cipher, Keys
from bot.privacy.secrets import secret_key
from bot.services import Services
from bot.settings import Settings
from bot.telephony.addresses import mask
from bot.telephony.gateway import ConsoleGateway, Outgoing, Sent
from bot.telephony.lines import KnownLineTypes, Line, LineKind, OfflineLineTypes
from bot.telephony.models import Delivery
from tests.conversations.house import House, wait_until
from tests.conversations.state import Accounts
from tests.conversations.support_team import SupportTeam
from tests.conversations.texter import Texter
from tests.conversations.visitor import PATIENCE, Visitor

TOKEN_LIFETIME = timedelta(minutes=5)
UNDO_LINK = re.compile(r"/undo/[\w-]+")
FIRST_GUESS, SIX_DIGITS = 246_810, 1_000_000


class Failing:
    """A service of which one method fails, as with a bug or a full disk."""

    def __init__(self, service: object, method: str) -> None:
        self._service = service
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            return self._fail
        return getattr(self._service, name)

    def _fail(self, *_args: object, **_options: object) -> None:
        raise RuntimeError("made to fail")


class SilentGateway(ConsoleGateway):
    """Delivers too, but the phone company never says that a message arrived."""

    def send(self, message: Outgoing) -> Sent:
        """Hand the message on, and hear no more than that it was taken."""
        sent = super().send(message)
        return replace(sent, state="sent") if sent.state == "delivered" else sent


@dataclass(frozen=True)
class Scene:
    """What is special about a stage.

    `lines`: kinds of line by number, `fails`: methods such as `phone_numbers.change`,
    `undelivered`: error codes by the number that gets nothing, `unreported`: nobody
    says whether messages arrive, `addresses`: more of them, by an account's first,
    `settings`: those that differ.
    """

    lines: Mapping[str, LineKind] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    undelivered: Mapping[str, str] = field(default_factory=dict)
    unreported: bool = False
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settings: Mapping[str, str | int | tuple[str, ...]] = field(default_factory=dict)


class Stage:
    """The app under test, its clock, its outbox and its rows."""

    def __init__(
        self,
        house: House,
        database: Path,
        scene: Scene,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self._house = house
        self._folder = database.parent
        url = f"sqlite:///{database}"
        settings = house.settings.model_copy(update={"database_url": url})
        self.services = _services(settings, self.clock, scene)
        _add_addresses(self.services, scene.addresses)
        event.listen(self.services.database, "connect", _never_sync)
        self.team = SupportTeam(self.services, self.clock)
        self.accounts = Accounts(self.services.database, self.services.fingerprints)
        self._http = httpx.Client(
            base_url=house.url, trust_env=False, verify=False, timeout=PATIENCE
        )

    def __enter__(self) -> "Stage":
        self._house.show(create_app(self.services))
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()
        self._house.close_show()

    def visitor(
        self, *, language: str | None = None, signed_in_as: str | None = None
    ) -> Visitor:
        """Somebody who opens the chat, perhaps signed in on the website."""
        token = self.identity_token(signed_in_as) if signed_in_as else None
        return Visitor(self._http, language=language, identity_token=token)

    def texter(self, number: str) -> Texter:
        """Somebody who texts from a number."""
        return Texter(self._http, self.services, number)

    def codes(self, to: str) -> list[str]:
        """Every code that arrived at a number or address, oldest first."""
        return [each["code"] for each in self._arrived(to) if each["code"]]

    def links(self, to: str) -> list[str]:
        """The path of every undo link that arrived there, oldest first."""
        found = (UNDO_LINK.search(each["text"]) for each in self._arrived(to))
        return [link[0] for link in found if link]

    def use(self, link: str) -> str:
        """Press the button of an undo link; gives what its page says."""
        page = self._http.post(link, params={"language": "en"}).text
        strings = yaml.safe_load((PAGES / "strings.yml").read_text("utf-8"))
        headings: dict[str, dict[str, str]] = strings["heading"]
        heading = unescape(page.partition("<h1>")[2].partition("</h1>")[0])
        return next(name for name in headings if headings[name]["en"] == heading)

    def case_numbers(self) -> list[str]:
        """The number of every case, oldest first."""
        files = self.services.cases.files()
        return [file.number for file in sorted(files, key=lambda file: file.opened_at)]

    def decide(self, how: str) -> None:
        """Let the support team approve or refuse the newest case."""
        cases, number = self.services.cases, self.case_numbers()[-1]
        if how == "refuse":
            cases.refuse(number, by="lee@example.com")
            return
        for person in ("lee@example.com", "kim@example.com"):
            if cases.approve(number, by=person, evidence=cases.evidence):
                return

    def wrong_code(self) -> str:
        """Six digits that were never sent to anybody here."""
        wait_until(self._everything_is_sent)
        # A call reads a code out digit by digit.
        sent = set(re.findall(r"\d{6}", self._bodies().replace(", ", "")))
        codes = (f"{number:06}" for number in range(FIRST_GUESS, SIX_DIGITS))
        return next(code for code in codes if code not in sent)

    def stored_text(self) -> str:
        """Every stored line of every conversation."""
        with Session(self.services.database) as session:
            return "\n".join(session.scalars(select(Message.text)))

    def files(self) -> list[Path]:
        """Every file that a conversation leaves something in, the engine's too."""
        folders = {"switchboard.db*": self._folder, "engine.db*": self._house.folder}
        return [path for name in folders for path in folders[name].glob(name)]

    def engine_is(self, state: str) -> None:
        """End the engine's process, or start it again."""
        if state == "killed":
            self._house.kill_engine()
        else:
            self._house.revive_engine()

    def identity_token(self, email: str) -> str:
        """What the website says of somebody who is signed in there."""
        key = self.services.settings.identity_token_key
        assert key is not None
        claims = {
            "email": email,
            "aud": self.services.settings.identity_token_audience,
            "exp": self.clock.now() + TOKEN_LIFETIME,
        }
        return jwt.encode(claims, key.get_secret_value(), "HS256")

    def _arrived(self, to: str) -> list[dict[str, Any]]:
        wait_until(self._everything_is_sent)
        kind = "mail" if "@" in to else "phones"
        inbox = self._http.get(f"/demo/{kind}/{to}").raise_for_status().json()
        messages: list[dict[str, Any]] = inbox["messages"]
        return messages

    def settle(self) -> None:
        """Let everything that is to be sent go out, as it does while people type."""
        wait_until(self._everything_is_sent)

    def _everything_is_sent(self) -> bool:
        """Everything but what waits for its next try."""
        due = func.coalesce(Delivery.next_try_at, Delivery.created_at)
        query = select(func.count()).where(
            Delivery.state == "queued", due <= self.clock.now()
        )
        with Session(self.services.database) as session:
            return session.scalar(query) == 0

    def _bodies(self) -> str:
        keys = Keys(secret_key(self.services.settings))
        cipher = Cipher(keys.derive("encryption"))
        query = select(Delivery.body_encrypted)
        with Session(self.services.database) as session:
            bodies = [body for body in session.scalars(query) if body]
        return "\n".join(cipher.decrypt(body) for body in bodies)


def _add_addresses(services: Services, more: Mapping[str, Sequence[str]]) -> None:
    keys, now = Keys(secret_key(services.settings)), services.clock.now()
    cipher = Cipher(keys.derive("encryption"))
    with services.sessions.begin() as session:
        for first, addresses in more.items():
            known = EmailAddress.fingerprint == services.fingerprints.of("email", first)
            account_id = (
                session.scalars(select(EmailAddress).where(known)).one().account_id
            )
            session.add_all(
                EmailAddress(
                    account_id=account_id,
                    address_encrypted=cipher.encrypt(address),
                    fingerprint=services.fingerprints.of("email", address),
                    masked=mask(address),
                    # After the first one, in this order.
                    verified_at=now + timedelta(seconds=place),
                )
                for place, address in enumerate(addresses, start=1)
            )


def _never_sync(connection: Any, _record: Any) -> None:
    # A busy disk takes seconds to sync; no test has to outlive a power cut.
    connection.execute("PRAGMA synchronous=OFF")


def _services(settings: Settings, clock: ManualClock, scene: Scene) -> Services:
    known = {number: Line(kind, None, "test") for number, kind in scene.lines.items()}
    gateway = SilentGateway if scene.unreported else ConsoleGateway
    services = build_services(
        settings.model_copy(update=scene.settings),
        clock=clock,
        lines=KnownLineTypes(known, OfflineLineTypes()),
        gateway=gateway(scene.undelivered),
    )
    # Whatever is built, its phones and mailboxes are looked at as in the demo.
    shown = services.settings.model_copy(update={"mode": settings.mode})
    failing: dict[str, Any] = {}
    for place in scene.fails:
        name, method = place.split(".")
        failing[name] = Failing(getattr(services, name), method)
    return replace(services, settings=shown, engine_memory=_memory(services), **failing)


def _memory(services: Services) -> EngineMemory:
    """The engine's memory, aged by the machine's clock, for the engine has no other.

    By a stage's clock, years ahead, what was said a moment ago would be due to go.
    """
    settings = services.settings
    return EngineMemory(
        *(engine_state(settings), SystemClock(), services.aging.alive),
        lifetime=settings.message_retention,
    )
