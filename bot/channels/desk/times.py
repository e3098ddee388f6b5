"""Moments and waits on the desk's pages, as short as lists need them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from bot.desk.cards import Ticket


@dataclass(frozen=True)
class Promise:
    """The next target of a request that is not met: which, when, and whether late."""

    name: str
    at: datetime
    late: bool


def promise_of(ticket: Ticket) -> Promise | None:
    """What the team owes next; nothing once the request is closed."""
    if ticket.state == "closed":
        return None
    if ticket.first_reply_at is None:
        return Promise("first", ticket.first_response_due, ticket.first_response_late)
    return Promise("resolution", ticket.resolution_due, ticket.resolution_late)


def is_late(ticket: Ticket) -> bool:
    """Whether an open request waits longer than was promised."""
    promise = promise_of(ticket)
    return promise is not None and promise.late


def lasting(time: timedelta) -> str:
    """A wait in its two largest units, such as `4 min`, `2 h 5 min`, `3 d 1 h`."""
    minutes = max(0, int(time.total_seconds() // 60))
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def shown(at: datetime, style: str, language: str, zone: ZoneInfo) -> str:
    """A moment in the team's time zone; scripts put it into the agent's own."""
    local = at.astimezone(zone)
    if style == "time":
        return format_time(local, "short", tzinfo=zone, locale=language)
    if style == "day":
        return format_date(local, "full", locale=language)
    if style == "date":
        return format_date(local, "medium", locale=language)
    skeleton = "short" if style == "short" else "medium"
    return format_datetime(local, skeleton, tzinfo=zone, locale=language)


def waited(seconds: float) -> str:
    """Seconds as a wait; less than a minute is told in seconds."""
    return f"{seconds:.0f} s" if seconds < 60 else lasting(timedelta(seconds=seconds))
