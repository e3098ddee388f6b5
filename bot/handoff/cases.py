"""Cases: opened by whoever cannot get in, looked up by number, decided by the team."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.handoff.case_numbers import read_case_number
from bot.handoff.deciding import Deciding
from bot.handoff.errors import CaseLimit, CaseUnknown
from bot.handoff.models import Case, CaseKind, CaseStanding
from bot.handoff.opening import CaseOpened, Opening
from bot.handoff.repository import CaseRepository
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
class CaseFile(CaseView):
    """A case as the team sees it; without an account nobody can be helped by it."""

    account_id: str | None
    conversation_id: str
    decided_at: datetime | None
    decided_by: str | None


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
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._throttles = throttles
        self._opening = opening
        self._deciding = deciding

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

        Raises:
            CaseUnknown: no case has that number.
            CaseLimit: too many wrong numbers were tried here.
        """
        if number_text is None:
            return self._own(conversation_id)
        number = read_case_number(number_text)
        with self._sessions.begin() as session:
            case = self._look_up(session, conversation_id, number)
        if case is None:
            raise CaseUnknown
        return (self._view(case),)

    def redeem(self, conversation_id: str) -> bool:
        """Use an approved case of the account in view as a proof beside another."""
        return self._deciding.redeem(conversation_id)

    def advance(self) -> int:
        """Hand to the team what has waited long enough; counts the cases."""
        return self._deciding.advance()

    def approve(self, number: str, *, by: str, session: Session | None = None) -> None:
        """Let the owner use a case under review, for a while.

        Raises:
            CaseUnknown, CaseStateWrong, CaseWithoutAccount: it cannot be approved.
        """
        self._deciding.approve(read_case_number(number), by=by, session=session)

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
        with self._sessions.begin() as session:
            case = CaseRepository(session).by_number(read_case_number(number))
        if case is None:
            raise CaseUnknown
        return self._file(case)

    def files(self, *, account_id: str | None = None) -> tuple[CaseFile, ...]:
        """Every case for the team, or those of one account; newest first."""
        which = () if account_id is None else (Case.account_id == account_id,)
        with self._sessions.begin() as session:
            return tuple(map(self._file, CaseRepository(session).listed(*which)))

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
            try:
                seen = self._proofs.require_view(session, conversation_id)
            except ProofMissing:
                which = Case.conversation_id == conversation_id
            else:
                which = Case.account_id == seen.account_id
            return tuple(map(self._view, CaseRepository(session).listed(which)))

    def _view(self, case: Case) -> CaseView:
        return CaseView(
            case.number,
            case.kind,
            case.state_at(self._clock.now()),
            case.opened_at,
            case.ready_at,
            case.good_until,
        )

    def _file(self, case: Case) -> CaseFile:
        return CaseFile(
            **vars(self._view(case)),
            account_id=case.account_id,
            conversation_id=case.conversation_id,
            decided_at=case.decided_at,
            decided_by=case.decided_by,
        )
