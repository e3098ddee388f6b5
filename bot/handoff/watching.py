"""Watching: whether the numbers of a case's account changed their card or holder.

Asked after the case was opened and beside it, so that neither the answer nor how long
it takes tells a stranger anything.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update

from bot.accounts.directory import AccountDirectory
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.handoff.models import Case, CaseSignal
from bot.handoff.repository import RECOVERING
from bot.handoff.risk_table import RiskTable
from bot.telephony.risks import Risks, VerifiedOn

FOUND: tuple[CaseSignal, ...] = ("sim_swap", "reassigned")
AT_A_TIME = 20


class CaseWatch:
    """Looks every case's numbers up once, where look-ups are on."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        directory: AccountDirectory,
        table: RiskTable,
        risks: Risks | None,
        verified_on: VerifiedOn,
        *,
        wait: int,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._directory = directory
        self._table = table
        self._risks = risks
        self._verified_on = verified_on
        self._wait = timedelta(seconds=wait)

    def watch(self) -> int:
        """Look up the numbers of cases that were not looked at yet; counts the cases.

        Nothing is open in the database while somebody else is asked.
        """
        if self._risks is None:
            return 0
        numbers = self._numbers()
        for case_id, theirs in numbers.items():
            self._settle(case_id, self._found(self._risks, theirs))
        return len(numbers)

    def _numbers(self) -> dict[str, list[str]]:
        with reading(self._sessions) as session:
            cases = session.execute(
                select(Case.id, Case.account_id)
                .where(
                    Case.state.in_(("waiting", "review")),
                    Case.kind.in_(RECOVERING),
                    Case.account_id.is_not(None),
                    Case.lines_seen_at.is_(None),
                )
                .order_by(Case.opened_at, Case.id)
                .limit(AT_A_TIME)
            ).all()
            return {
                case_id: [
                    number.value
                    for number in self._directory.numbers(session, account_id or "")
                ]
                for case_id, account_id in cases
            }

    def _found(self, risks: Risks, numbers: Iterable[str]) -> list[CaseSignal]:
        told = {
            risks.of(number, verified_on=self._verified_on(number))
            for number in numbers
        }
        return [name for name in FOUND if name in told]

    def _settle(self, case_id: str, found: list[CaseSignal]) -> None:
        """Note what was found; a case that still waits may have to wait longer."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            case = session.scalars(
                update(Case)
                .where(Case.id == case_id, Case.lines_seen_at.is_(None))
                .values(lines_seen_at=now)
                .returning(Case)
            ).one_or_none()
            if case is None or not found:
                return
            self._table.add(case, found)
            if case.state == "waiting":
                wait = self._wait * self._table.levels[case.risk].wait
                case.ready_at = max(case.ready_at, case.opened_at + wait)
