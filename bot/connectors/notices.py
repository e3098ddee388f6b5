"""Notices: whether a webhook is to be believed, and what it tells."""

import hmac
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.connectors.errors import NotSigned, Unreadable

# How long a webhook is believed after it was signed, and how far clocks may differ.
FRESH = timedelta(minutes=5)

Shape = TypeVar("Shape", bound=BaseModel)


class Told(BaseModel):
    """A part of what a webhook brings; ids are numbers there."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


def read_told(shape: type[Shape], body: bytes) -> Shape:
    """What a webhook's body tells.

    Raises:
        Unreadable: nothing of this shape.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        raise Unreadable from None


def require_signed(secret: str, signature: str, given: str) -> None:
    """Believe what has the signature that our `secret` gives.

    Raises:
        NotSigned: it has another, or there is no secret: then anybody could sign.
    """
    same = hmac.compare_digest(signature.encode(), given.encode())
    if not secret or not same:
        raise NotSigned


def require_fresh(seconds: float, now: datetime) -> None:
    """Believe what was signed lately, by its time (seconds since 1970).

    Raises:
        NotSigned: somebody may send it once more.
    """
    if abs(now.timestamp() - seconds) > FRESH.total_seconds():
        raise NotSigned
