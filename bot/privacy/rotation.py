"""Rotation: everything that is encrypted moves under the present secret."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table, and_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.database import Base, Sessions, reading
from bot.privacy.cipher import Cipher
from bot.privacy.errors import ValueUnreadable
from bot.privacy.kept_keys import KeptKeys

SEALED = "_encrypted"
BATCH = 200
Counts = dict[str, dict[str, int]]


class Rotation:
    """Works beside the app, in small transactions; done again, it goes on.

    A value that is written meanwhile is under the present secret already, and a row
    that changed since it was read is left as it is.
    """

    def __init__(self, sessions: Sessions, cipher: Cipher, kept: KeptKeys) -> None:
        self._sessions = sessions
        self._cipher = cipher
        self._kept = kept

    def rotate(self) -> dict[str, int]:
        """Encrypt anew what is under an old secret; counts it by column."""
        self._kept.keep()
        moved: dict[str, int] = {}
        for of, column in _sealed_columns():
            for rows in self._batches(of, column):
                with self._sessions.begin() as session:
                    done = sum(self._move(session, of, column, row) for row in rows)
                if done:
                    name = f"{of.name}.{column.name}"
                    moved[name] = moved.get(name, 0) + done
        return moved

    def status(self) -> Counts:
        """How many values are under the present secret, an old one, and none."""
        counts: Counts = {}
        for of, column in _sealed_columns():
            found = {"current": 0, "old": 0, "unreadable": 0}
            for rows in self._batches(of, column):
                for row in rows:
                    found[self._standing(row[-1])] += 1
            if any(found.values()):
                counts[f"{of.name}.{column.name}"] = found
        return counts

    def _standing(self, sealed: bytes) -> str:
        try:
            return "current" if self._cipher.is_current(sealed) else "old"
        except ValueUnreadable:
            return "unreadable"

    def _move(
        self, session: Session, of: Table, column: Column[bytes], row: Any
    ) -> bool:
        *key, sealed = tuple(row)
        if self._standing(sealed) != "old":
            return False
        anew = self._cipher.encrypt(self._cipher.decrypt(sealed))
        same = zip(of.primary_key.columns, key, strict=True)
        changed = session.execute(
            update(of)
            .where(and_(*(each == value for each, value in same)), column == sealed)
            .values({column: anew})
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]

    def _batches(self, of: Table, column: Column[bytes]) -> Iterator[Sequence[Any]]:
        """Rows of the key's columns and the value, those that have a value."""
        key = list(of.primary_key.columns)
        wanted = select(*key, column).where(column.is_not(None), column != b"")
        last: Any = None
        while True:
            query = wanted.order_by(*key).limit(BATCH)
            if last is not None:
                query = query.where(_after(key, last))
            with reading(self._sessions) as session:
                rows = session.execute(query).all()
            if not rows:
                return
            yield rows
            last = rows[-1]


def _after(key: Sequence[Column[Any]], last: Any) -> Any:
    return tuple_(*key) > tuple(last[: len(key)])


def _sealed_columns() -> list[tuple[Table, Column[Any]]]:
    return [
        (of, column)
        for of in Base.metadata.sorted_tables
        for column in of.columns
        if column.name.endswith(SEALED)
    ]
