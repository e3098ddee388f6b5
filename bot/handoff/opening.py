"""The opening of a case: everybody is answered alike, whoever's contact it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.accounts.models import new_id
from bot.accounts.notices import Notices
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions, within
from bot.handoff.case_numbers import new_case_number
from bot.handoff.errors import CaseLimit
from bot.handoff.models import Case, CaseKind
from bot.handoff.repository import CaseRepository
from bot.handoff.risk import CaseRisks
from bot.handoff.risk_table import RiskTable
from bot.settings import Settings
from bot.telephony.outbox import Outbox
from bot.verification.claims import Claim, Claims
from bot.verification.proofs import Proofs
from bot.verification.randomness import Randomness
from bot.verification.schedule import DAY
from bot.verification.throttles import Throttles

OPENINGS_A_DAY = 3


@dataclass(frozen=True)
class CaseOpened:
    """A case and the seconds until the team may decide it.

    `told`: its opener may know that there is such an account. Else the wait is the
    shortest there is: how risky a case is would tell that there is something to lose.
    """

    number: str
    wait: int
    told: bool


class Opening:
    """Opens cases and tells the owner, who can stop them."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        randomness: Randomness,
        claims: Claims,
        proofs: Proofs,
        throttles: Throttles,
        notices: Notices,
        undo_links: UndoLinks,
        journal: Journal,
        outbox: Outbox,
        risks: CaseRisks,
        table: RiskTable,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._wait = timedelta(seconds=settings.case_wait)
        self._good_for = timedelta(seconds=settings.case_approval_lifetime)
        self._risks = risks
        self._table = table
        self._randomness = randomness
        self._claims = claims
        self._proofs = proofs
        self._throttles = throttles
        self._notices = notices
        self._undo_links = undo_links
        self._journal = journal
        self._outbox = outbox

    def open(
        self, conversation_id: str, kind: CaseKind, *, session: Session | None = None
    ) -> CaseOpened:
        """Open a case for the account in view, else under the contact last given.

        Asked for again in the same conversation, it is the same case. With a `session`
        it joins the caller's transaction.

        Raises:
            NotSignedIn: there is neither.
            ProofMissing: accounts are merged for whoever proved one only.
            CaseLimit: as many as may be were opened today.
        """
        with within(session, self._sessions) as writing:
            if kind == "merge":
                self._proofs.require_view(writing, conversation_id)
            claim = self._claims.of(writing, conversation_id, "case")
            case = self._open(writing, conversation_id, kind, claim)
        self._outbox.wake()
        ready_at = case.ready_at if claim.proved else case.opened_at + self._wait
        wait = max(0, int((ready_at - self._clock.now()).total_seconds()))
        return CaseOpened(case.number, wait, claim.proved)

    def _open(
        self, session: Session, conversation_id: str, kind: CaseKind, claim: Claim
    ) -> Case:
        now, key = self._clock.now(), claim.limit_key
        # Whoever asks at the same moment waits here until this case is there.
        again_in = self._throttles.admit_within(
            session, key, most=OPENINGS_A_DAY, period=DAY, now=now
        )
        existing = CaseRepository(session).open_here(
            conversation_id, kind, of=_of(claim), now=now
        )
        if existing is None and again_in:
            raise CaseLimit(again_in)
        if existing is not None:
            if not again_in:
                self._throttles.withdraw(session, key)
            return existing
        return self._put(session, conversation_id, kind, claim)

    def _put(
        self, session: Session, conversation_id: str, kind: CaseKind, claim: Claim
    ) -> Case:
        now = self._clock.now()
        signals = self._risks.signals(session, claim.account_id, conversation_id)
        risk = self._table.risk(signals)
        wait = self._wait * (0 if kind == "merge" else self._table.levels[risk].wait)
        case = Case(
            id=new_id(),
            number=new_case_number(self._randomness),
            kind=kind,
            state="review" if kind == "merge" else "waiting",
            account_id=claim.account_id,
            conversation_id=conversation_id,
            limit_key=claim.limit_key,
            opened_at=now,
            ready_at=now + wait,
            risk=risk,
            signals=signals,
        )
        session.add(case)
        session.flush()
        self._tell(session, case)
        return case

    def _tell(self, session: Session, case: Case) -> None:
        now = self._clock.now()
        url = self._undo_links.offer(
            session,
            "case",
            account_id=case.account_id,
            # The owner has the last word until the case is used.
            lifetime=int((case.ready_at - now + self._good_for).total_seconds()),
            case_id=case.id,
        )
        self._notices.everywhere(
            session,
            case.account_id,
            "case_opened",
            former_since=now - self._table.reach_of_contacts,
            case=case.number,
            day=_day(case.ready_at),
            undo_url=url,
        )
        self._journal.note(
            session,
            "case_opened",
            account_id=case.account_id,
            conversation_id=case.conversation_id,
            case_id=case.id,
            kind=case.kind,
            risk=case.risk,
        )


def _of(claim: Claim) -> ColumnElement[bool]:
    """Cases of the same claim.

    Of a contact that is not proved it cannot be the account: the same number for two
    contacts would tell that both belong to it.
    """
    if claim.proved:
        return Case.account_id == claim.account_id
    return Case.limit_key == claim.limit_key


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
