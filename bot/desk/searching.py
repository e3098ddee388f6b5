"""Search: conversations by what was said, a tag, a case, or whose they are."""

import re
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.accounts.models import EmailAddress, PhoneNumber
from bot.agents.audit import Audit
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.models import Conversation, Message
from bot.database import Sessions
from bot.desk.cards import Card, Cards
from bot.desk.errors import QueryMissing
from bot.desk.models import Tag
from bot.handoff.case_numbers import read_case_number
from bot.handoff.errors import CaseUnknown
from bot.handoff.models import Case
from bot.privacy.cipher import Fingerprints
from bot.privacy.folding import fold
from bot.verification.contacts import read_contact
from bot.verification.errors import ContactUnreadable
from bot.verification.models import Proof

MOST_CHARACTERS = 200
MOST_FOUND = 50
FEWEST_LETTERS = 3


class Searching:
    """Finds conversations; what was looked for is not kept, only how and how many.

    An address or a number finds the conversations that have proved its account, and
    tells nothing where there are none.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        fingerprints: Fingerprints,
        audit: Audit,
        *,
        region: str,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints
        self._audit = audit
        self._region = region

    def search(self, who: SignedIn, text: str) -> tuple[Card, ...]:
        """The conversations that fit, the latest first, 50 at most.

        Raises:
            NotAllowed, QueryMissing: nothing is looked for.
        """
        who.require("look")
        wanted = fold(text).strip()[:MOST_CHARACTERS]
        if len(wanted) < FEWEST_LETTERS:
            raise QueryMissing
        kinds = dict(self._ways(wanted))
        with self._sessions.begin() as session:
            found = _found(session, or_(*kinds.values()))
            self._audit.note(
                session,
                "search",
                agent_id=who.agent_id,
                by=" ".join(kinds),
                found=len(found),
            )
            return Cards(session, self._clock.now()).of(found)

    def _ways(self, wanted: str) -> Iterator[tuple[str, ColumnElement[bool]]]:
        yield "id", Conversation.id == wanted
        yield "tag", _tagged(wanted)
        with suppress(CaseUnknown):
            yield "case", _with_case(read_case_number(wanted))
        try:
            yield "contact", self._proved_by(wanted)
        except ContactUnreadable:
            yield "text", _said(wanted)

    def _proved_by(self, wanted: str) -> ColumnElement[bool]:
        contact = read_contact(
            wanted, region=self._region, fingerprints=self._fingerprints
        )
        reached = EmailAddress if contact.kind == "email" else PhoneNumber
        accounts = select(reached.account_id).where(
            reached.fingerprint == contact.fingerprint
        )
        chats = select(Proof.conversation_id).where(
            Proof.account_id.in_(accounts), Proof.scope != "possession"
        )
        return Conversation.id.in_(chats)


def _found(session: Session, fits: ColumnElement[bool]) -> list[str]:
    query = select(Conversation.id).where(fits)
    latest = query.order_by(Conversation.last_at.desc(), Conversation.id)
    return list(session.scalars(latest.limit(MOST_FOUND)))


def _tagged(wanted: str) -> ColumnElement[bool]:
    tag = "-".join(wanted.casefold().removeprefix("#").split())
    return Conversation.id.in_(select(Tag.conversation_id).where(Tag.tag == tag))


def _with_case(number: str) -> ColumnElement[bool]:
    return Conversation.id.in_(
        select(Case.conversation_id).where(Case.number == number)
    )


def _said(wanted: str) -> ColumnElement[bool]:
    escaped = re.sub(r"([\\%_])", r"\\\1", wanted)
    return Conversation.id.in_(
        select(Message.conversation_id).where(
            Message.text.ilike(f"%{escaped}%", escape="\\")
        )
    )
