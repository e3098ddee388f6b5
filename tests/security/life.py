"""A service in mid-life: the real services, people who use it, and rows everywhere."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot import schema
from bot.accounts.models import EmailAddress, FormerEmail, PhoneNumber
from bot.agents.passwords import Passwords
from bot.assembly import build_services
from bot.clock import ManualClock
from bot.connectors.models import RemoteEvent, RemoteRef
from bot.conversations.lines import Line
from bot.conversations.understanding import Understood
from bot.database import Base, connect
from bot.engine.event_log import EventLog
from bot.engine.process import engine_state
from bot.handoff.models import Case, CaseEvidence
from bot.review.models import ReviewLine
from bot.seed import Seeded, seed
from bot.services import Services
from bot.telephony.kept_lines import KeptLineTypes
from bot.telephony.lines import OfflineLineTypes
from bot.texting.inbox import Incoming
from tests.unit.desk_team import QUICK, Desk
from tests.unit.world import make_settings

MARIA, LINH, JAMES = "maria@example.com", "linh@example.com", "james@example.com"
MARIAS_NUMBER, NEW_NUMBER = "+12025550143", "+12025550177"
LINHS_NUMBER, JAMES_NUMBER = "+13125550188", "+14155550123"
NEW_EMAIL, NOBODY = "maria.new@example.com", "nobody@example.com"
SECRET = "a secret of the tests, 32 characters long"


@dataclass
class Life:
    """The services, and what those who use them have in their hands."""

    services: Services
    clock: ManualClock
    seeded: Seeded
    desk: Desk
    chats: dict[str, str] = field(default_factory=dict)
    saved: dict[str, Any] = field(default_factory=dict)

    def code(self, address: str) -> str:
        """The newest code that arrived at an address."""
        self.services.outbox.drain()
        texts = [sent.text for sent in self.services.outbox.sent_to(address)]
        return next(
            code[0]
            for text in reversed(texts)
            if (code := re.search(r"\b\d{6}\b", text))
        )

    def link(self, address: str) -> str:
        """The token of the newest link that takes a change back."""
        self.services.outbox.drain()
        texts = [sent.text for sent in self.services.outbox.sent_to(address)]
        return next(
            found[1]
            for text in reversed(texts)
            if (found := re.search(r"/undo/([\w-]+)", text))
        )

    def say(self, name: str, text: str) -> int:
        """Let a conversation's visitor say something, and the engine hear of it."""
        chat = self.chats[name]
        seq = self.services.conversations.hear(chat, text=text).seq
        line = self.services.conversations.read(chat).messages[-1]
        self.heard(chat, line.text, seq)
        return seq

    def heard(self, chat: str, text: str, seq: int) -> None:
        """Let the engine keep a turn, as it does after each message."""
        moment = self.clock.now().timestamp()
        with engine_log(self.services) as log:
            events = [
                {"event": "user", "text": text, "timestamp": moment},
                {"event": "bot", "text": "answer", "timestamp": moment},
            ]
            log.append(chat, events, message_id=str(seq), checkpoint=None)

    def start(self, name: str) -> str:
        """Open a conversation on the web."""
        self.chats[name] = self.services.conversations.start("web", language="en")
        self.services.visitors.note(self.chats[name], "192.0.2.7")
        return self.chats[name]

    def prove(self, name: str, email: str, address: str) -> None:
        """Prove in a conversation that an account is one's own."""
        identification = self.services.identification
        identification.begin(self.chats[name], email)
        identification.check(self.chats[name], self.code(address))

    def account(self, email: str) -> str:
        """The id of an account."""
        from bot.accounts.show import show

        shown = show(self.services.sessions, self.services.fingerprints, email)
        return str(shown["id"])

    def count(self, model: type[Base], *conditions: Any) -> int:
        with self.services.sessions() as session:
            query = select(func.count()).select_from(model).where(*conditions)
            return session.scalar(query) or 0


@contextmanager
def engine_log(services: Services) -> Iterator[EventLog]:
    log = EventLog(connect(engine_state(services.settings)))
    yield log
    log.close()


@contextmanager
def in_mid_life(folder: Path, clock: ManualClock, **chosen: Any) -> Iterator[Life]:
    """A service over a database in `folder` that has been used by everybody."""
    services = services_over(folder, clock, **chosen)
    schema.upgrade(services.database)
    life = Life(services, clock, seed(services), Desk(services.agents, clock, {}))
    live(life)
    yield life
    services.database.dispose()


@contextmanager
def copied(life: Life, folder: Path, **chosen: Any) -> Iterator[Life]:
    """The same life once more, over a copy of its files."""
    shutil.copytree(life.services.settings.state_dir, folder, dirs_exist_ok=True)
    clock = ManualClock(life.clock.now())
    services = services_over(folder, clock, **chosen)
    desk = Desk(services.agents, clock, dict(life.desk.apps))
    yield Life(services, clock, life.seeded, desk, dict(life.chats), dict(life.saved))
    services.database.dispose()


def services_over(folder: Path, clock: ManualClock, **chosen: Any) -> Services:
    given = {
        "state_dir": folder,
        "secret_key": SECRET,
        "webhook_url": "http://127.0.0.1:9/",
        "webhook_secret": SECRET[::-1],
        **chosen,
    }
    services = build_services(make_settings(**given), clock=clock)
    for service in (services.agents.roster, services.agents.sign_in):
        assert isinstance(service._passwords, Passwords)
        service._passwords = QUICK
    return services


def live(life: Life) -> None:
    """Maria changes things on the web, Linh texts, and the team has work."""
    maria_changes_her_number(life)
    maria_goes_on(life)
    linh_texts(life)
    the_team_works(life)
    figures_are_kept(life)


def maria_changes_her_number(life: Life) -> None:
    services, chat = life.services, life.start("web")
    life.saved["cookie"] = services.web_sessions.open(chat).token
    seq = life.say("web", f"my number is {MARIAS_NUMBER} and my code is 123456")
    understood = Understood(seq, "en", "change_number", 0.9)
    said = [Line("I can do that.")]
    services.conversations.reply(chat, seq, said, understood=understood)
    life.prove("web", MARIA, MARIAS_NUMBER)
    services.identification.begin_known(chat, by="email")
    services.identification.check(chat, life.code(MARIA))
    services.phone_numbers.offer(chat, NEW_NUMBER, which="1")
    services.phone_numbers.confirm(chat, life.code(NEW_NUMBER))
    services.phone_numbers.change(chat)
    life.saved["undo"] = life.link(MARIA)
    life.saved["codes"] = services.recovery_codes.issue(chat)
    with services.sessions.begin() as session:
        services.showings.put(session, chat, "recovery_codes", {"codes": ["SHOWN"]})
    with services.sessions.begin() as session:
        doubt = {"why": "unsure", "at": life.clock.now()}
        session.add(ReviewLine(conversation_id=chat, seq=seq, **doubt))
    services.ratings.rate(chat, 5, comment="very good")


def maria_goes_on(life: Life) -> None:
    """She offers another address, wants out, and asks for a person."""
    services, chat = life.services, life.chats["web"]
    life.clock.move(200)
    services.identification.begin_known(chat)
    services.identification.check(chat, life.code(NEW_NUMBER))
    services.emails.offer(chat, NEW_EMAIL)
    services.deletions.schedule(chat)
    services.cases.open(chat, "compromise")
    with services.sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        assert case.account_id is not None
        seen = {"kind": "id", "person": "1", "seen_by": "Lee", "at": life.clock.now()}
        session.add(CaseEvidence(case_id=case.id, **seen))
        session.add(
            FormerEmail(
                id="f" * 32,
                account_id=case.account_id,
                address_encrypted=session.scalars(
                    select(EmailAddress.address_encrypted)
                ).first(),
                masked="m***@example.com",
                removed_at=life.clock.now(),
            )
        )
    life.say("web", "a person, please")
    services.handoff.ask(chat, "talk_to_human")


def linh_texts(life: Life) -> None:
    """She texts, is found out to be on a mobile line, and wants no more messages."""
    services = life.services
    texted(life, "SM1", LINHS_NUMBER, "i am locked out, linh@example.com")
    line_types = KeptLineTypes(
        *(services.sessions, life.clock, services.fingerprints, OfflineLineTypes()),
        lifetime=86_400,
    )
    line_types.look_up(JAMES_NUMBER)
    texted(life, "SM2", JAMES_NUMBER, "STOP", opt_out="STOP")
    services.inbox.keep(Incoming("SM3", LINHS_NUMBER, "are you there?"))
    with services.sessions.begin() as session:
        life.saved["page"] = services.linking.issue(session, life.chats["sms"])


def texted(
    life: Life, provider_id: str, number: str, text: str, opt_out: str | None = None
) -> None:
    """Let a text come in and be read."""
    services = life.services
    services.inbox.keep(Incoming(provider_id, number, text, opt_out_type=opt_out))
    received = services.inbox.next()
    assert received is not None
    outcome, chat = services.text_reader._reading.read(received)
    services.inbox.finish(received, outcome)
    if chat is not None:
        life.chats["sms"] = chat
        life.heard(chat, "i am locked out, [email]", 1)


def the_team_works(life: Life) -> None:
    """Lee takes Maria's conversation, writes things down, and asks for a number."""
    services, chat = life.services, life.chats["web"]
    life.desk.add("lee@example.com")
    opened = life.desk.open("lee@example.com")
    life.saved["agent"] = opened.token
    lee = services.agents.sessions.recognise(opened.token)
    services.team.work.take(lee, chat)
    services.team.notes.add(lee, chat, "seems to be in a hurry")
    services.team.notes.tag(lee, chat, add=["lost"])
    with services.sessions() as session:
        mine = PhoneNumber.account_id == life.account(MARIA)
        number = session.scalars(
            select(PhoneNumber.id).where(mine, PhoneNumber.state == "verified")
        ).one()
    with services.sessions.begin() as session:
        there = {"connector": "chatwoot", "remote_id": "7", "at": life.clock.now()}
        session.add(RemoteRef(request_id="r", conversation_id=chat, **there))
        said = {"event_id": "1", "kind": "said", "name": "Pat"}
        session.add(RemoteEvent(done_at=life.clock.now(), **said, **there))
    services.team.acts.suspend(lee, chat, number)
    services.team.returns.ask(lee, chat, number)


def figures_are_kept(life: Life) -> None:
    """Somebody has come and gone, and everything until now has been counted."""
    services = life.services
    services.conversations.forget(services.conversations.start())
    services.outbox.drain()
    services.facts.follow()
    services.kept_keys.keep()
