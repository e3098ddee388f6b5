"""Writing facts, so that writing one again changes nothing."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.accounts.models import new_id
from bot.database import Base, insert_new


def keep(
    session: Session,
    model: type[Base],
    key: InstrumentedAttribute[Any],
    value: str,
    **values: object,
) -> None:
    """Keep the one fact whose `key` has a value, as it is now."""
    insert_new(session, model, id=new_id(), **{key.key: value}, **values)
    session.execute(update(model).where(key == value).values(**values))
