"""The approval of a case: what was seen, by one person or by two, as risky as it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import Session

from bot.database import insert_new
from bot.handoff.errors import (
    CaseStateWrong,
    CaseUnknown,
    CaseWithoutAccount,
    EvidenceMissing,
    EvidenceUnknown,
    SamePerson,
)
from bot.handoff.models import Case, CaseEvidence
from bot.handoff.repository import RECOVERING, CaseRepository
from bot.handoff.risk import CaseRisks
from bot.handoff.risk_table import RiskTable


@dataclass(frozen=True)
class Approval:
    """Somebody's word for a case; `person` tells people of one name apart.

    `evidence` are the kinds that they have seen, outside of the chat.
    """

    by: str
    person: str
    evidence: Collection[str] = ()


class Approving:
    """Takes approvals in the caller's transaction; guarded updates count them."""

    def __init__(self, risks: CaseRisks, table: RiskTable) -> None:
        self._risks = risks
        self._table = table

    def approve(
        self,
        session: Session,
        number: str,
        approval: Approval,
        *,
        now: datetime,
        good_until: datetime,
    ) -> Case:
        """Take one approval; the case is approved once it has as many as it needs.

        Raises:
            CaseUnknown, CaseStateWrong, CaseWithoutAccount: it cannot be approved.
            EvidenceUnknown, EvidenceMissing: too little was seen.
            SamePerson: a risky case needs somebody else's approval now.
        """
        case = self._under_review(session, number)
        self._weigh(session, case)
        self._require_evidence(case, approval)
        if self._needs_two(case):
            first = CaseRepository(session).approve_first(
                number, by=approval.by, person=approval.person, now=now
            )
            if first is not None:
                self._keep(session, first, approval, now)
                return first
        return self._decide(session, case, approval, now, good_until)

    def _under_review(self, session: Session, number: str) -> Case:
        case = CaseRepository(session).by_number(number)
        if case is None:
            raise CaseUnknown
        if case.state != "review":
            raise CaseStateWrong(case.state)
        if case.account_id is None:
            raise CaseWithoutAccount
        return case

    def _weigh(self, session: Session, case: Case) -> None:
        """Weigh the case anew: while it waited, it can only have become riskier."""
        found = self._risks.signals(session, case.account_id, case.conversation_id)
        missing = [name for name in found if name not in case.signals]
        # What the opener has proved is forgotten by now, so it does not count again.
        later = [each for each in missing if each not in ("unproved", "factors_lost")]
        if later:
            self._table.add(case, later)
            session.flush()

    def _require_evidence(self, case: Case, approval: Approval) -> None:
        if set(approval.evidence) - set(self._table.evidence):
            raise EvidenceUnknown
        needed = self._table.levels[case.risk].evidence
        if case.kind in RECOVERING and len(set(approval.evidence)) < needed:
            raise EvidenceMissing(needed)

    def _needs_two(self, case: Case) -> bool:
        return case.kind in RECOVERING and self._table.levels[case.risk].people > 1

    def _decide(
        self,
        session: Session,
        case: Case,
        approval: Approval,
        now: datetime,
        good_until: datetime,
    ) -> Case:
        another = and_(
            Case.first_person != approval.person,
            func.lower(Case.first_by) != approval.by.lower(),
        )
        decided = CaseRepository(session).decide(
            case.number,
            "approved",
            Case.account_id.is_not(None),
            # Whoever came first counts, even where one approval would do by now.
            or_(Case.first_person.is_(None), another),
            by=approval.by,
            now=now,
            good_until=good_until,
        )
        if decided is None:
            session.refresh(case)
            raise _refusal(case)
        self._keep(session, decided, approval, now)
        return decided

    def _keep(
        self, session: Session, case: Case, approval: Approval, now: datetime
    ) -> None:
        for kind in sorted(set(approval.evidence)):
            insert_new(
                session,
                CaseEvidence,
                case_id=case.id,
                kind=kind,
                person=approval.person,
                seen_by=approval.by,
                at=now,
            )


def _refusal(case: Case) -> CaseStateWrong | SamePerson:
    """Why it was not approved: somebody was quicker, or is the same person."""
    if case.state != "review":
        return CaseStateWrong(case.state)
    return SamePerson()
