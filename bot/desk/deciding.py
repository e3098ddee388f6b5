"""Cases at the desk: a supervisor decides what somebody else has begun."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.agents.models import DeskAudit
from bot.agents.signed_in import SignedIn
from bot.database import Sessions
from bot.desk.errors import SecondPersonNeeded
from bot.handoff.cases import CaseFile, Cases
from bot.telephony.outbox import Outbox

STARTED = "recovery_started"


class CaseDesk:
    """Shows cases and lets them be decided, with the entry in the same step."""

    def __init__(
        self, sessions: Sessions, cases: Cases, audit: Audit, outbox: Outbox
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._audit = audit
        self._outbox = outbox

    def listed(self, who: SignedIn) -> tuple[CaseFile, ...]:
        """Every case, newest first.

        Raises:
            NotAllowed: the role does not oversee.
        """
        who.require("oversee")
        return self._cases.files()

    def approve(self, who: SignedIn, number: str) -> CaseFile:
        """Let the owner use a case, together with another proof of theirs.

        Raises:
            NotAllowed, SecondPersonNeeded, CaseUnknown, CaseStateWrong,
            CaseWithoutAccount: it was not approved.
        """
        return self._decide(who, number, approve=True)

    def refuse(self, who: SignedIn, number: str) -> CaseFile:
        """Close a case without letting it be used.

        Raises:
            NotAllowed, SecondPersonNeeded, CaseUnknown, CaseStateWrong: it was not.
        """
        return self._decide(who, number, approve=False)

    def _decide(self, who: SignedIn, number: str, *, approve: bool) -> CaseFile:
        who.require("decide")
        file = self._cases.file(number)
        decide = self._cases.approve if approve else self._cases.refuse
        with self._sessions.begin() as session:
            if _has_started(session, who, file):
                raise SecondPersonNeeded
            decide(file.number, by=who.name, session=session)
            self._audit.note(
                session,
                "case_approved" if approve else "case_refused",
                agent_id=who.agent_id,
                conversation_id=file.conversation_id,
                account_id=file.account_id,
                case=file.number,
            )
        self._outbox.wake()
        return self._cases.file(file.number)


def _has_started(session: Session, who: SignedIn, file: CaseFile) -> bool:
    query = select(
        exists().where(
            DeskAudit.act == STARTED,
            DeskAudit.agent_id == who.agent_id,
            DeskAudit.conversation_id == file.conversation_id,
        )
    )
    return bool(session.scalar(query))
