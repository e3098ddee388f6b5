"""The engine's memory, opened to be read only: nobody waits for it, nothing changes."""

from collections.abc import Sequence

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.database import read_url
from bot.engine.event_log import Entry, events, read_events


class NothingRecorded(Exception):
    """There is no memory of an engine at that address."""


class Recorded:
    """Reads what was said and done in conversations.

    Raises:
        NothingRecorded: the engine has never run.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect_to_read(url)
        try:
            self.since(float("inf"), limit=1)
        except (OperationalError, ProgrammingError):
            raise NothingRecorded from None

    def since(self, moment: float, *, limit: int | None = None) -> Sequence[str]:
        """The conversations heard since a moment (POSIX), the latest first."""
        query = (
            select(events.c.sender_id)
            .where(events.c.type_name == "user", events.c.timestamp >= moment)
            .group_by(events.c.sender_id)
            .order_by(func.max(events.c.id).desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return connection.scalars(query).all()

    def everything(self, sender_id: str) -> list[Entry]:
        """All events of a conversation, of all its sessions."""
        with self._engine.connect() as connection:
            return read_events(connection, sender_id)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def connect_to_read(url: str) -> Engine:
    """An engine whose database refuses every change."""
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        query = {"mode": "ro", "uri": "true"}
        file = parsed.set(database=f"file:{parsed.database}", query=query)
        return create_engine(file, connect_args={"timeout": 30}, hide_parameters=True)
    options = {"postgresql_readonly": True}
    return create_engine(parsed, execution_options=options, hide_parameters=True)
