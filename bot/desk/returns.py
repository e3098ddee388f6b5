"""Returns: a suspended number is put back by two persons, or stays suspended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.accounts.errors import NumberInUse
from bot.accounts.models import PhoneNumber, new_id
from bot.accounts.suspension import Suspension
from bot.agents.audit import Audit
from bot.agents.models import Agent
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.models import Conversation
from bot.conversations.speech import Speech
from bot.database import Sessions, reading
from bot.desk.errors import (
    NumberNotThere,
    NumberTaken,
    ReturnAsked,
    ReturnDecided,
    ReturnUnknown,
    SecondPersonNeeded,
)
from bot.desk.models import NumberReturn, ReturnState
from bot.desk.notes import require_conversation
from bot.desk.subjects import numbers_of, require_subject
from bot.desk.wording import ActWording
from bot.telephony.outbox import Outbox

Tell = Callable[[str], None]


@dataclass(frozen=True)
class ReturnView:
    """A wish to put a number back; `number` is masked."""

    id: str
    conversation_id: str
    account_id: str
    number: str
    state: ReturnState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Returns:
    """Takes wishes, and lets another person decide them."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        suspension: Suspension,
        speech: Speech,
        wording: ActWording,
        audit: Audit,
        outbox: Outbox,
        *,
        tell: Tell,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._suspension = suspension
        self._speech = speech
        self._wording = wording
        self._audit = audit
        self._outbox = outbox
        self._tell = tell

    def ask(self, who: SignedIn, conversation_id: str, number_id: str) -> str:
        """Ask for a suspended number of the proved account; gives the wish's id.

        Raises:
            NotAllowed, ConversationUnknown, AccountNotProved, NumberNotThere,
            ReturnAsked: nothing was asked for.
        """
        who.require("suspend")
        with self._sessions.begin() as session:
            require_conversation(session, conversation_id)
            account = require_subject(session, conversation_id)
            if not _is_suspended(session, account.id, number_id):
                raise NumberNotThere
            wish = NumberReturn(
                id=new_id(),
                account_id=account.id,
                number_id=number_id,
                conversation_id=conversation_id,
                asked_by=who.agent_id,
                asked_at=self._clock.now(),
            )
            _put(session, wish)
            self._note(session, who, wish, "return_asked")
        self._tell(conversation_id)
        return wish.id

    def approve(self, who: SignedIn, return_id: str) -> None:
        """Put the number back on its account.

        Raises:
            NotAllowed, ReturnUnknown, ReturnDecided, SecondPersonNeeded,
            NumberNotThere, NumberTaken: it was not.
        """
        wish = self._decide(who, return_id, "approved", self._put_back)
        self._outbox.wake()
        self._tell(wish.conversation_id)

    def refuse(self, who: SignedIn, return_id: str) -> None:
        """Leave the number as it is.

        Raises:
            NotAllowed, ReturnUnknown, ReturnDecided, SecondPersonNeeded: no decision.
        """
        wish = self._decide(who, return_id, "refused", _leave)
        self._tell(wish.conversation_id)

    def listed(self, who: SignedIn) -> tuple[ReturnView, ...]:
        """Every wish that waits for a decision, oldest first.

        Raises:
            NotAllowed: the role does not oversee.
        """
        who.require("oversee")
        with reading(self._sessions) as session:
            return returns_of(session, NumberReturn.state == "asked")

    def _decide(
        self,
        who: SignedIn,
        return_id: str,
        state: ReturnState,
        carry_out: Callable[[Session, NumberReturn], None],
    ) -> NumberReturn:
        who.require("decide")
        with self._sessions.begin() as session:
            wish = self._mark(session, who, return_id, state)
            carry_out(session, wish)
            self._note(session, who, wish, f"return_{state}")
        return wish

    def _mark(
        self, session: Session, who: SignedIn, return_id: str, state: ReturnState
    ) -> NumberReturn:
        decided = session.scalars(
            update(NumberReturn)
            .where(
                NumberReturn.id == return_id,
                NumberReturn.state == "asked",
                NumberReturn.asked_by != who.agent_id,
            )
            .values(state=state, decided_by=who.agent_id, decided_at=self._clock.now())
            .returning(NumberReturn)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()
        if decided is None:
            raise _refusal(session, return_id)
        return decided

    def _put_back(self, session: Session, wish: NumberReturn) -> None:
        try:
            masked = self._suspension.return_for(
                session,
                wish.account_id,
                wish.number_id,
                conversation_id=wish.conversation_id,
            )
        except NumberInUse:
            raise NumberTaken from None
        if masked is None:
            raise NumberNotThere
        chat = session.get(Conversation, wish.conversation_id)
        if chat is not None:
            line = self._wording.line(
                "number_returned", chat.language, last_digits=masked[-4:]
            )
            self._speech.say(session, chat.id, line)

    def _note(
        self, session: Session, who: SignedIn, wish: NumberReturn, act: str
    ) -> None:
        self._audit.note(
            session,
            act,
            agent_id=who.agent_id,
            conversation_id=wish.conversation_id,
            account_id=wish.account_id,
            number=wish.number_id,
            wish=wish.id,
        )


def returns_of(session: Session, *which: ColumnElement[bool]) -> tuple[ReturnView, ...]:
    """Wishes with the names of who asked and who decided, oldest first."""
    asker, decider = aliased(Agent), aliased(Agent)
    rows = session.execute(
        select(NumberReturn, PhoneNumber.masked, asker.name, decider.name)
        .join(PhoneNumber, PhoneNumber.id == NumberReturn.number_id)
        .join(asker, asker.id == NumberReturn.asked_by)
        .outerjoin(decider, decider.id == NumberReturn.decided_by)
        .where(*which)
        .order_by(NumberReturn.asked_at, NumberReturn.id)
    )
    return tuple(
        ReturnView(
            id=wish.id,
            conversation_id=wish.conversation_id,
            account_id=wish.account_id,
            number=masked,
            state=wish.state,
            asked_by=asked_by,
            asked_at=wish.asked_at,
            decided_by=decided_by,
            decided_at=wish.decided_at,
        )
        for wish, masked, asked_by, decided_by in rows
    )


def _leave(_session: Session, _wish: NumberReturn) -> None:
    """A refusal changes no number."""


def _is_suspended(session: Session, account_id: str, number_id: str) -> bool:
    return any(
        number.id == number_id and number.state == "suspended"
        for number in numbers_of(session, account_id)
    )


def _put(session: Session, wish: NumberReturn) -> None:
    try:
        with session.begin_nested():
            session.add(wish)
    except IntegrityError:
        raise ReturnAsked from None


def _refusal(
    session: Session, return_id: str
) -> ReturnUnknown | ReturnDecided | SecondPersonNeeded:
    wish = session.get(NumberReturn, return_id)
    if wish is None:
        return ReturnUnknown()
    return ReturnDecided() if wish.state != "asked" else SecondPersonNeeded()
