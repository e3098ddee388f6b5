"""Files: a conversation with all that an agent may know about it, and nothing more.

Numbers and addresses are masked, and so is everything that was said. Secrets that are
shown to a visitor are not in the log, and nobody fills them in here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.models import Account, EmailAddress, SignIn
from bot.agents.models import Agent
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.lines import Thread
from bot.conversations.service import Conversations
from bot.database import Sessions, reading
from bot.desk.cards import Card, Cards, Ticket, ticket_of
from bot.desk.looks import Looks
from bot.desk.models import NumberReturn
from bot.desk.notes import NoteView, notes_of
from bot.desk.returns import ReturnView, returns_of
from bot.desk.subjects import numbers_of, subject_of
from bot.handoff.cases import CaseView
from bot.handoff.models import Case, HandoffRequest
from bot.handoff.summary import Summaries, Summary
from bot.verification.models import Authenticator, Proof

MOST_SIGN_INS = 5


@dataclass(frozen=True)
class NumberView:
    """A number, masked; agents name it by its id."""

    id: str
    masked: str
    state: str
    gets_codes: bool
    line_type: str
    verified_at: datetime | None


@dataclass(frozen=True)
class ProvedView:
    """How it was proved whose account it is; `live`: it still counts."""

    method: str
    at: datetime
    live: bool


@dataclass(frozen=True)
class SignInView:
    """A sign-in at the account's website."""

    method: str
    device: str
    place: str
    succeeded: bool
    at: datetime


@dataclass(frozen=True)
class AccountView:
    """The account that was proved in a conversation, masked."""

    id: str
    name: str
    language: str
    since: datetime
    proved: tuple[ProvedView, ...]
    emails: tuple[str, ...]
    numbers: tuple[NumberView, ...]
    factors: tuple[str, ...]
    sign_ins: tuple[SignInView, ...]


@dataclass(frozen=True)
class ConversationFile:
    """Everything but the lines; `requests` are all of its, newest first."""

    card: Card
    summary: Summary
    account: AccountView | None
    cases: tuple[CaseView, ...]
    returns: tuple[ReturnView, ...]
    notes: tuple[NoteView, ...]
    requests: tuple[Ticket, ...]


class Files:
    """Opens files and reads on in them; each look is noted first."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        looks: Looks,
        conversations: Conversations,
        summaries: Summaries,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._looks = looks
        self._conversations = conversations
        self._summaries = summaries

    def open(
        self, who: SignedIn, conversation_id: str, language: str = "en"
    ) -> ConversationFile:
        """A conversation for whoever may look, summed up in their language.

        Raises:
            NotAllowed, ConversationUnknown: there is nothing for them to see.
        """
        self._looks.note(who, conversation_id)
        now = self._clock.now()
        summary = self._summaries.of(conversation_id, language)
        with reading(self._sessions) as session:
            (card,) = Cards(session, now).of([conversation_id])
            account = subject_of(session, conversation_id)
            return ConversationFile(
                card=card,
                summary=summary,
                account=_account(session, account, conversation_id, now)
                if account
                else None,
                cases=_cases(session, account, conversation_id, now),
                returns=returns_of(
                    session, NumberReturn.conversation_id == conversation_id
                ),
                notes=notes_of(session, conversation_id),
                requests=_requests(session, conversation_id, now),
            )

    def lines(self, who: SignedIn, conversation_id: str, *, after: int = 0) -> Thread:
        """The lines after `after`, as they are kept: masked, without secrets.

        Raises:
            NotAllowed, ConversationUnknown: there is nothing for them to see.
        """
        self._looks.note(who, conversation_id)
        return self._conversations.read(conversation_id, after=after)

    def require(self, who: SignedIn, conversation_id: str) -> None:
        """See that there is such a conversation for whoever may look.

        Raises:
            NotAllowed, ConversationUnknown: there is not.
        """
        self._looks.note(who, conversation_id)

    def name(self, who: SignedIn, conversation_id: str) -> str | None:
        """What the person is called, once it is proved whose account it is.

        Raises:
            NotAllowed, ConversationUnknown: there is nothing for them to see.
        """
        self._looks.note(who, conversation_id)
        with reading(self._sessions) as session:
            account = subject_of(session, conversation_id)
        return account.display_name if account else None


def _account(
    session: Session, account: Account, conversation_id: str, now: datetime
) -> AccountView:
    emails = session.scalars(
        select(EmailAddress.masked)
        .where(EmailAddress.account_id == account.id, EmailAddress.removed_at.is_(None))
        .order_by(EmailAddress.masked)
    )
    return AccountView(
        id=account.id,
        name=account.display_name,
        language=account.language,
        since=account.created_at,
        proved=_proved(session, account.id, conversation_id, now),
        emails=tuple(emails),
        numbers=_numbers(session, account.id),
        factors=_factors(session, account.id),
        sign_ins=_sign_ins(session, account.id),
    )


def _proved(
    session: Session, account_id: str, conversation_id: str, now: datetime
) -> tuple[ProvedView, ...]:
    rows = session.scalars(
        select(Proof)
        .where(
            Proof.conversation_id == conversation_id,
            Proof.account_id == account_id,
            Proof.scope != "possession",
            Proof.revoked_at.is_(None),
        )
        .order_by(Proof.created_at.desc(), Proof.id)
    )
    return tuple(
        ProvedView(row.method, row.created_at, row.expires_at > now) for row in rows
    )


def _numbers(session: Session, account_id: str) -> tuple[NumberView, ...]:
    return tuple(
        NumberView(
            row.id,
            row.masked,
            row.state,
            row.gets_codes,
            row.line_type,
            row.verified_at,
        )
        for row in numbers_of(session, account_id)
    )


def _factors(session: Session, account_id: str) -> tuple[str, ...]:
    """The kinds that could prove something now."""
    kinds = select(Authenticator.kind).where(
        Authenticator.account_id == account_id,
        Authenticator.enabled_at.is_not(None),
        Authenticator.disabled_at.is_(None),
    )
    return tuple(sorted(set(session.scalars(kinds))))


def _sign_ins(session: Session, account_id: str) -> tuple[SignInView, ...]:
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.account_id == account_id)
        .order_by(SignIn.at.desc(), SignIn.id)
        .limit(MOST_SIGN_INS)
    )
    return tuple(
        SignInView(row.method, row.device, row.place, row.succeeded, row.at)
        for row in rows
    )


def _cases(
    session: Session, account: Account | None, conversation_id: str, now: datetime
) -> tuple[CaseView, ...]:
    """Those of the account; without one, those that were opened here."""
    which = (
        Case.account_id == account.id
        if account
        else Case.conversation_id == conversation_id
    )
    rows = session.scalars(
        select(Case).where(which).order_by(Case.opened_at.desc(), Case.number)
    )
    return tuple(
        CaseView(
            row.number,
            row.kind,
            row.state_at(now),
            row.opened_at,
            row.ready_at,
            row.good_until,
        )
        for row in rows
    )


def _requests(
    session: Session, conversation_id: str, now: datetime
) -> tuple[Ticket, ...]:
    rows = session.execute(
        select(HandoffRequest, Agent.name)
        .outerjoin(Agent, Agent.id == HandoffRequest.agent_id)
        .where(HandoffRequest.conversation_id == conversation_id)
        .order_by(HandoffRequest.requested_at.desc(), HandoffRequest.id)
    )
    return tuple(ticket_of(request, name, now=now) for request, name in rows)
