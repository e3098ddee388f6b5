"""The decision of a case: by the team, by the owner who stops it, and its use."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.accounts.errors import UndoImpossible
from bot.accounts.journal import Journal
from bot.accounts.models import Undo
from bot.accounts.notices import Notices
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions, within
from bot.handoff.approving import Approval, Approving
from bot.handoff.errors import CaseStateWrong, CaseUnknown
from bot.handoff.models import Case
from bot.handoff.repository import CaseRepository
from bot.handoff.risk_table import RiskTable
from bot.settings import Settings
from bot.telephony.outbox import Outbox
from bot.verification.errors import ProofMissing
from bot.verification.proofs import Proofs

# Long enough to prove a new number even when its code comes late. The case proves
# nothing alone, and the method beside it has to be fresh.
REDEEMED = timedelta(hours=1)
# So long a case that ended can still be asked for by its number.
KEPT = timedelta(days=90)


class Deciding:
    """Moves cases on; each move happens once, whatever races."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        proofs: Proofs,
        notices: Notices,
        journal: Journal,
        outbox: Outbox,
        approving: Approving,
        undo_links: UndoLinks,
        table: RiskTable,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._approving = approving
        self._undo_links = undo_links
        self._former = table.reach_of_contacts
        self._good_for = timedelta(seconds=settings.case_approval_lifetime)
        self._proofs = proofs
        self._notices = notices
        self._journal = journal
        self._outbox = outbox

    def advance(self) -> int:
        """Hand to the team what has waited long enough; counts the cases."""
        with self._sessions.begin() as session:
            return CaseRepository(session).advance(now=self._clock.now())

    def approve(
        self, number: str, approval: Approval, *, session: Session | None = None
    ) -> bool:
        """Let the owner use a case, for a while; False as long as a second one has to.

        Raises:
            As `Approving.approve`.
        """
        now = self._clock.now()
        with within(session, self._sessions) as writing:
            CaseRepository(writing).advance(now=now)
            case = self._approving.approve(
                writing, number, approval, now=now, good_until=now + self._good_for
            )
            approved = case.state == "approved"
            if approved:
                self._tell_approved(writing, case)
            else:
                self._note(writing, case, "case_first_approved", None)
        self._outbox.wake()
        return approved

    def refuse(self, number: str, *, by: str, session: Session | None = None) -> None:
        """Close a case without letting it be used.

        Raises:
            CaseUnknown, CaseStateWrong: it cannot be refused.
        """
        now = self._clock.now()
        with within(session, self._sessions) as writing:
            cases = CaseRepository(writing)
            cases.advance(now=now)
            case = cases.decide(number, "refused", by=by, now=now)
            if case is None:
                raise _refusal(cases, number)
            self._tell(writing, case, "case_refused")
        self._outbox.wake()

    def stop(self, session: Session, undo: Undo) -> None:
        """Cancel the case whose link the owner has used, in its transaction.

        Raises:
            UndoImpossible: it was refused, or has been used.
        """
        case = CaseRepository(session).stop(
            undo.data["case_id"],
            account_id=undo.account_id or "",
            now=self._clock.now(),
        )
        if case is None:
            raise UndoImpossible
        self._tell(session, case, "case_cancelled")

    def redeem(self, conversation_id: str) -> bool:
        """Use an approved case of the account in view as a proof; False without one.

        It counts together with another method only. When nothing came of it, it can be
        used once more, as long as it is good.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            try:
                seen = self._proofs.require_view(session, conversation_id)
            except ProofMissing:
                return False
            case = CaseRepository(session).use_approved(
                seen.account_id, now=now, again_after=REDEEMED
            )
            if case is None:
                return False
            self._grant(session, conversation_id, case, now)
        return True

    def _grant(
        self, session: Session, conversation_id: str, case: Case, now: datetime
    ) -> None:
        self._proofs.grant(
            session,
            conversation_id,
            case.account_id or "",
            method="case",
            scope="view",
            until=now + REDEEMED,
        )
        self._note(session, case, "case_redeemed", conversation_id)

    def forget_old(self) -> int:
        """Delete cases that ended long ago; counts them. The journal's events stay."""
        with self._sessions.begin() as session:
            return CaseRepository(session).forget(before=self._clock.now() - KEPT)

    def _tell_approved(self, session: Session, case: Case) -> None:
        """Tell every contact, also those that were: it is the last that can stop it."""
        url = self._undo_links.offer(
            session,
            "case",
            account_id=case.account_id,
            lifetime=int(self._good_for.total_seconds()),
            case_id=case.id,
        )
        self._notices.everywhere(
            session,
            case.account_id,
            "case_approved",
            former_since=self._clock.now() - self._former,
            case=case.number,
            day=(case.good_until or case.ready_at).date().isoformat(),
            undo_url=url,
        )
        self._note(session, case, "case_approved", None)

    def _tell(self, session: Session, case: Case, name: str) -> None:
        self._notices.mail(session, case.account_id, name, case=case.number)
        self._note(session, case, name, None)

    def _note(
        self, session: Session, case: Case, name: str, conversation_id: str | None
    ) -> None:
        self._journal.note(
            session,
            name,
            account_id=case.account_id,
            conversation_id=conversation_id,
            case_id=case.id,
            kind=case.kind,
        )


def _refusal(cases: CaseRepository, number: str) -> CaseUnknown | CaseStateWrong:
    case = cases.by_number(number)
    return CaseUnknown() if case is None else CaseStateWrong(case.state)
