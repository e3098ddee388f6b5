"""The command `traffic`: what everybody's codes add up to, and the breaker."""

from typing import Any

from bot.verification.traffic import Traffic


class BreakerNotTripped(Exception):
    """There is nothing to close."""


def show(traffic: Traffic) -> dict[str, Any]:
    """What is full, since when, and how many codes of the last hours were used."""
    return {
        "full": [
            {"name": each.name, "since": each.since.isoformat()}
            for each in traffic.full()
        ],
        "last_six_hours": [
            {"country": each.country, "sent": each.sent, "used": each.used}
            for each in traffic.conversions()
        ],
    }


def close(traffic: Traffic) -> dict[str, Any]:
    """Let codes leave again, and show what is left.

    Raises:
        BreakerNotTripped: they leave as it is.
    """
    if not traffic.close_breaker():
        raise BreakerNotTripped
    return show(traffic)
