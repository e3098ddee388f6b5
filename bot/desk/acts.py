"""Acts on accounts: an agent begins them, the person or a second agent ends them.

No agent reads or types a code, or says what a number is (ASVS 5.0, 6.4.6).
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.accounts.errors import NothingToSuspend
from bot.accounts.models import Account
from bot.accounts.suspension import Suspension
from bot.agents.audit import Audit
from bot.agents.signed_in import SignedIn
from bot.conversations.models import Conversation
from bot.conversations.speech import Speech
from bot.database import Sessions
from bot.desk.deciding import STARTED
from bot.desk.errors import NumberNotThere
from bot.desk.notes import require_conversation
from bot.desk.subjects import require_subject, subject_of
from bot.desk.wording import ActWording
from bot.handoff.cases import Cases
from bot.telephony.outbox import Outbox

Tell = Callable[[str], None]


class Acts:
    """What agents do for a person, each with its line and its entry in one step."""

    def __init__(
        self,
        sessions: Sessions,
        cases: Cases,
        suspension: Suspension,
        speech: Speech,
        wording: ActWording,
        audit: Audit,
        outbox: Outbox,
        *,
        tell: Tell,
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._suspension = suspension
        self._speech = speech
        self._wording = wording
        self._audit = audit
        self._outbox = outbox
        self._tell = tell

    def start_recovery(self, who: SignedIn, conversation_id: str) -> str:
        """Open the case that the person completes here; gives its number.

        Raises:
            NotAllowed, ConversationUnknown, ProofMissing, CaseLimit: none was opened.
        """
        who.require("recover")
        with self._sessions.begin() as session:
            chat = require_conversation(session, conversation_id)
            opened = self._cases.open(conversation_id, "recovery", session=session)
            account = subject_of(session, conversation_id) if opened.told else None
            self._note(session, who, chat, account, STARTED, case=opened.number)
            self._say(
                session, chat, "recovery_opened", agent=who.name, number=opened.number
            )
        self._finish(conversation_id)
        return opened.number

    def suspend(self, who: SignedIn, conversation_id: str, number_id: str) -> str:
        """Let a number of the proved account get no codes; gives it masked.

        Raises:
            NotAllowed, ConversationUnknown, AccountNotProved, NumberNotThere: not done.
        """
        who.require("suspend")
        with self._sessions.begin() as session:
            chat = require_conversation(session, conversation_id)
            account = require_subject(session, conversation_id)
            try:
                masked = self._suspension.suspend_for(
                    session, account.id, number_id, conversation_id=conversation_id
                )
            except NothingToSuspend:
                raise NumberNotThere from None
            self._note(
                session, who, chat, account, "number_suspended", number=number_id
            )
            self._say(
                session,
                chat,
                "number_suspended",
                agent=who.name,
                last_digits=masked[-4:],
            )
        self._finish(conversation_id)
        return masked

    def _note(
        self,
        session: Session,
        who: SignedIn,
        chat: Conversation,
        account: Account | None,
        act: str,
        **detail: str,
    ) -> None:
        self._audit.note(
            session,
            act,
            agent_id=who.agent_id,
            conversation_id=chat.id,
            account_id=account.id if account else None,
            **detail,
        )

    def _say(
        self, session: Session, chat: Conversation, name: str, **values: str
    ) -> None:
        line = self._wording.line(name, chat.language, **values)
        self._speech.say(session, chat.id, line)

    def _finish(self, conversation_id: str) -> None:
        self._outbox.wake()
        self._tell(conversation_id)
