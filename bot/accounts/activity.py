"""Activity: recent sign-ins at the website, and changes of the account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent, SignIn
from bot.database import Sessions, reading
from bot.verification.proofs import Proofs

# Of the journal's events, those that an owner would want to have made themselves.
CHANGES = (
    "number_added",
    "number_changed",
    "number_removed",
    "number_suspended",
    "number_claimed",
    "email_changed",
    "totp_enabled",
    "totp_removed",
    "recovery_codes_issued",
    "recovery_code_used",
    "deletion_scheduled",
    "deletion_cancelled",
    "case_opened",
    "account_secured",
    "undone",
)


@dataclass(frozen=True)
class ActivityView:
    """One thing that happened; a change tells no device and no place.

    `name` is `sign_in` or the journal's name of the change; `method` is how its maker
    was proved, where that is known.
    """

    kind: Literal["sign_in", "change"]
    name: str
    method: str
    device: str
    place: str
    succeeded: bool
    at: datetime


class Activity:
    """Tells what happened to the account that a conversation has proved."""

    def __init__(self, sessions: Sessions, proofs: Proofs) -> None:
        self._sessions = sessions
        self._proofs = proofs

    def recent(
        self, conversation_id: str, *, most: int = 5
    ) -> tuple[ActivityView, ...]:
        """The newest sign-ins and changes together, newest first.

        Raises:
            ProofMissing: the account may not be looked at here.
        """
        with reading(self._sessions) as session:
            account_id = self._proofs.require_view(session, conversation_id).account_id
            found = [
                *_sign_ins(session, account_id, most),
                *_changes(session, account_id, most),
            ]
        found.sort(key=lambda each: each.at, reverse=True)
        return tuple(found[:most])


def _sign_ins(session: Session, account_id: str, most: int) -> Iterator[ActivityView]:
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.account_id == account_id)
        .order_by(SignIn.at.desc(), SignIn.id)
        .limit(most)
    )
    for row in rows:
        yield ActivityView(
            "sign_in",
            "sign_in",
            row.method,
            row.device,
            row.place,
            row.succeeded,
            row.at,
        )


def _changes(session: Session, account_id: str, most: int) -> Iterator[ActivityView]:
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.account_id == account_id, AuditEvent.name.in_(CHANGES))
        .order_by(AuditEvent.at.desc(), AuditEvent.id)
        .limit(most)
    )
    for row in rows:
        method = str(row.data.get("method") or "")
        # The owner before hears that it was suspended; who took it, that it was taken.
        name = "number_claimed" if row.data.get("claimed") else row.name
        yield ActivityView("change", name, method, "", "", True, row.at)
