"""Moments and durations as a person says them, in the person's language."""

from datetime import UTC, datetime, timedelta

from babel.dates import format_date, format_datetime, format_timedelta


def on_day(moment: datetime, language: str) -> str:
    """A day, such as `March 4, 2026` or `4 de marzo de 2026`."""
    return format_date(moment, format="long", locale=language)


def at_time(moment: datetime, language: str) -> str:
    """A day and an hour, such as `March 4, 2026, 9:30:00 PM UTC`."""
    return format_datetime(moment, format="long", tzinfo=UTC, locale=language)


def ago(seconds: float, language: str) -> str:
    """How long something lies back, such as `3 minutes ago`, `hace 3 minutos`."""
    elapsed = timedelta(seconds=-max(1, seconds))
    return format_timedelta(
        elapsed, granularity="second", add_direction=True, locale=language
    )


def until(seconds: float, language: str) -> str:
    """How long something is away, such as `in 2 minutes`, `dentro de 2 minutos`."""
    remaining = timedelta(seconds=max(1, seconds))
    return format_timedelta(
        remaining, granularity="second", add_direction=True, locale=language
    )
