"""The rows of the tracker store: events, and how far back one has to read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from bot.database import READS_ONLY

Entry = dict[str, Any]
# Rows of one transaction, so that the engine is not kept waiting.
BATCH = 500

metadata = MetaData()
Key = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "engine_event",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("sender_id", String(128), nullable=False),
    Column("type_name", String(64), nullable=False),
    Column("timestamp", Float),
    # Of the message whose turn the event belongs to, on all events of the turn.
    Column("message_id", String(128)),
    Column("data", Text, nullable=False),
    Index("ix_engine_event_sender_id_id", "sender_id", "id"),
    Index("ix_engine_event_sender_id_message_id", "sender_id", "message_id"),
)
# Two engines that were given the same message cannot both store a turn for it.
Index(
    "uq_engine_event_message",
    events.c.sender_id,
    events.c.message_id,
    unique=True,
    sqlite_where=events.c.type_name == "user",
    postgresql_where=events.c.type_name == "user",
)

checkpoints = Table(
    "engine_checkpoint",
    metadata,
    Column("sender_id", String(128), primary_key=True),
    Column("event_id", Key, nullable=False),
    Column("data", Text, nullable=False),
)


@dataclass(frozen=True)
class Checkpoint:
    """What stands for all events of a conversation but the latest `kept` ones.

    `state` sets slots, loop and pause; `turns` are what counts of the last turns.
    """

    kept: int
    state: Sequence[Entry] = ()
    turns: Sequence[Entry] = ()


@dataclass(frozen=True)
class Tail:
    """The latest events, after `checkpoint` when there is one."""

    events: Sequence[Entry]
    checkpoint: Checkpoint | None = None


class EventLog:
    """Appends and reads the events of conversations; every call is a transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Who only reads waits for no writer, not even one that waits for the disk.
        self._reader = engine.execution_options(**{READS_ONLY: True})
        metadata.create_all(engine)

    @property
    def is_local(self) -> bool:
        """Whether the rows are in a file beside the engine."""
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def append(
        self,
        sender_id: str,
        entries: Sequence[Entry],
        *,
        message_id: str | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        """Store the events of one turn, and from where to read the next time.

        Raises:
            IntegrityError: a turn for `message_id` is stored already.
        """
        rows = [_row(sender_id, message_id, entry) for entry in entries]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert(events), rows)
            if checkpoint:
                _replace_checkpoint(connection, sender_id, checkpoint)

    def tail(self, sender_id: str) -> Tail:
        """The events since the checkpoint, or all."""
        newest = select(checkpoints).where(checkpoints.c.sender_id == sender_id)
        with self._reader.begin() as connection:
            found = connection.execute(newest).one_or_none()
            after = found.event_id if found else 0
            entries = read_events(connection, sender_id, events.c.id > after)
        return Tail(entries, _checkpoint(found, len(entries)))

    def everything(self, sender_id: str) -> list[Entry]:
        """All events of the conversation, of all its sessions."""
        with self._reader.begin() as connection:
            return read_events(connection, sender_id)

    def turn(self, sender_id: str, message_id: str) -> list[Entry]:
        """The events of the turn that answered a message; none if there was none."""
        with self._reader.begin() as connection:
            return read_events(connection, sender_id, events.c.message_id == message_id)

    def senders(self) -> list[str]:
        """The ids of all conversations."""
        with self._reader.begin() as connection:
            return list(connection.scalars(select(events.c.sender_id).distinct()))

    def forget(self, sender_id: str) -> None:
        """Delete everything about one conversation."""
        with self._engine.begin() as connection:
            for table in (events, checkpoints):
                connection.execute(delete(table).where(table.c.sender_id == sender_id))

    def forget_before(self, moment: float) -> int:
        """Delete the events of before a moment (seconds since 1970); counts them.

        Rows are in the order of their making, so that only the first are looked at.
        """
        count = 0
        while gone := self._forget_first(moment):
            count += gone
        with self._engine.begin() as connection:
            with_events = select(events.c.sender_id).where(
                events.c.sender_id == checkpoints.c.sender_id
            )
            connection.execute(delete(checkpoints).where(~with_events.exists()))
        return count

    def _forget_first(self, moment: float) -> int:
        first = select(events.c.id, events.c.timestamp).order_by(events.c.id)
        with self._engine.begin() as connection:
            old = [
                row.id
                for row in connection.execute(first.limit(BATCH))
                if (row.timestamp or 0) < moment
            ]
            connection.execute(delete(events).where(events.c.id.in_(old)))
        return len(old)


def _row(sender_id: str, message_id: str | None, entry: Entry) -> dict[str, Any]:
    return {
        "sender_id": sender_id,
        "type_name": entry["event"],
        "timestamp": entry.get("timestamp"),
        "message_id": message_id,
        "data": json.dumps(entry),
    }


def read_events(
    connection: Connection, sender_id: str, *conditions: Any
) -> list[Entry]:
    """A conversation's events that meet the conditions, in order."""
    query = select(events.c.data).where(events.c.sender_id == sender_id, *conditions)
    return [json.loads(data) for data in connection.scalars(query.order_by("id"))]


def _checkpoint(row: Row[Any] | None, kept: int) -> Checkpoint | None:
    return Checkpoint(kept, **json.loads(row.data)) if row else None


def _replace_checkpoint(
    connection: Connection, sender_id: str, checkpoint: Checkpoint
) -> None:
    ids = select(events.c.id).where(events.c.sender_id == sender_id)
    last = ids.order_by(events.c.id.desc()).offset(checkpoint.kept).limit(1)
    mine = checkpoints.c.sender_id == sender_id
    connection.execute(delete(checkpoints).where(mine))
    row = {
        "sender_id": sender_id,
        "event_id": connection.scalar(last) or 0,
        "data": json.dumps({"state": checkpoint.state, "turns": checkpoint.turns}),
    }
    connection.execute(insert(checkpoints), row)
