"""Cases at the desk: a supervisor decides what somebody else has begun."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

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

    @property
    def evidence(self) -> tuple[str, ...]:
        """The kinds of evidence that may be ticked."""
        return self._cases.evidence

    def approve(
        self, who: SignedIn, number: str, evidence: Collection[str]
    ) -> CaseFile:
        """Let the owner use a case, together with another proof of theirs.

        `evidence` are the kinds that the agent has seen. A risky case is approved by
        the second person who says so.

        Raises:
            NotAllowed, SecondPersonNeeded, CaseUnknown, CaseStateWrong,
            CaseWithoutAccount, EvidenceUnknown, EvidenceMissing, SamePerson: it was
                not approved.
        """
        who.require("decide")
        with self._deciding(who, number) as (session, file):
            approved = self._cases.approve(
                file.number,
                by=who.name,
                person=who.agent_id,
                evidence=evidence,
                session=session,
            )
            act = "case_approved" if approved else "case_first_approved"
            self._note(session, who, file, act, evidence=" ".join(sorted(evidence)))
        return self._cases.file(file.number)

    def refuse(self, who: SignedIn, number: str) -> CaseFile:
        """Close a case without letting it be used.

        Raises:
            NotAllowed, SecondPersonNeeded, CaseUnknown, CaseStateWrong: it was not.
        """
        who.require("decide")
        with self._deciding(who, number) as (session, file):
            self._cases.refuse(file.number, by=who.name, session=session)
            self._note(session, who, file, "case_refused")
        return self._cases.file(file.number)

    @contextmanager
    def _deciding(
        self, who: SignedIn, number: str
    ) -> Iterator[tuple[Session, CaseFile]]:
        """One transaction for whoever has not begun the case."""
        file = self._cases.file(number)
        with self._sessions.begin() as session:
            if _has_started(session, who, file):
                raise SecondPersonNeeded
            yield session, file
        self._outbox.wake()

    def _note(
        self, session: Session, who: SignedIn, file: CaseFile, act: str, **detail: str
    ) -> None:
        self._audit.note(
            session,
            act,
            agent_id=who.agent_id,
            conversation_id=file.conversation_id,
            account_id=file.account_id,
            case=file.number,
            **detail,
        )


def _has_started(session: Session, who: SignedIn, file: CaseFile) -> bool:
    query = select(
        exists().where(
            DeskAudit.act == STARTED,
            DeskAudit.agent_id == who.agent_id,
            DeskAudit.conversation_id == file.conversation_id,
        )
    )
    return bool(session.scalar(query))
