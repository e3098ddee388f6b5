"""Cases: opened by whoever cannot get in, looked up by number, decided by the team."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.handoff.approving import Approval
from bot.handoff.case_numbers import read_case_number
from bot.handoff.deciding import Deciding
from bot.handoff.errors import CaseLimit, CaseUnknown
from bot.handoff.models import Case, CaseKind, CaseRisk, CaseSignal, CaseStanding
from bot.handoff.opening import CaseOpened, Opening
from bot.handoff.repository import RECOVERING, CaseRepository
from bot.handoff.risk_table import RiskTable
from bot.verification.errors import ProofMissing
from bot.verification.proofs import Proofs
from bot.verification.throttles import Throttles

__all__ = ["CaseFile", "CaseOpened", "CaseView", "Cases"]

WRONG_NUMBERS = 10
HOUR = 3600


@dataclass(frozen=True)
class CaseView:
    """A case as whoever has its number may see it."""

    number: str
    kind: CaseKind
    state: CaseStanding
    opened_at: datetime
    ready_at: datetime
    good_until: datetime | None


@dataclass(frozen=True)
class Seen:
    """A kind of evidence, and who of the team has seen it."""

    kind: str
    by: str


@dataclass(frozen=True)
class CaseFile(CaseView):
    """A case as the team sees it; without an account nobody can be helped by it.

    `signals` make it a `risk`, which asks for so many `people`, each of whom has seen
    so many kinds of `evidence`. `first_by` has approved it, and waits for the second.
    """

    account_id: str | None
    conversation_id: str
    decided_at: datetime | None
    decided_by: str | None
    risk: CaseRisk
    signals: tuple[CaseSignal, ...]
    people: int
    evidence: int
    first_by: str | None
    seen: tuple[Seen, ...]


class Cases:
    """Everything that is asked of cases."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        proofs: Proofs,
        throttles: Throttles,
        opening: Opening,
        deciding: Deciding,
        table: RiskTable,
        *,
        wait: int,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._throttles = throttles
        self._opening = opening
        self._deciding = deciding
        self._table = table
        self._wait = timedelta(seconds=wait)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The kinds of evidence that there are."""
        return self._table.evidence

    def open(
        self, conversation_id: str, kind: CaseKind, *, session: Session | None = None
    ) -> CaseOpened:
        """Open a case for the account in view, else under the contact last given.

        Raises:
            NotSignedIn, ProofMissing: there is neither, or that is not enough.
            CaseLimit: as many as may be were opened today.
        """
        return self._opening.open(conversation_id, kind, session=session)

    def status(
        self, conversation_id: str, number_text: str | None = None
    ) -> tuple[CaseView, ...]:
        """The case with a number; without one, those of the account in view or here.

        Who has not proved the account is told what a case of nobody would be told.

        Raises:
            CaseUnknown: no case has that number.
            CaseLimit: too many wrong numbers were tried here.
        """
        if number_text is None:
            return self._own(conversation_id)
        number = read_case_number(number_text)
        with self._sessions.begin() as session:
            case = self._look_up(session, conversation_id, number)
            seen = self._account_in_view(session, conversation_id)
        if case is None:
            raise CaseUnknown
        return (self._shown(case, seen),)

    def redeem(self, conversation_id: str) -> bool:
        """Use an approved case of the account in view as a proof beside another."""
        return self._deciding.redeem(conversation_id)

    def advance(self) -> int:
        """Hand to the team what has waited long enough; counts the cases."""
        return self._deciding.advance()

    def approve(
        self,
        number: str,
        *,
        by: str,
        person: str | None = None,
        evidence: Collection[str] = (),
        session: Session | None = None,
    ) -> bool:
        """Let the owner use a case under review; False while a second one has to.

        `person` is the agent's id; without one the name stands for it.

        Raises:
            CaseUnknown, CaseStateWrong, CaseWithoutAccount: it cannot be approved.
            EvidenceUnknown, EvidenceMissing, SamePerson: not like this.
        """
        approval = Approval(by, person or by.lower(), evidence)
        return self._deciding.approve(
            read_case_number(number), approval, session=session
        )

    def refuse(self, number: str, *, by: str, session: Session | None = None) -> None:
        """Close a case under review without letting it be used.

        Raises:
            CaseUnknown, CaseStateWrong: it cannot be refused.
        """
        self._deciding.refuse(read_case_number(number), by=by, session=session)

    def file(self, number: str) -> CaseFile:
        """A case for the team.

        Raises:
            CaseUnknown: no case has that number.
        """
        which = Case.number == read_case_number(number)
        for file in self._files(which):
            return file
        raise CaseUnknown

    def files(self, *, account_id: str | None = None) -> tuple[CaseFile, ...]:
        """Every case for the team, or those of one account; newest first."""
        which = () if account_id is None else (Case.account_id == account_id,)
        return self._files(*which)

    def forget_old(self) -> int:
        """Delete cases that ended long ago; counts them."""
        return self._deciding.forget_old()

    def _files(self, *which: ColumnElement[bool]) -> tuple[CaseFile, ...]:
        with reading(self._sessions) as session:
            cases = CaseRepository(session)
            listed = cases.listed(*which)
            seen: dict[str, list[Seen]] = {case.id: [] for case in listed}
            for each in cases.evidence(list(seen)):
                seen[each.case_id].append(Seen(each.kind, each.seen_by))
        return tuple(self._file(case, tuple(seen[case.id])) for case in listed)

    def _look_up(
        self, session: Session, conversation_id: str, number: str
    ) -> Case | None:
        """Count the look-up before it is made; one that finds something is forgiven.

        Raises:
            CaseLimit: nothing is looked up here for now.
        """
        key = f"case_number:{conversation_id}"
        again_in = self._throttles.admit_within(
            session, key, most=WRONG_NUMBERS, period=HOUR, now=self._clock.now()
        )
        if again_in:
            raise CaseLimit(again_in)
        case = CaseRepository(session).by_number(number)
        if case is not None:
            self._throttles.withdraw(session, key)
        return case

    def _own(self, conversation_id: str) -> tuple[CaseView, ...]:
        with self._sessions.begin() as session:
            seen = self._account_in_view(session, conversation_id)
            which = (
                Case.account_id == seen
                if seen
                else Case.conversation_id == conversation_id
            )
            cases = CaseRepository(session).listed(which)
        return tuple(self._shown(case, seen) for case in cases)

    def _account_in_view(self, session: Session, conversation_id: str) -> str | None:
        try:
            return self._proofs.require_view(session, conversation_id).account_id
        except ProofMissing:
            return None

    def _shown(self, case: Case, account_in_view: str | None) -> CaseView:
        if account_in_view is not None and case.account_id == account_in_view:
            return self._view(case)
        return self._outline(case)

    def _view(self, case: Case) -> CaseView:
        return CaseView(
            case.number,
            case.kind,
            case.state_at(self._clock.now()),
            case.opened_at,
            case.ready_at,
            case.good_until,
        )

    def _outline(self, case: Case) -> CaseView:
        """The same for every case of its age: risk and decision tell of an account."""
        wait = timedelta(0) if case.kind == "merge" else self._wait
        ready_at = case.opened_at + wait
        waits = self._clock.now() < ready_at
        return CaseView(
            case.number,
            case.kind,
            "waiting" if waits else "private",
            case.opened_at,
            ready_at,
            None,
        )

    def _file(self, case: Case, seen: tuple[Seen, ...]) -> CaseFile:
        recovers = case.kind in RECOVERING
        level = self._table.levels[case.risk]
        return CaseFile(
            **vars(self._view(case)),
            account_id=case.account_id,
            conversation_id=case.conversation_id,
            decided_at=case.decided_at,
            decided_by=case.decided_by,
            risk=case.risk,
            signals=tuple(case.signals),
            people=level.people if recovers else 1,
            evidence=level.evidence if recovers else 0,
            first_by=case.first_by,
            seen=seen,
        )
