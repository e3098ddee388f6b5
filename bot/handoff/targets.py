"""Targets: by when somebody is to be answered, and their matter to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.documents import parse
from bot.handoff.errors import HoursUnreadable
from bot.handoff.hours import Hours, around_the_clock, read_hours
from bot.handoff.models import Priority

HOURS_FILE = Path(__file__).with_name("hours.yml")
PRIORITIES: tuple[Priority, ...] = get_args(Priority)


@dataclass(frozen=True)
class Target:
    """How much of the team's time may pass until then."""

    first_response: timedelta
    resolution: timedelta


@dataclass(frozen=True)
class Dues:
    """By when the first answer and the end of a request are due."""

    first_response: datetime
    resolution: datetime


@dataclass(frozen=True)
class Schedule:
    """The team's hours, and its targets by priority."""

    hours: Hours
    targets: Mapping[Priority, Target]

    def dues(self, priority: Priority, requested_at: datetime) -> Dues:
        """What is due when, for a request of that moment."""
        target = self.targets[priority]
        return Dues(
            self.hours.after(requested_at, target.first_response),
            self.hours.after(requested_at, target.resolution),
        )


def load_schedule(path: Path | None = None, *, always_open: bool = False) -> Schedule:
    """Read `hours.yml`; `always_open` takes its targets only.

    Raises:
        HoursUnreadable: a part is missing or wrong; it is named.
    """
    told = _read(Path(path or HOURS_FILE))
    hours = around_the_clock() if always_open else read_hours(told)
    return Schedule(hours, {each: _target(told, each) for each in PRIORITIES})


def _read(path: Path) -> dict[str, Any]:
    try:
        told = parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise HoursUnreadable("file") from None
    if not isinstance(told, dict):
        raise HoursUnreadable("file")
    return told


def _target(told: Mapping[str, Any], priority: Priority) -> Target:
    try:
        minutes = told["targets"][priority]
        return Target(
            timedelta(minutes=float(minutes["first_response"])),
            timedelta(minutes=float(minutes["resolution"])),
        )
    except (KeyError, TypeError, ValueError):
        raise HoursUnreadable("targets") from None
