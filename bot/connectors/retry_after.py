"""The header Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_of(told: str, now: datetime) -> float | None:
    """How long to wait from now on; None where it is neither."""
    if told.strip().isdecimal():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
