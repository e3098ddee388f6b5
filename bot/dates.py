"""Moments and durations as a person says them, in the person's language."""

from datetime import datetime, timedelta

from babel.dates import format_date, format_timedelta


def on_day(moment: datetime, language: str) -> str:
    """A day, such as `March 4, 2026` or `4 de marzo de 2026`."""
    return format_date(moment, format="long", locale=language)


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
