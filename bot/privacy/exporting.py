"""Export: everything that is kept about one person, for that person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Sessions, reading
from bot.privacy.cipher import Cipher
from bot.privacy.holdings import HOLDINGS
from bot.privacy.subjects import rows_of, subject_of

Row = dict[str, Any]
# Whoever carries the export to the person must not be able to use it: no codes, no
# links, no app's secret, nothing that a secret is recognised by.
SECRET = (
    *("_hmac", "_hash", "fingerprint", "secret_encrypted", "body_encrypted"),
    *("value_encrypted", "limit_key", "provider_id", "last_totp_step", "turn_holder"),
)
SEALED = "_encrypted"


class Export:
    """Reads every table that holds something about a person, and the engine."""

    def __init__(
        self,
        sessions: Sessions,
        cipher: Cipher,
        remembered: Callable[[str], Sequence[Mapping[str, Any]]],
    ) -> None:
        self._sessions = sessions
        self._cipher = cipher
        self._remembered = remembered

    def of(self, account_id: str) -> dict[str, Any]:
        """Rows by table, and what the engine remembers by conversation; for JSON.

        Raises:
            PersonUnknown: there is no such account.
        """
        with reading(self._sessions) as session:
            subject = subject_of(session, account_id)
            tables: dict[str, Any] = {
                name: self._rows(session, *rows_of(name, subject)) for name in HOLDINGS
            }
        engine = {each: self._remembered(each) for each in subject.conversations}
        return tables | {"engine": engine}

    def _rows(self, session: Session, of: Any, theirs: Any) -> list[Row]:
        query = select(of).where(theirs).order_by(*of.primary_key.columns)
        return [self._row(row) for row in session.execute(query).mappings()]

    def _row(self, row: Mapping[Any, Any]) -> Row:
        return {
            str(name).removesuffix(SEALED): self._plain(value)
            for name, value in row.items()
            if not str(name).endswith(SECRET)
        }

    def _plain(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, bytes):
            return self._cipher.decrypt(value) if value else ""
        return value
