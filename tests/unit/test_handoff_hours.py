"""When the team is there, and time that counts, summer time and holidays included."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.handoff.errors import HoursUnreadable
from bot.handoff.hours import Hours, around_the_clock, read_hours
from bot.handoff.targets import load_schedule
from tests.unit.world import outcome

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def hours(**told: Any) -> Hours:
    week = {name: ["09:00-17:00"] for name in WEEKDAYS}
    return read_hours({"zone": "America/New_York", "open": week} | told)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2030-01-02 13:59:59", False),
        ("2030-01-02 14:00:00", True),
        ("2030-01-02 21:59:59", True),
        ("2030-01-02 22:00:00", False),
        ("2030-01-05 15:00:00", False),  # a Saturday
        ("2030-07-02 13:00:00", True),  # summer time
        ("2030-07-02 21:00:00", False),
    ],
)
def test_the_team_is_there_by_the_clock_on_its_wall(moment: str, is_open: bool) -> None:
    assert hours().is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2030-01-02 15:00", "2030-01-02 15:00"),
        ("2030-01-02 08:00", "2030-01-02 14:00"),
        ("2030-01-04 22:00", "2030-01-07 14:00"),  # over a weekend
        ("2030-03-08 23:00", "2030-03-11 13:00"),  # summer time begins on it
    ],
)
def test_it_is_known_when_the_team_is_back(moment: str, opens: str) -> None:
    assert hours().next_opening(at(moment)) == at(opens)


def test_a_holiday_of_every_year_and_one_of_a_single_year_are_left_out() -> None:
    closed = hours(holidays=["01-01", "2030-01-02"])
    assert closed.next_opening(at("2029-12-31 23:00")) == at("2030-01-03 14:00")
    assert closed.next_opening(at("2031-01-01 15:00")) == at("2031-01-02 14:00")


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2030-01-02 14:00", 30, "2030-01-02 14:30"),
        ("2030-01-02 21:45", 30, "2030-01-03 14:15"),
        ("2030-01-02 03:00", 480, "2030-01-02 22:00"),
        ("2030-01-04 21:30", 60, "2030-01-07 14:30"),
        ("2030-03-08 21:30", 60, "2030-03-11 13:30"),
        ("2030-11-01 20:30", 60, "2030-11-04 14:30"),  # and when it ends
    ],
)
def test_only_the_teams_own_time_counts(start: str, minutes: int, end: str) -> None:
    due = hours().after(at(start), timedelta(minutes=minutes))
    assert due == at(end)
    assert hours().between(at(start), due) == timedelta(minutes=minutes)


def test_a_day_on_which_the_clock_is_put_forward_has_an_hour_less() -> None:
    sunday = hours(open={"sunday": ["00:00-24:00"]})
    start = at("2030-03-10 05:00")
    assert sunday.between(start, at("2030-03-11 05:00")) == timedelta(hours=23)
    assert sunday.after(start, timedelta(hours=23)) == at("2030-03-11 04:00")


def test_a_day_on_which_it_is_put_back_has_one_more() -> None:
    sunday = hours(open={"sunday": ["00:00-24:00"]})
    start, end = at("2030-11-03 04:00"), at("2030-11-04 05:00")
    assert sunday.between(start, end) == timedelta(hours=25)


def test_a_break_at_noon_does_not_count() -> None:
    split = hours(open={"wednesday": ["09:00-12:00", "13:00-17:00"]})
    assert not split.is_open(at("2030-01-02 17:30"))
    due = split.after(at("2030-01-02 16:30"), timedelta(hours=1))
    assert due == at("2030-01-02 18:30")


def test_around_the_clock_every_moment_counts() -> None:
    start = at("2030-01-01 00:00")
    assert around_the_clock().is_open(start)
    assert around_the_clock().after(start, timedelta(days=3)) == start + timedelta(3)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("zone", {"zone": "America/Nowhere"}),
        ("zone", {"zone": None}),
        ("zone", {"zone": "../etc/passwd"}),
        ("open", {"open": {}}),
        ("open", {"open": {"monday": []}}),
        ("open", {"open": {"moonday": ["09:00-17:00"]}}),
        ("open", {"open": {"monday": ["9-17"]}}),
        ("open", {"open": {"monday": ["17:00-09:00"]}}),
        ("open", {"open": {"monday": ["09:00-24:30"]}}),
        ("holidays", {"holidays": ["02-30"]}),
        ("holidays", {"holidays": ["Christmas"]}),
    ],
)
def test_hours_that_cannot_be_read_name_the_part(
    part: str, told: dict[str, Any]
) -> None:
    with pytest.raises(HoursUnreadable) as refused:
        hours(**told)
    assert refused.value.part == part


@pytest.mark.parametrize("text", ["a: [", "- 1", "\xff", None])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "hours.yml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(HoursUnreadable) as refused:
        load_schedule(path)
    assert refused.value.part == "file"


def test_a_team_that_is_never_back_is_a_mistake() -> None:
    days = [f"{day:%m-%d}" for day in map(_day_of_2028, range(366))]
    closed = hours(holidays=days)
    assert outcome(closed.next_opening, at("2030-01-01 00:00")) is HoursUnreadable


def test_what_is_due_depends_on_the_priority() -> None:
    schedule = load_schedule()
    moment = at("2030-01-02 15:00")
    dues = [schedule.dues(each, moment) for each in ("urgent", "high", "normal", "low")]
    first = [due.first_response for due in dues]
    assert first == sorted(set(first)) and first[0] == moment + timedelta(minutes=5)
    last = [due.resolution for due in dues]
    assert last == sorted(set(last))


def test_a_priority_without_a_target_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hours.yml"
    path.write_text("zone: UTC\nopen: {monday: ['09:00-17:00']}\n", "utf-8")
    with pytest.raises(HoursUnreadable) as refused:
        load_schedule(path)
    assert refused.value.part == "targets"


def _day_of_2028(number: int) -> datetime:
    return datetime(2028, 1, 1, tzinfo=UTC) + timedelta(days=number)
