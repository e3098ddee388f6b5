"""Alembic's environment; `bot.schema` passes the connection.

Write a revision: `python -m bot.schema "what it does"`. To write the first one anew,
delete `bot/migrations/versions/0001_*.py` before.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bot.database import UtcDateTime
from bot.schema import load_models


def render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own type as the plain one, so that revisions stand on their own."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_models(),
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
