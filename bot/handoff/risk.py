"""Risk: what speaks for taking time over a case, all of it from rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent, SignIn
from bot.clock import Clock
from bot.handoff.models import CaseSignal
from bot.handoff.risk_table import RiskTable
from bot.verification.authenticators import Authenticators
from bot.verification.models import Method
from bot.verification.proofs import Proofs

EVENTS: dict[str, CaseSignal] = {
    "number_added": "number_moved",
    "number_changed": "number_moved",
    "number_removed": "number_moved",
    "email_changed": "email_moved",
    "number_suspended": "number_suspended",
    "undone": "undone",
    "case_cancelled": "case_stopped",
}
# What each method shows that the account still has.
SHOWN: dict[Method, str] = {
    "sms": "sms",
    "voice": "sms",
    "totp": "totp",
    "recovery_code": "recovery_codes",
}
# So far back go the places that are known.
KNOWN = timedelta(days=365)


class CaseRisks:
    """Finds the signals of an account, in the caller's transaction.

    Without an account the same is asked of the database, so that it takes as long.
    """

    def __init__(
        self,
        clock: Clock,
        table: RiskTable,
        authenticators: Authenticators,
        proofs: Proofs,
    ) -> None:
        self._clock = clock
        self._table = table
        self._authenticators = authenticators
        self._proofs = proofs

    def signals(
        self, session: Session, account_id: str | None, conversation_id: str
    ) -> list[CaseSignal]:
        """Everything that was found, in the table's order; some of it twice."""
        theirs = account_id or ""
        proved = self._proofs.of_account(session, conversation_id, theirs)
        found = {
            "factors_lost": self._lost(session, theirs, {p.method for p in proved}),
            "new_place": int(self._is_new_place(session, theirs)),
            "unproved": int(not proved),
            **dict.fromkeys(self._events(session, theirs), 1),
        }
        return [
            name
            for name, signal in self._table.signals.items()
            for _ in range(min(found.get(name, 0), signal.most))
        ]

    def _lost(
        self, session: Session, account_id: str, methods: Iterable[Method]
    ) -> int:
        """How many kinds of proof the account has that were not given."""
        kinds = set(self._authenticators.count_usable(session, account_id))
        return len(kinds - {SHOWN.get(method) for method in methods})

    def _events(self, session: Session, account_id: str) -> set[CaseSignal]:
        now = self._clock.now()
        rows = session.execute(
            select(AuditEvent.name, func.max(AuditEvent.at))
            .where(AuditEvent.account_id == account_id, AuditEvent.name.in_(EVENTS))
            .group_by(AuditEvent.name)
        )
        return {EVENTS[name] for name, at in rows if self._is_near(name, at, now)}

    def _is_near(self, event: str, at: datetime, now: datetime) -> bool:
        return now - at <= self._table.signals[EVENTS[event]].reach

    def _is_new_place(self, session: Session, account_id: str) -> bool:
        """Whether somebody came in from where, or with what, nobody ever did before."""
        now = self._clock.now()
        since = now - self._table.signals["new_place"].reach
        rows = session.execute(
            select(SignIn.device, SignIn.place, SignIn.at).where(
                SignIn.account_id == account_id,
                SignIn.succeeded,
                SignIn.at > now - KNOWN,
            )
        ).all()
        return _is_new(
            [(device, place) for device, place, at in rows if at > since],
            [(device, place) for device, place, at in rows if at <= since],
        )


def _is_new(
    lately: Sequence[tuple[str, str]], before: Sequence[tuple[str, str]]
) -> bool:
    """An account without a past has no new places."""
    places = {place for _, place in before}
    devices = {device for device, _ in before}
    return bool(before) and any(
        place not in places or device not in devices for device, place in lately
    )
