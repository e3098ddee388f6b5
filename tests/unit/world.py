"""A backend with made-up people, for the tests of accounts and verification."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.accounts.directory import SqlDirectory
from bot.accounts.models import Account, EmailAddress, PhoneNumber
from bot.agents import assembly as agents
from bot.agents.assembly import Team
from bot.brand import load_brand
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.handoff import assembly as handoff
from bot.handoff.assembly import Handoff
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.settings import Settings
from bot.telephony.addresses import mask
from bot.telephony.gateway import ConsoleGateway, Gateway
from bot.telephony.lines import KnownLineTypes, Line, OfflineLineTypes
from bot.telephony.outbox import Outbox, SentMessage
from bot.telephony.policy import NumberPolicy
from bot.telephony.wording import Wording
from bot.verification.assembly import Assembly
from bot.verification.backend import Backend
from bot.verification.models import Authenticator
from bot.verification.outside import Answering, Outside, answering_nothing
from bot.verification.randomness import SystemRandomness
from tests.unit.desk_team import QUICK

Row = TypeVar("Row", bound=Base)

KEYS = Keys("a secret of the tests, 32 characters long")
LINES = {
    "+12125550150": Line("voip", "Example VoIP", "test"),
    "+12125550160": Line("landline", "Example Bell", "test"),
}
CHAT = "conversation-1"
OTHER_CHAT = "conversation-2"
MARIA = "maria@example.com"
MARIAS_NUMBER = "+12025550143"
JAMES = "james@example.com"
JAMES_NUMBER = "+14155550123"
JAMES_OTHER_NUMBER = "+14155550199"
OMAR = "omar@example.com"
NEW_NUMBER = "+12025550177"
NOBODY = "nobody@example.com"


def make_settings(**chosen: Any) -> Settings:
    """The defaults, but for what is chosen; nothing comes from the environment."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    return Settings.model_validate(defaults | chosen)


@dataclass
class World:
    """The backend and what a test may look at or do behind its back."""

    sessions: Sessions
    clock: ManualClock
    settings: Settings
    outbox: Outbox
    parts: Assembly
    backend: Backend
    cipher: Cipher
    fingerprints: Fingerprints
    handoff: Handoff
    team: Team
    accounts: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        *emails: str,
        numbers: tuple[str, ...] = (),
        language: str = "en",
        status: str = "active",
        line_type: str = "mobile",
    ) -> str:
        """Make an account; its first number gets the codes."""
        now = self.clock.now()
        with self.sessions.begin() as session:
            account = Account(
                display_name="Somebody",
                language=language,
                status=status,
                created_at=now,
            )
            session.add(account)
            session.flush()
            for email in emails:
                session.add(self._email(account.id, email, now))
            for place, number in enumerate(numbers):
                self._add_number(session, account.id, number, place, line_type)
        self.accounts[emails[0]] = account.id
        return account.id

    def code_to(self, address: str) -> str:
        """The code in the newest message to an address."""
        codes = [
            (message.at, found.group())
            for message in self.sent_to(address)
            if message.purpose != "notice"
            and (found := re.search(r"\d{6}", message.text))
        ]
        moment, code = codes[-1]
        assert sum(at == moment for at, _ in codes) == 1, "which one is the newest?"
        return code

    def sent_to(self, address: str) -> list[SentMessage]:
        """What arrived at an address."""
        self.outbox.drain()
        return self.outbox.sent_to(address)

    def rows(self, model: type[Row], *conditions: Any) -> list[Row]:
        """Rows of a table, as they are now."""
        with self.sessions() as session:
            return list(session.scalars(select(model).where(*conditions)))

    def identify(
        self, contact: str = MARIA, number: str = MARIAS_NUMBER, chat: str = CHAT
    ) -> None:
        """Prove a conversation's identity by a code to a number."""
        self.backend.identification.begin(chat, contact)
        self.backend.identification.check(chat, self.code_to(number))

    def identify_twice(
        self, contact: str = MARIA, number: str = MARIAS_NUMBER, chat: str = CHAT
    ) -> None:
        """The same, and by a code to an e-mail address beside it."""
        self.identify(contact, number, chat)
        self.prove_by_email(contact, chat)

    def prove_by_email(self, contact: str = MARIA, chat: str = CHAT) -> None:
        """Prove the account in view by a code to its e-mail address."""
        self.backend.identification.begin_known(chat, by="email")
        self.backend.identification.check(chat, self.code_to(contact))

    def prove_new(self, number: str = NEW_NUMBER, chat: str = CHAT) -> None:
        """Offer a new number and prove that it is at hand."""
        self.backend.phone_numbers.offer(chat, number, which="1")
        self.backend.phone_numbers.confirm(chat, self.code_to(number))

    def wrong_code(self, address: str) -> str:
        """Six digits that are not the newest code to an address."""
        return another(self.code_to(address))

    def _email(self, account_id: str, email: str, now: datetime) -> EmailAddress:
        return EmailAddress(
            account_id=account_id,
            address_encrypted=self.cipher.encrypt(email),
            fingerprint=self.fingerprints.of("email", email),
            masked=mask(email),
            verified_at=now,
        )

    def _add_number(
        self, session: Session, account_id: str, number: str, place: int, kind: str
    ) -> None:
        now = self.clock.now()
        row = PhoneNumber(
            account_id=account_id,
            number_encrypted=self.cipher.encrypt(number),
            fingerprint=self.fingerprints.of("phone", number),
            masked=mask(number),
            state="verified",
            slot=0,
            gets_codes=place == 0,
            line_type=kind,
            added_at=now,
            verified_at=now,
        )
        session.add(row)
        session.flush()
        self.parts.authenticators.bind_number(session, account_id, row.id, now=now)

    def authenticator(self, kind: str = "sms") -> Authenticator:
        """The one authenticator of a kind."""
        (found,) = self.rows(Authenticator, Authenticator.kind == kind)
        return found


def approve(world: World, number: str, *people: str) -> bool:
    """Approve a case in the names of people who have seen all, until it is."""
    cases = world.handoff.cases
    return any(
        cases.approve(number, by=person, evidence=cases.evidence)
        for person in people or ("Ada",)
    )


def make_risky(world: World, contact: str = MARIA) -> None:
    """Let it look as if the account's owner had taken changes back lately."""
    with world.sessions.begin() as session:
        world.parts.journal.note(
            session, "undone", account_id=world.accounts[contact], conversation_id=None
        )


def another(code: str) -> str:
    """A code that differs from `code`."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def make_world(sessions: Sessions, clock: ManualClock, **chosen: Any) -> World:
    """A backend with Maria (one number), James (two) and Omar (none)."""
    world = empty_world(sessions, clock, **chosen)
    world.add(MARIA, numbers=(MARIAS_NUMBER,), language="es")
    world.add(JAMES, numbers=(JAMES_NUMBER, JAMES_OTHER_NUMBER))
    world.add(OMAR)
    return world


def empty_world(
    sessions: Sessions,
    clock: ManualClock,
    *,
    lines: Mapping[str, Line] = LINES,
    allow_fictional: bool = True,
    answering: Answering = answering_nothing,
    gateway: Gateway | None = None,
    **chosen: Any,
) -> World:
    """A backend without people."""
    settings = make_settings(**chosen)
    cipher = Cipher(KEYS.derive("encryption"))
    fingerprints = Fingerprints(KEYS.derive("fingerprints"))
    brand = load_brand()
    sender = gateway or ConsoleGateway()
    outbox = Outbox(sessions, clock, cipher, fingerprints, sender)
    outside = Outside(
        sessions=sessions,
        clock=clock,
        settings=settings,
        keys=KEYS,
        cipher=cipher,
        fingerprints=fingerprints,
        outbox=outbox,
        wording=Wording(brand),
        brand=brand,
        lines=KnownLineTypes(lines, OfflineLineTypes()),
        policy=NumberPolicy(settings.countries, allow_fictional=allow_fictional),
        randomness=SystemRandomness(),
        answering=answering,
    )
    parts = Assembly(outside, SqlDirectory(cipher))
    team = agents.build(outside, new_token=lambda: uuid4().hex, passwords=QUICK)
    return World(
        sessions,
        clock,
        settings,
        outbox,
        parts,
        parts.backend(),
        cipher,
        fingerprints,
        handoff.build(parts, team),
        team,
    )


def outcome(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or the class of the error it raises."""
    try:
        return work(*arguments)
    except Exception as error:
        return type(error)


def at_once(work: Callable[[int], Any], *, times: int = 50) -> list[Any]:
    """Outcomes of as many calls as nearly at the same moment as threads can be."""
    gate = Barrier(times)

    def wait_and_work(turn: int) -> Any:
        gate.wait()
        return outcome(work, turn)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(wait_and_work, range(times)))


def kinds(outcomes: list[Any]) -> Counter[type]:
    """How many outcomes there are of each class."""
    return Counter(each if isinstance(each, type) else type(each) for each in outcomes)


@contextmanager
def statements(sessions: Sessions) -> Iterator[list[str]]:
    """Every statement that is executed inside the block, in its order."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
